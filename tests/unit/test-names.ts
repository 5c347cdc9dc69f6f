import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";

const root = join(import.meta.dirname, "../..");

/** The names of all tests, as they stand in the files under a folder. */
export async function testNames(folder: string): Promise<ReadonlySet<string>> {
  const files = globSync(`${folder}/**/*.ts`, { cwd: root });
  const texts = await Promise.all(files.map((file) => readFile(join(root, file), "utf8")));
  return new Set(
    texts.flatMap((text) =>
      [...text.matchAll(/\btest\(\s*"((?:[^"\\]|\\.)+)"/g)].map(([, name = ""]) =>
        String(JSON.parse(`"${name}"`)),
      ),
    ),
  );
}

/** The rows of the first table of a document, or under a heading, as cells. */
export async function tableOf(file: string, heading: string | null): Promise<readonly (readonly string[])[]> {
  const text = await readFile(join(root, file), "utf8");
  const section =
    heading === null ? text : (text.slice(text.indexOf(`## ${heading}`)).split("\n## ")[0] ?? "");
  return section
    .split("\n")
    .filter((line) => line.startsWith("| "))
    .slice(1)
    .map((line) => line.split(" | ").map((cell) => cell.replace(/^\| | \|$/g, "").trim()));
}

/** What stands in backticks. */
export function quotedIn(text: string): readonly string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}
