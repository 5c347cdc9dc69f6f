import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Fleet } from "../rehearsal/fleet.ts";
import { type Bot, type BotOptions, startBot } from "./bot.ts";
import { layWire, type Wire } from "./tcp-proxy.ts";

/** A bot whose way to the builder a test can cut, without taking the builder from the tests beside it. */
export interface WiredBot {
  readonly bot: Bot;
  readonly wire: Wire;
  close(): Promise<void>;
}

/** `knownHosts` are further lines of the bot's known_hosts. */
export async function startWiredBot(
  fleet: Fleet,
  options: BotOptions = {},
  knownHosts: readonly string[] = [],
): Promise<WiredBot> {
  const { hostname, port } = new URL(fleet.builderUrl);
  const wire = await layWire({ host: hostname, port: Number(port || 22) });
  const directory = await mkdtemp(join(tmpdir(), "switchyard-wire-"));
  const file = join(directory, "known_hosts");
  const [, type, key] = (await readFile(fleet.knownHostsFile, "utf8")).trim().split(/\s+/);
  await writeFile(file, [`[127.0.0.1]:${wire.port} ${type} ${key}`, ...knownHosts, ""].join("\n"));
  const bot = await startBot(fleet, {
    ...options,
    env: {
      SWITCHYARD_BUILDER: `ssh://root@127.0.0.1:${wire.port}`,
      SWITCHYARD_KNOWN_HOSTS: file,
      ...options.env,
    },
  });
  return {
    bot,
    wire,
    async close() {
      await bot.stop();
      await wire.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
