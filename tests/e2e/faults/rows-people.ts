import { setTimeout as delay } from "node:timers/promises";
import { startLaneBot } from "./bots.ts";
import type { Lane, Row } from "./row.ts";
import type { Stage } from "./stage.ts";

/** Somebody works on the host by hand meanwhile, or another bot does. */

/** A third system, brought to the host before the deployment, as somebody's own nixos-rebuild would bring one. */
const others = new Map<string, string>();
async function bringOther({ fleet, host }: Lane): Promise<void> {
  const flake = "git+file:///srv/fleet.git?ref=refs/heads/next";
  const installable = `${flake}#nixosConfigurations.${host}.config.system.build.toplevel`;
  const nix = (...words: string[]) => fleet.exec("builder", ["nix", ...words], { timeoutMs: 60_000 });
  const built = await nix("build", "--no-link", "--print-out-paths", installable);
  const system = built.stdout.trim();
  const store = host === "zephyrus" ? `deploy@${host}?remote-program=sudo%20env%20nix-store` : host;
  const copied = await nix("copy", "--to", `ssh://${store}`, system);
  if (copied.exitCode !== 0) {
    throw new Error(`bringing another system to ${host}: ${built.stderr} ${copied.stderr}`);
  }
  others.set(host, system);
}

const byHand = (kind: "change-profile" | "switch-by-hand") => ({
  arrange: bringOther,
  strike: ({ fleet, host }: Stage) => fleet.break(host, kind, { system: others.get(host) ?? "" }),
});

const holdLock = ({ fleet, host }: Stage) => fleet.break(host, "hold-lock");
const releaseLock = ({ fleet, host }: Stage) => fleet.mend(host, "hold-lock");

/** Another bot asks for the same host, and its card is clicked when `clicks` says so. */
const otherBot =
  (clicks: (stage: Stage, clickOther: () => Promise<unknown>) => Promise<void>) => async (stage: Stage) => {
    const other = await startLaneBot(stage);
    try {
      const id = await other.start(`/deploy ${stage.host}`);
      await other.asks(id);
      await clicks(stage, () => other.act(id, "switch"));
      const ended = await other.ended(id);
      if (ended.outcome !== "superseded" && ended.outcome !== "failed") {
        throw new Error(`the other bot's deployment ended as ${ended.outcome}: ${ended.message}`);
      }
    } finally {
      await other.stop();
    }
  };

const trouble = "/run/systemd/system/old-trouble.service";
const wanted = "/run/systemd/system/multi-user.target.wants";

/** A unit that fails whenever it is started, as every switch does with what a target wants. */
export const failUnit = async ({ fleet, host }: Lane): Promise<void> => {
  const script = `
    printf '[Service]\\nType=oneshot\\nExecStart=/bin/false\\n' >${trouble}
    mkdir -p ${wanted} && ln -sf ${trouble} ${wanted}/
    systemctl daemon-reload
    systemctl start old-trouble.service`;
  await fleet.exec(host, ["sh", "-c", script]);
};
export const mendUnit = async ({ fleet, host }: Lane): Promise<void> => {
  const script = `rm -f ${trouble} ${wanted}/old-trouble.service; systemctl daemon-reload; systemctl reset-failed`;
  await fleet.exec(host, ["sh", "-c", script]);
};

export const peopleRows: readonly Row[] = [
  {
    fault: "a unit failed before",
    phase: "check",
    when: "before it",
    strike: null,
    arrange: failUnit,
    restore: mendUnit,
    ends: {
      runs: "new",
      outcome: "deployed-degraded",
      says: /not everything there is well, but this switch did not do it/,
    },
  },
  {
    fault: "profile changed by hand",
    phase: "confirm",
    ...byHand("change-profile"),
    ends: { runs: "old", profile: "other", entry: "old", outcome: "superseded", says: /its profile is/ },
  },
  {
    fault: "profile changed by hand",
    phase: "switch",
    when: "the new system is well",
    ref: "origin/slow",
    arrange: bringOther,
    async strike(stage) {
      await stage.hostSays("activating");
      await byHand("change-profile").strike(stage);
    },
    ends: {
      runs: "new",
      profile: "other",
      entry: "old",
      outcome: "superseded",
      says: /somebody else changed .* meanwhile, so it was left alone/,
    },
  },
  {
    fault: "profile changed by hand",
    phase: "switch",
    when: "the new system stops sshd",
    ref: "origin/bad/stops-sshd",
    arrange: bringOther,
    async strike(stage) {
      await stage.hostSays("activating");
      await byHand("change-profile").strike(stage);
    },
    ends: {
      runs: "old",
      profile: "other",
      entry: "old",
      outcome: "rolled-back",
      says: /the profile was changed to system-2-link meanwhile and is left so/,
    },
  },
  {
    fault: "switched by hand",
    phase: "confirm",
    ...byHand("switch-by-hand"),
    ends: { runs: "other", outcome: "superseded", says: /runs now/ },
  },
  {
    fault: "switched by hand",
    phase: "validate",
    options: { defaults: { settle: "12s", commitWithin: "115s" } },
    ...byHand("switch-by-hand"),
    ends: {
      runs: "other",
      outcome: "superseded",
      says: /neither the old nor the new system|so it was left alone/,
    },
  },
  {
    fault: "NixOS's lock held by hand",
    phase: "dry-activate",
    ref: "origin/slow",
    async strike(stage) {
      await holdLock(stage);
      await stage.until("it ends", async () => (await stage.record()).outcome !== null);
      await releaseLock(stage);
    },
    ends: {
      runs: "old",
      outcome: "failed",
      says: /another switch is under way on .*: NixOS's own lock is held/,
    },
  },
  {
    fault: "NixOS's lock held by hand",
    phase: "confirm",
    when: "and for the whole switch",
    async strike(stage) {
      await holdLock(stage);
      await stage.click();
      await stage.hostSays("refused");
      await releaseLock(stage);
    },
    ends: { runs: "old", outcome: "failed", says: /NixOS's own lock was held by another switch/ },
  },
  {
    fault: "NixOS's lock held by hand",
    phase: "confirm",
    when: "and let go 4 s after the click",
    async strike(stage) {
      await holdLock(stage);
      await stage.click();
      await delay(4_000);
      await releaseLock(stage);
    },
    ends: { runs: "new", outcome: "deployed", says: /runs the new system/ },
  },
  {
    fault: "NixOS's lock held by hand",
    phase: "switch",
    when: "taken before the roll back, let go 4 s later",
    ref: "origin/bad/hangs",
    async strike(stage) {
      await stage.hostSays("activating");
      await holdLock(stage);
      await stage.hostSays("rolling-back");
      await delay(4_000);
      await releaseLock(stage);
    },
    ends: { runs: "old", outcome: "rolled-back", says: /the activation took longer than 30 s/ },
  },
  {
    fault: "two bots on one host",
    phase: "confirm",
    when: "one is done before the other's click",
    strike: otherBot(async (stage, clickOther) => {
      await stage.click();
      await stage.until("it is done", async () => (await stage.record()).outcome !== null);
      await clickOther();
    }),
    ends: { runs: "new", outcome: "deployed", says: /runs the new system/ },
  },
  {
    fault: "two bots on one host",
    phase: "confirm",
    when: "the other's click comes while it switches",
    ref: "origin/slow",
    strike: otherBot(async (stage, clickOther) => {
      await stage.click();
      await stage.hostSays("activating");
      await clickOther();
    }),
    ends: { runs: "new", outcome: "deployed", says: /runs the new system/ },
  },
];
