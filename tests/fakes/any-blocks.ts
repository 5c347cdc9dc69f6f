import fc from "fast-check";
import type { Block } from "../../src/chat/blocks.ts";

/** What somebody would write who wants to break out, and what no text should hold. */
const nasty = fc.constantFrom(
  "<!channel>",
  "<@U012AB>",
  "<https://evil.example|click>",
  "```",
  "`*_~",
  "&amp;&lt;",
  "\ud800",
  "\udc00x",
  "👩‍👩‍👧‍👦",
  "\u0000\u001b[31mred\u001b[0m",
  "\u202egnp.exe",
  "\n\n\n",
  "",
  " ",
);

const word = fc.oneof(nasty, fc.string({ unit: "binary", maxLength: 40 }), fc.string({ maxLength: 60 }));

/** Short ones, and some that are far too long. */
export const hostileText = fc.oneof(
  { weight: 8, arbitrary: fc.array(word, { maxLength: 5 }).map((parts) => parts.join("")) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(word, fc.integer({ min: 1_000, max: 8_000 }))
      .map(([part, length]) => `${part}x<`.repeat(length)),
  },
  {
    weight: 1,
    arbitrary: fc.array(word, { minLength: 100, maxLength: 200 }).map((lines) => lines.join("\n")),
  },
);

const tone = fc.constantFrom("neutral", "info", "good", "warning", "bad") as fc.Arbitrary<"neutral">;
const time = fc.option(fc.constantFrom("2026-11-23T07:41:08.850Z", "2026-11-23T07:43:00.000Z", "nonsense"));
const number = fc.oneof(fc.double(), fc.constantFrom(0, 0.5, 1, Number.NaN, -1, 7));

const step = fc.record({
  name: hostileText,
  state: fc.constantFrom("waiting", "running", "done", "failed", "skipped") as fc.Arbitrary<"done">,
  detail: fc.option(hostileText),
  startedAt: time,
  finishedAt: time,
  progress: fc.option(number),
});

const button = fc.record({
  label: hostileText,
  style: fc.constantFrom("primary", "danger", "plain") as fc.Arbitrary<"plain">,
  action: fc.oneof(
    fc.record({
      kind: fc.constant("request" as const),
      request: fc.record({
        command: hostileText,
        words: fc.array(hostileText, { maxLength: 3 }),
        flags: fc.dictionary(hostileText, hostileText, { maxKeys: 2 }),
      }),
    }),
    fc.record({
      kind: fc.constant("decide" as const),
      about: hostileText,
      decision: fc.constantFrom("switch" as const, "cancel" as const),
      digest: fc.constantFrom(null, "0123456789ab"),
    }),
    fc.record({
      kind: fc.constant("act" as const),
      act: fc.constantFrom("retry" as const, "rollback" as const, "boot" as const),
      about: hostileText,
    }),
  ),
  command: hostileText,
});

/** A few, or very many of the same. */
function many<Value>(one: fc.Arbitrary<Value>, most = 10_000): fc.Arbitrary<Value[]> {
  return fc.oneof(
    { weight: 6, arbitrary: fc.array(one, { maxLength: 12 }) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(one, fc.integer({ min: 50, max: most }))
        .map(([value, count]) => Array(count).fill(value) as Value[]),
    },
  );
}

const short = fc.array(word, { maxLength: 2 }).map((parts) => parts.join(""));

const anyUrl = fc.oneof(
  hostileText,
  fc.constantFrom(
    "https://git.example/a/b/commit/1234",
    "javascript:alert(1)",
    "https://x|y>",
    "https://e.example/)](x",
  ),
);

export const anyBlock: fc.Arbitrary<Block> = fc.oneof(
  fc.record({ kind: fc.constant("heading" as const), text: hostileText, tone }),
  fc.record({ kind: fc.constant("text" as const), text: hostileText, tone }),
  fc.record({
    kind: fc.constant("fields" as const),
    fields: many(fc.record({ name: hostileText, value: hostileText }), 200),
  }),
  fc.record({ kind: fc.constant("steps" as const), steps: many(step, 100) }),
  fc.record({
    kind: fc.constant("table" as const),
    columns: fc.array(short, { maxLength: 8 }),
    rows: many(fc.array(short, { maxLength: 9 })),
  }),
  fc.record({
    kind: fc.constant("list" as const),
    title: hostileText,
    items: many(short),
    folded: fc.boolean(),
  }),
  fc.record({
    kind: fc.constant("links" as const),
    title: hostileText,
    items: many(fc.record({ text: short, url: fc.option(anyUrl) })),
  }),
  fc.record({ kind: fc.constant("picture" as const), alt: hostileText, svg: hostileText }),
  fc.record({ kind: fc.constant("code" as const), title: hostileText, text: hostileText }),
  fc.record({ kind: fc.constant("buttons" as const), buttons: many(button, 200) }),
  fc.record({
    kind: fc.constant("decision" as const),
    text: hostileText,
    tone,
    labels: fc.array(short, { maxLength: 3 }),
  }),
);

export const anyBlocks = fc.oneof(
  { weight: 5, arbitrary: fc.array(anyBlock, { maxLength: 15 }) },
  { weight: 1, arbitrary: fc.array(anyBlock, { minLength: 60, maxLength: 90 }) },
);
