import pLimit from "p-limit";
import type { Clock } from "../config/clock.ts";
import type { Settings } from "../config/env.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import type { Machines } from "../deploy/machines.ts";
import { hostNamed } from "../fleet/host.ts";
import { noticesOf } from "../fleet/notices.ts";
import type { Shells } from "../remote/shells.ts";
import { checkBuilder } from "./builder.ts";
import { type ChatExamined, checkChat } from "./chat.ts";
import { checkCode, checkFleet } from "./code.ts";
import { checkHost } from "./host.ts";
import { type DoctorLine, reasonOf, warn } from "./line.ts";
import { checkDataDirectory, checkFleetFile, checkKeys, checkProxies } from "./place.ts";

export interface DoctorParts {
  readonly settings: Settings;
  readonly fleet: FleetFile;
  /** What it was read from. */
  readonly fleetText: string;
  readonly shells: Pick<Shells, "builder" | "host">;
  readonly clock: Clock;
  /** The machines that the bot knows by now. */
  readonly machines: () => Promise<Machines>;
  /** Tries what the start does first. */
  readonly start: () => Promise<DoctorLine[]>;
  /** By platform; null where it is not set up. */
  readonly chat: Readonly<Record<string, (() => Promise<ChatExamined>) | null>>;
  /** Told as soon as it is known. */
  readonly say: (line: DoctorLine) => void;
}

const hostsAtOnce = 8;

/** Looks at everything that a deployment will need, in the order in which it is needed. */
export async function examine({
  settings,
  fleet,
  fleetText,
  shells,
  clock,
  machines: readKnown,
  start,
  chat,
  say,
}: DoctorParts): Promise<DoctorLine[]> {
  const said: DoctorLine[] = [];
  const tell = (lines: readonly DoctorLine[]) => {
    for (const line of lines) {
      said.push(line);
      say(line);
    }
  };
  tell([await checkDataDirectory(settings.dataDir)]);
  tell(await start());
  tell(checkProxies(settings));
  tell(await checkKeys(settings));
  const { lines, answers } = await checkBuilder(shells.builder, clock);
  tell(lines);
  // Without the builder nothing can be said of the flake, and of the hosts only those that the bot reaches itself.
  const code = answers ? await checkCode(shells.builder, settings.flake, fleet) : { lines: [], hosts: [] };
  tell(code.lines);
  tell(await checkFleetFile(settings.fleetFile));
  tell(checkFleet(settings.fleetFile, fleet, fleetText, code.hosts));
  const names = code.hosts.length > 0 ? code.hosts : Object.keys(fleet.hosts);
  const all = names.map((name) => hostNamed(fleet, name));
  const hosts = all.filter((host) => answers || host.target.via === "direct");
  tell(
    all
      .filter((host) => !hosts.includes(host))
      .map(({ name }) =>
        warn(`host ${name}`, "it was not looked at", "The builder leads to it: mend that first."),
      ),
  );
  const machines = await readKnown().then(
    (known) => ({ ...known }),
    (error: unknown) => {
      tell([
        warn(
          "data directory",
          reasonOf(error),
          "Identities of hosts are not compared. A bot that starts puts a damaged file aside, and /history says what is missing.",
        ),
      ]);
      return {};
    },
  );
  const limit = pLimit(hostsAtOnce);
  const found = hosts.map((host) =>
    limit(() =>
      checkHost({
        host,
        shell: shells.host(host.target),
        builder: shells.builder,
        clock,
        machines,
        names,
      }),
    ),
  );
  for (const host of found) {
    tell(await host);
  }
  for (const [name, examined] of Object.entries(chat)) {
    tell(await checkChat(name, examined, noticesOf(fleet, name)));
  }
  return said;
}
