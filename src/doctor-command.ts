import { systemClock } from "./config/clock.ts";
import type { Settings } from "./config/env.ts";
import { openFleetFile } from "./config/fleet-source.ts";
import { examine } from "./doctor/doctor.ts";
import { isWell, lineText, summary } from "./doctor/line.ts";
import { checkStart } from "./doctor/start.ts";
import { noticePlace, noticesOf } from "./fleet/notices.ts";
import { connectShells } from "./remote/shells.ts";
import { readMachines } from "./store/read-machines.ts";

/** Looks at everything that the bot needs, telling each line as it is known; false when something has to be mended. */
export async function runDoctor(settings: Settings, say: (line: string) => void): Promise<boolean> {
  const { slack, discord } = settings;
  const file = await openFleetFile(settings.fleetFile, () => {});
  const fleet = file.current();
  const shells = connectShells(settings);
  const others = (surface: string) => noticesOf(fleet, surface).map((name) => noticePlace(name).channel);
  const hasGroups = Object.values(fleet.roles).some((members) =>
    members.some((member) => member.startsWith("slack-group:")),
  );
  try {
    const lines = await examine({
      settings,
      fleet,
      fleetText: file.text(),
      shells,
      clock: systemClock,
      machines: () => readMachines(settings.dataDir),
      start: () => checkStart(settings.dataDir, settings.listen),
      chat: {
        slack:
          slack &&
          (async () =>
            (await import("../adapters/slack/index.ts")).examineSlack(slack, hasGroups, others("slack"))),
        discord:
          discord &&
          (async () =>
            (await import("../adapters/discord/index.ts")).examineDiscord(discord, others("discord"))),
      },
      say: (line) => say(lineText(line)),
    });
    say(summary(lines));
    return isWell(lines);
  } finally {
    file.stop();
    await shells.close();
  }
}
