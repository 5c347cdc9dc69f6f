import fc from "fast-check";

/** What a field may hold that no platform sends. Made of JSON, since that is how it comes. */
const odd: readonly unknown[] = [
  null,
  true,
  false,
  0,
  -1,
  1e308,
  "",
  " ",
  "__proto__",
  "constructor",
  [],
  {},
  [[]],
  [null],
  JSON.parse('{"toString": 1, "valueOf": null}'),
  JSON.parse('{"__proto__": {"isAdmin": true}}'),
  "\u0000",
  "<@U1|a>".repeat(500),
  "<".repeat(5_000),
  "&amp;".repeat(2_000),
  "`".repeat(5_000),
  "\n".repeat(5_000),
  "decide:switch:d-20261123-7f3a",
  "say:/deploy yoga",
  "decide:switch:__proto__",
  "/switchyard ".repeat(400),
  "\ud800",
  "９９",
  "switch:d-1",
];

type Path = readonly (string | number)[];

function pathsIn(value: unknown, at: Path = []): Path[] {
  if (typeof value !== "object" || value === null) {
    return [at];
  }
  return [at, ...Object.entries(value).flatMap(([key, one]) => pathsIn(one, [...at, key]))];
}

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) {
    return by;
  }
  const copy: unknown = structuredClone(value);
  if (typeof copy === "object" && copy !== null) {
    const fields = copy as Record<string | number, unknown>;
    fields[key] = replaced(fields[key], rest, by);
  }
  return copy;
}

/** A payload with some of its fields replaced by what does not belong there, or taken away. */
export function hostilePayload(samples: readonly object[]): fc.Arbitrary<Record<string, unknown>> {
  const change = fc.tuple(fc.nat(), fc.constantFrom(...odd));
  return fc
    .tuple(fc.constantFrom(...samples), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([sample, changes]) => {
      let payload: unknown = sample;
      for (const [index, by] of changes) {
        const paths = pathsIn(payload).filter((path) => path.length > 0);
        payload = paths.length === 0 ? payload : replaced(payload, paths[index % paths.length] ?? [], by);
      }
      return payload as Record<string, unknown>;
    });
}
