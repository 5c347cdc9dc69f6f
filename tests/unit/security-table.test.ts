import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

const root = join(import.meta.dirname, "../..");

/** The cells of the first table under a heading. */
async function rowsUnder(file: string, heading: string): Promise<string[][]> {
  const text = await readFile(join(root, file), "utf8");
  const section = text.slice(text.indexOf(`## ${heading}`)).split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("| ") && !line.startsWith("| threat"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
}

async function testNames(): Promise<Set<string>> {
  const files = globSync("tests/**/*.ts", { cwd: root });
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")));
  return new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\btest\(\s*"((?:[^"\\]|\\.)+)"/g)].map(([, name = ""]) => JSON.parse(`"${name}"`)),
    ),
  );
}

test("each row of the threat model has its tests, and they are there", async () => {
  const rows = await rowsUnder("SECURITY.md", "Who may harm what");
  const known = await testNames();
  assert.ok(rows.length >= 8);
  for (const [, threat, can, cannot, shown = ""] of rows) {
    const named = [...shown.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
    assert.ok(threat !== "" && can !== "" && cannot !== "" && named.length > 0, threat);
    for (const name of named) {
      assert.ok(known.has(name), `${threat}: there is no test "${name}"`);
    }
  }
});
