import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { commandLine } from "../../../adapters/discord/command-line.ts";
import { commands } from "../../../commands/index.ts";
import { type Parsed, parseCommand } from "../../../src/chat/parse.ts";
import { commandHelp } from "../../../src/chat/spec.ts";
import { quoteArgv } from "../../../src/remote/quote.ts";
import { assertSound, attempt, hostileText, survives } from "./survive.ts";

const samples = [
  ...commands.flatMap(({ examples }) => examples),
  '/deploy yoga --ref origin/main --reason "a new kernel; see #12"',
  "/switchyard deploy yoga —dry-run",
  "/rollback yoga previous",
  "/logs d-20261123-7f3a --errors",
  "/history yoga --limit 5",
  "/build-all --jobs 4",
];

function check(parsed: Parsed): Parsed {
  if (parsed.kind === "mistake") {
    assert.equal(parsed.message.length > 0 && parsed.help.length > 0, true);
    return parsed;
  }
  assert.equal(commands.includes(parsed.spec), true);
  assertSound(JSON.parse(JSON.stringify(parsed.input)));
  return parsed;
}

test("whatever is typed is a command, or a mistake with help, and in time", () => {
  survives(
    (text) => {
      const { kind } = check(parseCommand(text, commands));
      return kind;
    },
    samples,
    16_000,
  );
});

test("a mistake never repeats what was typed at length", () => {
  fc.assert(
    fc.property(hostileText(samples), fc.integer({ min: 1, max: 300 }), (text, times) => {
      const parsed = parseCommand(text.repeat(times), commands);
      assert.equal(parsed.kind !== "mistake" || parsed.message.length <= 4_500, true);
    }),
    { numRuns: 1_000 },
  );
});

/** Every string that came out of the parser. */
function stringsIn(value: unknown): string[] {
  if (typeof value === "string") {
    return [value];
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(stringsIn) : [];
}

test("what comes out of the parser is exactly one word each for a real shell", () => {
  const words: string[] = [];
  fc.assert(
    fc.property(hostileText(samples), (text) => {
      const parsed = parseCommand(text, commands);
      words.push(...(parsed.kind === "command" ? stringsIn(parsed.input) : [text]));
    }),
    { numRuns: 900 },
  );
  let tried = 0;
  for (let from = 0; from < words.length; from += 150) {
    const batch = words.slice(from, from + 150).map((word) => word.toWellFormed());
    const good = batch.filter((word) => {
      try {
        return quoteArgv([word]) !== "";
      } catch (error) {
        assert.match(String(error), /quoting a command: an argument holds a (NUL|control) character/);
        return false;
      }
    });
    // The words are said to printf as arguments, ended by what no argument can hold.
    const printed = execFileSync("sh", ["-c", `printf '%s\\0' ${quoteArgv(good)}`], { encoding: "utf8" });
    assert.deepEqual(good.length === 0 ? [] : printed.split("\0").slice(0, -1), good);
    tried += good.length;
  }
  assert.equal(tried > 500, true, `${tried} words`);
});

test("options that Discord brings become a line that the parser reads, or refuses with help", () => {
  const help = commandHelp(commands);
  const value = fc.oneof(hostileText(samples), fc.integer(), fc.boolean());
  const options = fc.dictionary(
    fc.oneof(
      fc.constantFrom("host", "ref", "reason", "dry-run", "limit", "id", "__proto__", "constructor"),
      fc.string(),
    ),
    value,
    { maxKeys: 4 },
  );
  const name = fc.constantFrom(...help.map((one) => one.name), "__proto__", "no-such");
  fc.assert(
    fc.property(name, options, (command, given) => {
      attempt(() => {
        check(parseCommand(commandLine(command, given, help), commands));
      }, given);
    }),
    { numRuns: 3_000 },
  );
});
