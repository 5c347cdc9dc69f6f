import assert from "node:assert/strict";
import fc from "fast-check";

/** Milliseconds that one input may take. */
const longest = 100;
/** A mistake in a program, and never what people should be told. */
const native = [TypeError, RangeError, ReferenceError, SyntaxError, URIError, EvalError];

/** What parsers stumble over: separators, prototype's names, numbers that are none, text that turns around. */
const pieces = [
  "\0",
  "\r",
  "\n",
  "\r\n",
  "\t",
  " ",
  "\u00a0",
  "\u2028",
  "\u202e",
  "\ufeff",
  "\ud800",
  "\u001b[31m",
  "é",
  "😀",
  "=",
  ":",
  ",",
  ", ",
  ";",
  "/",
  "\\",
  "'",
  '"',
  "`",
  "$",
  "${",
  "$(",
  "{",
  "}",
  "[",
  "]",
  "<",
  ">",
  "&",
  "|",
  "*",
  "%",
  "-",
  "--",
  "—",
  "--flag",
  "-x",
  ".",
  "..",
  "../",
  "@",
  "#",
  "~",
  "!",
  "∅",
  "→",
  "ε",
  " → ",
  "__proto__",
  "constructor",
  "toString",
  "hasOwnProperty",
  "null",
  "undefined",
  "NaN",
  "Infinity",
  "-Infinity",
  "-1",
  "0",
  "00",
  "1.5",
  "1e999",
  "9".repeat(400),
  "0x10",
  "٣",
  "/nix/store/",
  "system-1-link",
  "@nix ",
  "error:",
  "attribute '",
  "assertion ",
  "(.*)+",
] as const;

const edit = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("insert" as const),
      at: fc.nat(),
      text: fc.constantFrom(...pieces),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("insert" as const),
      at: fc.nat(),
      text: fc.string({ unit: "binary", maxLength: 12 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("delete" as const),
      at: fc.nat(),
      length: fc.integer({ min: 1, max: 30 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("double" as const),
      at: fc.nat(),
      length: fc.integer({ min: 1, max: 60 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("cut" as const), at: fc.nat() }) },
);
type Edit = typeof edit extends fc.Arbitrary<infer T> ? T : never;

function apply(text: string, change: Edit): string {
  const at = change.at % (text.length + 1);
  switch (change.kind) {
    case "insert":
      return text.slice(0, at) + change.text + text.slice(at);
    case "delete":
      return text.slice(0, at) + text.slice(at + change.length);
    case "double":
      return text.slice(0, at + change.length) + text.slice(at);
    case "cut":
      return text.slice(0, at);
  }
}

/** A sample after some edits, or text of any kind. */
export function hostileText(samples: readonly string[]): fc.Arbitrary<string> {
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc
        .tuple(fc.constantFrom(...samples), fc.array(edit, { minLength: 1, maxLength: 6 }))
        .map(([sample, edits]) => edits.reduce(apply, sample)),
    },
    {
      weight: 2,
      arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join("")),
    },
    { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 60 }) },
  );
}

/** Long texts of one piece again and again, which make a careless pattern try for ever. */
export function longTexts(samples: readonly string[], length = 40_000): string[] {
  const words = samples.flatMap((sample) => sample.split(/(?<=[\s=:,'"])/)).filter((word) => word !== "");
  return [...new Set([...pieces, ...words])].map((piece) => piece.repeat(Math.ceil(length / piece.length)));
}

/** Every number is one, and nothing is missing. `undefined` may stand for a field that is not given. */
export function assertSound(value: unknown, path = "result"): void {
  if (typeof value === "number") {
    assert.equal(Number.isFinite(value), true, `${path} is ${value}`);
  } else if (Array.isArray(value)) {
    value.forEach((one, index) => {
      assert.notEqual(one, undefined, `${path}[${index}]`);
      assertSound(one, `${path}[${index}]`);
    });
  } else if (typeof value === "object" && value !== null) {
    const prototype: unknown = Object.getPrototypeOf(value);
    assert.equal(prototype === Object.prototype || prototype === null, true, `${path} has another prototype`);
    for (const [key, one] of Object.entries(value)) {
      assert.notEqual(one, undefined, `${path}.${key}`);
      assertSound(one, `${path}.${key}`);
    }
  }
}

/** One input: in time, and either a sound result or an error that says something. */
export function attempt<T>(parse: (input: T) => unknown, input: T): void {
  const spent = timed(parse, input);
  // The collector may have been at work: what is slow is slow again.
  if (spent > longest) {
    const best = Math.min(timed(parse, input), timed(parse, input));
    assert.equal(best <= longest, true, `${best} ms for ${JSON.stringify(input)?.slice(0, 200)}`);
  }
}

function timed<T>(parse: (input: T) => unknown, input: T): number {
  // Of the processor, not of the clock: the machine may be busy with something else.
  const begin = process.threadCpuUsage();
  const passed = () => {
    const { user, system } = process.threadCpuUsage(begin);
    return (user + system) / 1000;
  };
  try {
    const result = parse(input);
    const spent = passed();
    assertSound(result);
    return spent;
  } catch (error) {
    if (error instanceof assert.AssertionError) {
      throw error;
    }
    assert.equal(
      error instanceof Error && !native.some((kind) => error instanceof kind),
      true,
      String(error),
    );
    assert.equal(error instanceof Error && error.message.length > 3, true);
    return passed();
  }
}

/** So many inputs made of the samples, and the long ones. */
export function survives(
  parse: (text: string) => unknown,
  samples: readonly string[],
  runs: number,
  length?: number,
): void {
  samples.forEach((sample) => {
    attempt(parse, sample);
  });
  longTexts(samples, length).forEach((text) => {
    attempt(parse, text);
  });
  fc.assert(
    fc.property(hostileText(samples), (text) => {
      attempt(parse, text);
    }),
    { numRuns: runs },
  );
}
