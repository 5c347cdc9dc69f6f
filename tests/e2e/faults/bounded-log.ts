import assert from "node:assert/strict";
import { join } from "node:path";
import { leftOutWords } from "../../../src/logs/left-out.ts";
import { partsOf } from "../../../src/logs/log-parts.ts";
import type { Row } from "./row.ts";

/** For a system that prints far more: the bot's log keeps a megabyte of what the host's log has. */
const bound = 1_000_000;

export const boundedLog = {
  options: { defaults: { logSize: "1MB" } },
  async look({ bot, record }) {
    const { id, log, outcome } = await record();
    const parts = await partsOf(join(bot.dataDir, log));
    const size = parts.reduce((sum, part) => sum + part.size, 0);
    assert.ok(size <= bound && size > bound / 2, `${size} bytes of the log are on the disk`);
    const text = await (await bot.get(`/api/deployments/${id}/log`)).text();
    const lines = text.trimEnd().split("\n");
    assert.match(lines[0] ?? "", new RegExp(`Z ${id}: /deploy `), "its beginning");
    assert.match(lines.at(-1) ?? "", new RegExp(`Z === ${outcome}: `), "its end");
    const words = lines.filter((line) => line.startsWith("… ") && line.endsWith(leftOutWords));
    assert.equal(words.length, 1, "what is left out is said once");
    const missing = (parts[1]?.start ?? 0) - (parts[0]?.size ?? 0);
    assert.match(words[0] ?? "", new RegExp(`\\b${missing} bytes\\b`));
  },
} as const satisfies Partial<Row>;
