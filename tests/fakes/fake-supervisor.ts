import { hashOf } from "../../src/activation/answer-words.ts";
import type { Exit } from "../../src/remote/shell.ts";
import type { FakeHost } from "./fake-host.ts";
import { profileLink } from "./fake-host-reports.ts";

/** supervisor.sh as a state machine: the same states, deadlines and answers, driven by the host's clock. */
export interface FakeSupervisor {
  readonly plan: Readonly<Record<string, string>>;
  readonly activeUnits: readonly string[];
  state(): string;
  /** Every state it was in. */
  readonly states: readonly string[];
  answer(words: readonly string[], input?: string): Partial<Exit>;
  /** Something that runs as root there writes this into the state file, again and again. */
  forge(state: string): void;
  /** It ends here and now, without `finish`. */
  die(): void;
}

/** Between two looks at its files. */
const poll = 300;

/** Answers `sh -c … start ID PLAN UNITS SIZE systemd-run …`. */
export function startFakeSupervisor(host: FakeHost, args: readonly string[]): Partial<Exit> {
  const [id = "", planText = "", units = ""] = args;
  if (host.supervisors.has(id) || host.abandoned.has(id)) {
    return { exitCode: 1, stderr: `mv: cannot move '.${id}.7' to '${id}': Directory not empty` };
  }
  host.supervisors.set(id, fakeSupervisor(host, readPlan(planText), units.split("\n").filter(Boolean)));
  return {};
}

function readPlan(text: string): Record<string, string> {
  return Object.fromEntries(
    text
      .split("\n")
      .filter(Boolean)
      .map((line) => {
        const at = line.indexOf("=");
        return [line.slice(0, at), line.slice(at + 1).replace(/^'(.*)'$/, "$1")];
      }),
  );
}

function fakeSupervisor(
  host: FakeHost,
  plan: Readonly<Record<string, string>>,
  activeUnits: readonly string[],
): FakeSupervisor {
  const { clock } = host;
  const {
    old = "",
    new: next = "",
    target = next,
    profile_link: link = "",
    generation = "",
    boot_only: bootOnly = "",
  } = plan;
  const runs = bootOnly === "" ? next : old;
  const files = new Map<string, string>();
  const states: string[] = [];
  let log = "";
  let state = "starting";
  let forged: string | null = null;
  let isDead = false;
  let unit = "active";

  function set(to: string): void {
    if (!isDead) {
      state = to;
      states.push(to);
      log += `state: ${to}\n`;
    }
  }

  async function waitFor(seconds: string | undefined, ...names: readonly string[]): Promise<boolean> {
    const end = clock.now() + Number(seconds) * 1000;
    while (clock.now() < end && !isDead) {
      if (names.some((name) => files.has(name))) {
        return true;
      }
      await clock.sleep(poll);
    }
    return false;
  }

  async function rollBack(because: string): Promise<void> {
    let why = because;
    if (host.current !== old && host.current !== next) {
      set(`superseded ${host.current} runs, which is neither the old nor the new system`);
      return;
    }
    set(`rolling-back ${why}`);
    if (files.has("committing") && profileLink(host) !== link) {
      host.profile = link === "" ? null : Number(/\d+/.exec(link)?.[0]);
      await host.switchTo(old, "boot");
    } else if (profileLink(host) !== link) {
      why = `${why}; the profile was changed to ${profileLink(host)} meanwhile and is left so`;
    }
    if (bootOnly === "") {
      await host.switchTo(old, "test");
    }
    set(host.current === old ? `rolled-back ${why}` : `rollback-failed ${why}; ${host.current} runs`);
  }

  async function commit(): Promise<void> {
    if (host.current !== runs || profileLink(host) !== link) {
      set(`superseded the host was changed before the commit: ${host.current}, profile ${profileLink(host)}`);
      return;
    }
    files.set("committing", "");
    set("committing");
    if (generation === "") {
      host.setProfile(target);
    } else {
      host.profile = Number(generation);
    }
    const exit = await host.switchTo(target, "boot");
    await (exit === 0
      ? set(`committed ${profileLink(host)}`)
      : rollBack("the boot loader could not be written"));
  }

  async function run(): Promise<void> {
    await clock.sleep(100);
    if (host.current !== old || profileLink(host) !== link) {
      set(`superseded the host was changed: ${host.current}, profile ${profileLink(host)}`);
      return;
    }
    if (bootOnly !== "") {
      await commit();
      return;
    }
    set("activating");
    const code = await host.switchTo(next, "test");
    if (code === 11) {
      set("refused NixOS's own lock was held by another switch");
      return;
    }
    if (code !== 0 && code !== 4) {
      await rollBack(`switch-to-configuration exited with ${code}`);
      return;
    }
    set(`activated ${code}`);
    if (!(await waitFor(plan["ack_within"], "ack", "rollback"))) {
      await rollBack(`nobody could reach this host for ${plan["ack_within"]} s`);
      return;
    }
    set(`acked ${code}`);
    if (!(await waitFor(plan["commit_within"], "rollback", "commit"))) {
      await rollBack(`nobody decided for ${plan["commit_within"]} s`);
      return;
    }
    const why = files.get("rollback");
    await (why === undefined ? commit() : rollBack(why || "it was told to"));
  }

  void run().then(() => {
    unit = "inactive";
  });

  function show(offset: number): string {
    const fresh = Buffer.from(log).subarray(offset).toString();
    return [
      `state=${forged ?? state}`,
      `current=${host.current}`,
      `profile=${profileLink(host)}`,
      `boot=${host.bootId}`,
      `unit=${unit}`,
      `next=${Buffer.byteLength(log)}`,
      `log=\n${fresh}`,
    ].join("\n");
  }

  return {
    plan,
    activeUnits,
    states,
    state: () => state,
    die() {
      isDead = true;
      unit = "inactive";
    },
    forge(to) {
      forged = to;
    },
    answer([word, ...rest], input = "") {
      const name = word === "decide" ? (rest[0] ?? "") : word;
      if (word !== "show" && hashOf(input.trimEnd()) !== plan[`${name}_hash`]) {
        return { exitCode: 77, stderr: `this is not the word for ${name}: nothing was answered` };
      }
      switch (word) {
        case "show":
          return { stdout: show(Number(rest[0])) };
        case "ack":
          files.set("ack", "");
          return {};
        case "decide":
          // The first one counts.
          if (!files.has(name ?? "")) {
            files.set(name ?? "", rest.slice(1).join(" "));
          }
          return {};
        default:
          return { exitCode: 64, stderr: "usage: supervisor.sh …" };
      }
    },
  };
}
