import assert from "node:assert/strict";
import { test } from "node:test";
import { addedLineReader } from "../../../src/nix/added-lines.ts";

test("added lines have the number they have in the new file", () => {
  const read = addedLineReader();
  const diff = [
    "diff --git a/a.nix b/a.nix",
    "index 1..2 100644",
    "--- a/a.nix",
    "+++ b/a.nix",
    "@@ -1 +1,2 @@",
    "--- a comment of the file, removed",
    "+++ b/not a header, added",
    "+second",
    "@@ -10,2 +11,0 @@ in",
    "-x",
    "-y",
    "@@ -20,0 +20 @@ in",
    "+third",
    "--- a/gone.nix",
    "+++ /dev/null",
    "@@ -1 +0,0 @@",
    "-z",
    "+++ b/dir/b c.nix\t",
    "@@ -0,0 +1 @@",
    "+fourth",
    "\\ No newline at end of file",
  ];
  assert.deepEqual(
    diff.map(read).filter((line) => line !== null),
    [
      { path: "a.nix", line: 1, text: "++ b/not a header, added" },
      { path: "a.nix", line: 2, text: "second" },
      { path: "a.nix", line: 20, text: "third" },
      { path: "dir/b c.nix", line: 1, text: "fourth" },
    ],
  );
});
