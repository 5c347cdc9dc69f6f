import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { parseEnv } from "node:util";
import { readEnvironment } from "../../../src/config/env.ts";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";

const root = join(import.meta.dirname, "../../..");

test("fleet.example.yaml has no mistakes", async () => {
  const result = parseFleetFile(await readFile(join(root, "fleet.example.yaml"), "utf8"));
  assert.equal(result.kind, "ok", JSON.stringify(result));
});

test(".env.example names every variable that the bot reads, and no other", async () => {
  const example = parseEnv(await readFile(join(root, ".env.example"), "utf8"));
  const code = await readFile(join(root, "src/config/env.ts"), "utf8");
  const read = new Set(
    [...code.matchAll(/^ {2}(SWITCHYARD_[A-Z_]+|SLACK_[A-Z_]+|DISCORD_[A-Z_]+):/gm)].map(([, name]) => name),
  );
  assert.ok(read.size > 8);
  assert.deepEqual([...read].sort(), Object.keys(example).sort());
  assert.equal(readEnvironment(example as Record<string, string>, "/").flake, "/srv/fleet");
});
