import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import fc from "fast-check";
import { quoteArgv } from "../../../src/remote/quote.ts";
import { arbitraryWord } from "../../fakes/arbitrary-word.ts";

const run = promisify(execFile);

/** What a real shell makes of the quoted words. */
async function throughShell(argv: readonly string[]): Promise<string[]> {
  const { stdout } = await run("/bin/sh", ["-c", `printf '%s\\0' ${quoteArgv(argv)}`]);
  return stdout.split("\0").slice(0, -1);
}

const nasty = [
  "",
  " ",
  "a b",
  "it's",
  '"double"',
  "$HOME",
  "$(id)",
  "`id`",
  "; reboot",
  "&& reboot",
  "| sh",
  "> /tmp/x",
  "*",
  "?",
  "[a-z]",
  "{a,b}",
  "~",
  "~root",
  "#comment",
  "!history",
  "\\",
  "\\n",
  "a\nb",
  "\n",
  "tab\there",
  "-n",
  "--",
  "%s",
  "é😀",
  "\u202e",
  "=x",
  "a=b",
];

test("a shell gives back the very words that were quoted", async () => {
  assert.deepEqual(await throughShell(nasty), nasty);
});

test("a shell gives back any words at all", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryWord, { minLength: 1, maxLength: 40 }), async (argv) => {
      assert.deepEqual(await throughShell(argv), argv);
    }),
    { numRuns: 60 },
  );
});

test("control characters that the quoting would drop are refused: an argument arrives as it is or not at all", () => {
  for (const control of ["\b", "\r", "a\rb", "\u001b[31m", "\u009b", "\r\r\n"]) {
    assert.throws(() => quoteArgv(["x", control]), /control character/, JSON.stringify(control));
  }
});

test("the end of a line from Windows arrives as it is", async () => {
  assert.deepEqual(await throughShell(["a\r\nb"]), ["a\r\nb"]);
});

test("NUL, which no argument can hold, is refused", () => {
  assert.throws(() => quoteArgv(["a\0b"]), /NUL/);
});
