import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { decodeRecords, encodeRecords, type Sections } from "../../../src/store/record-lines.ts";

const names = ["deployments", "runs", "locks"];
const noCache = () => null;

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom('"crc":"00000000"}', "},", "\n", "é"),
);
const record = fc.record({ id: texts, note: texts, list: fc.array(fc.integer(), { maxLength: 3 }) });
const section = fc.dictionary(fc.oneof(fc.stringMatching(/^d-[0-9a-f]{4}$/), texts), record, { maxKeys: 5 });
const files: fc.Arbitrary<Sections> = fc.record({ deployments: section, runs: section, locks: section });

/** The text of each record's line, without the comma behind it, by `section key`. */
function linesOf(sections: Sections): Map<string, string> {
  const lines = new Map<string, string>();
  const text = encodeRecords(sections, noCache).split("\n");
  let at = 1;
  for (const [name, records] of Object.entries(sections)) {
    at += 1;
    for (const key of Object.keys(records)) {
      lines.set(`${name} ${key}`, (text[at] ?? "").replace(/,$/, ""));
      at += 1;
    }
    at += 1;
  }
  return lines;
}

/** Whatever became of the text: all that is intact is there, and nothing that was never written. */
function holdsWhatIsLeft(sections: Sections, damaged: string): void {
  const decoded = decodeRecords(damaged, names);
  const found = decoded?.sections ?? {};
  for (const [of, line] of linesOf(sections)) {
    const [name = "", key = ""] = [of.slice(0, of.indexOf(" ")), of.slice(of.indexOf(" ") + 1)];
    if (damaged.includes(line)) {
      assert.deepEqual(found[name]?.[key], plain(sections[name]?.[key]), `${of} is intact`);
    }
  }
  for (const [name, records] of Object.entries(found)) {
    for (const [key, value] of Object.entries(records)) {
      assert.deepEqual(value, plain(sections[name]?.[key]), `${name} ${key} was never written so`);
    }
  }
}

const plain = (value: unknown): unknown =>
  value === undefined ? undefined : JSON.parse(JSON.stringify(value));
const count = (sections: Sections) =>
  Object.values(sections).flatMap((records) => Object.keys(records)).length;

test("what was written is read again, is JSON, and has one record a line", () => {
  fc.assert(
    fc.property(files, (sections) => {
      const text = encodeRecords(sections, noCache);
      const decoded = decodeRecords(text, names);
      assert.deepEqual(decoded, { sections: plain(sections), missing: {}, isWhole: true });
      assert.equal(text.split("\n").length, count(sections) + 2 * names.length + 3);
      JSON.parse(text);
    }),
  );
});

const some: Sections = {
  deployments: { "d-1": { id: "d-1", host: "yoga" }, "d-2": { id: "d-2", host: "vps" } },
  runs: { "r-1": { id: "r-1" } },
  locks: { 0: { host: "yoga", reason: 'a "quote", and \\' } },
};

test("cut off at any byte, every record before the cut is there, and the first line says how many are not", () => {
  const text = encodeRecords(some, noCache);
  for (let at = 0; at < text.length; at += 1) {
    const cut = text.slice(0, at);
    holdsWhatIsLeft(some, cut);
    const decoded = decodeRecords(cut, names);
    if (decoded !== null) {
      const found = Object.values(decoded.sections).flatMap((records) => Object.keys(records)).length;
      const missing = Object.values(decoded.missing ?? {}).reduce((sum, one) => sum + one, 0);
      assert.equal(found + missing, count(some));
    }
  }
});

test("any bit of any byte flipped costs one record at most, and no wrong one is taken", () => {
  const bytes = Buffer.from(encodeRecords(some, noCache));
  for (let at = 0; at < bytes.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit);
      const damaged = flipped.toString("utf8");
      holdsWhatIsLeft(some, damaged);
      const decoded = decodeRecords(damaged, names);
      const found = Object.values(decoded?.sections ?? {}).flatMap((records) => Object.keys(records)).length;
      assert.ok(found >= count(some) - 1, `byte ${at}, bit ${bit}: ${found} left`);
      assert.equal(
        Object.values(decoded?.missing ?? {}).reduce((sum, one) => sum + one, 0),
        count(some) - found,
        `byte ${at}, bit ${bit}`,
      );
    }
  }
});

test("whatever is cut out, overwritten with zeros, doubled or swapped: what is intact is there", () => {
  const harm = fc.record({
    kind: fc.constantFrom("zeros", "gone", "doubled line", "lost line", "swapped lines"),
    at: fc.nat(10_000),
    length: fc.integer({ min: 1, max: 300 }),
    other: fc.nat(10_000),
  });
  fc.assert(
    fc.property(files, fc.array(harm, { minLength: 1, maxLength: 3 }), (sections, harms) => {
      let text = encodeRecords(sections, noCache);
      for (const { kind, at, length, other } of harms) {
        const lines = text.split("\n");
        const [one, two] = [at % lines.length, other % lines.length];
        const from = at % (text.length + 1);
        switch (kind) {
          case "zeros":
            text = text.slice(0, from) + "\0".repeat(length) + text.slice(from + length);
            break;
          case "gone":
            text = text.slice(0, from) + text.slice(from + length);
            break;
          case "doubled line":
            text = lines.toSpliced(one, 0, lines[two] ?? "").join("\n");
            break;
          case "lost line":
            text = lines.toSpliced(one, 1).join("\n");
            break;
          case "swapped lines":
            text = lines
              .with(one, lines[two] ?? "")
              .with(two, lines[one] ?? "")
              .join("\n");
        }
      }
      holdsWhatIsLeft(sections, text);
    }),
    { numRuns: 500 },
  );
});

test("text of any other kind is no file of records, and never a crash", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), (text) => {
      assert.equal(decodeRecords(text, names), null);
    }),
  );
});
