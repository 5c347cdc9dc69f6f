import assert from "node:assert/strict";
import { test } from "node:test";
import { brokenText, readBrokenFiles } from "../../../src/nix/syntax.ts";

test("every broken file is named with its place, whatever its name is", () => {
  const stdout = [
    '/nix/store/x-source/docs/$HOME/it\'s "q".nix',
    "error: syntax error, unexpected end of file\n       at /nix/store/x-source/docs/a.nix:3:1:\n  2| {",
    "/nix/store/x-source/a\nb.nix",
    "\u001b[31merror:\u001b[0m undefined variable 'x'",
    "",
  ].join("\0");
  const files = readBrokenFiles(stdout, "/nix/store/x-source");
  assert.equal(
    brokenText(files),
    `2 files do not parse: "a\\nb.nix" (undefined variable 'x'), "docs/$HOME/it's \\"q\\".nix":3:1 (syntax error, unexpected end of file)`,
  );
});
