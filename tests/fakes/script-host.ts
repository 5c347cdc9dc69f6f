import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { TestContext } from "node:test";
import { type AnswerName, answerWords, hashOf } from "../../src/activation/answer-words.ts";
import { type Plan, planFile } from "../../src/activation/plan.ts";
import { supervisorScript } from "../../src/activation/script.ts";

/** A moment in a switch at which something can happen: in the middle of a step, or while the script waits. */
export type Moment =
  | "new-test"
  | "old-test"
  | "new-boot"
  | "old-boot"
  | "set-profile"
  | "waits-activated"
  | "waits-acked";

export interface Events {
  /** Shell lines that run once at a moment; `$T` is the folder that stands for the host. */
  readonly at?: Partial<Record<Moment, string>>;
  /** Exit codes of a step, one after the other; the last one stays. */
  readonly exits?: Readonly<Record<string, readonly number[]>>;
  /** What the bot answers; without an answer it is silent. */
  readonly ack?: boolean;
  readonly decision?: "commit" | "rollback";
}

/** What a host is like in the end. */
export interface ScriptEnd {
  readonly state: string;
  readonly current: string;
  /** The system behind the profile, and the link's name. */
  readonly profile: string;
  readonly link: string;
  readonly boot: string;
  readonly activeUnits: readonly string[];
  readonly log: string;
  readonly journal: string;
  /** Of the unit's main process; null where a signal ended it. */
  readonly exitCode: number | null;
  /** How often a system's switch script was run to switch. */
  readonly tries: number;
  readonly isLocked: boolean;
}

/** Kills the supervisor and everything it started, as systemd does. */
export const killed = "kill -KILL -$(cat $T/group)";
/** The same, because the host goes down. */
export const goingDown = `echo stopping >$T/system; ${killed}`;
export const switchedByHand = "ln -sfn $T/store/other $T/current-system";
export const profileChangedByHand =
  "ln -sfn $T/store/other $T/profiles/system-7-link; ln -sfn system-7-link $T/profiles/system";

const id = "d-20261124-7f3a";
const store = "/nix/store/0123456789abcdfghijklmnpqrsvwxyz-";

/** Programs that stand in for the host's: each minds `$T`. Sleeping only moves the clock on. */
const programs: Readonly<Record<string, string>> = {
  moment: `[ -e "$T/at/$1" ] || exit 0
mv "$T/at/$1" "$T/at/$1.now"
. "$T/at/$1.now"`,
  code: `file=$T/exits/$1
[ -e "$file" ] || exit 0
read -r code <"$file"
[ "$(wc -l <"$file")" -eq 1 ] || sed -i 1d "$file"
exit "$code"`,
  timeout: `while :; do case $1 in -*) shift ;; *) break ;; esac; done
shift
exec "$@"`,
  sleep: `read -r up _ <"$T/uptime"
echo "$((up + \${1%%.*} + 1)) 0" >"$T/uptime"
read -r state _ <"$T/run/${id}/state"
exec moment "waits-$state"`,
  // The real one, that looks more often whether the script is still there.
  tail: `case $* in *-F*) exec /usr/bin/tail --sleep-interval=0.1 "$@" ;; *) exec /usr/bin/tail "$@" ;; esac`,
  // How often in a row NixOS's lock is seen to be held (75) or free (0); this script's own lock is a real one.
  flock: `case $* in *nixos-lock*) [ ! -e "$T/exits/nixos-lock" ] || { code nixos-lock; exit; } ;; esac
exec /usr/bin/flock "$@"`,
  systemctl: `verb=$1
shift
while [ $# -gt 0 ]; do case $1 in -*) shift ;; *) break ;; esac; done
case $verb in
  is-system-running) cat "$T/system" ;;
  is-active) if grep -qx "$1" "$T/active"; then echo active; else echo inactive; exit 3; fi ;;
  show) echo exit-code ;;
  start) for unit; do grep -qx "$unit" "$T/broken" || echo "$unit" >>"$T/active"; done ;;
esac`,
  "nix-env": `code "nix-env$3" || exit
case $3 in
  --set)
    number=1
    while [ -e "$T/profiles/system-$number-link" ]; do number=$((number + 1)); done
    ln -s "$4" "$T/profiles/system-$number-link"
    ln -sfn "system-$number-link" "$T/profiles/system"
    moment set-profile ;;
  --switch-generation) ln -sfn "system-$4-link" "$T/profiles/system" ;;
  --delete-generations) rm "$T/profiles/system-$4-link" ;;
esac`,
};

/** A refusal changes nothing; what fails later has done its work by half. */
const switchScript = `name=$(basename "\${0%/bin/*}")
[ "$1" != test ] || echo "$name" >>"$T/tries"
[ ! -e "$T/said-by-$name" ] || . "$T/said-by-$name"
code "$name-$1"
code=$?
case $code in 1 | 11 | 100) [ "$1" = boot ] || { moment "$name-$1"; exit "$code"; } ;; esac
case $1 in
  test)
    ln -sfn "$T/store/$name" "$T/current-system"
    # A unit that the new system breaks, and that no switch starts again.
    : >"$T/active"
    [ ! -e "$T/activate" ] || "$T/activate" ;;
  boot) [ "$code" -ne 0 ] || echo "$name" >"$T/boot-default" ;;
esac
moment "$name-$1"
exit "$code"`;

/** The real supervisor.sh on a folder that stands for a host, with a clock of its own and no root needed. */
export async function scriptHost(t: TestContext, change: Partial<Plan> = {}) {
  const root = await mkdtemp(join(tmpdir(), "switchyard-host-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const at = (...parts: string[]) => join(root, ...parts);
  const own = at("run", id);
  const relocate = (text: string) =>
    text
      .replaceAll("/run/switchyard", at("run"))
      .replaceAll("/run/current-system", at("current-system"))
      .replaceAll("/nix/var/nix/profiles", at("profiles"))
      .replaceAll("/run/nixos/switch-to-configuration.lock", at("nixos-lock"))
      .replaceAll("/proc/uptime", at("uptime"))
      .replaceAll(store, at("store/"));

  await Promise.all(
    [
      "bin",
      "at",
      "exits",
      "profiles",
      "store/old/bin",
      "store/new/bin",
      "store/parent/bin",
      "store/other",
      `run/${id}`,
    ].map((folder) => mkdir(at(folder), { recursive: true })),
  );
  const program = async (path: string, text: string) => {
    await writeFile(path, `#!/bin/sh\n${text}\n`);
    await chmod(path, 0o755);
  };
  await Promise.all([
    ...Object.entries(programs).map(([name, text]) => program(at("bin", name), text)),
    program(at("store/old/bin/switch-to-configuration"), switchScript),
    program(at("store/new/bin/switch-to-configuration"), switchScript),
    program(at("store/parent/bin/switch-to-configuration"), switchScript),
    symlink(at("store/old"), at("current-system")),
    symlink(at("store/old"), at("profiles/system-1-link")),
    symlink("system-1-link", at("profiles/system")),
    writeFile(at("uptime"), "100 0\n"),
    writeFile(at("system"), "running\n"),
    writeFile(at("nixos-lock"), ""),
    writeFile(at("tries"), ""),
    writeFile(at("active"), "web.service\n"),
    writeFile(at("broken"), ""),
    writeFile(at("boot-default"), "old\n"),
    writeFile(join(own, "supervisor.sh"), relocate(await supervisorScript())),
    writeFile(join(own, "active-units"), "web.service\n"),
    writeFile(join(own, "log"), ""),
    writeFile(join(own, "plan"), relocate(planFile({ ...plan, ...change }))),
  ]);
  const env = { T: root, TEST: t.fullName, PATH: `${at("bin")}:/usr/bin:/bin` };

  /** systemd's EXIT_CODE, which tells `finish` how `run` ended. */
  let ended = "exited";
  let exitCode: number | null = null;
  async function run(word: string): Promise<string> {
    const line = 'echo $$ >"$T/group"; exec /bin/sh "$0" "$1"';
    const child = spawn("/bin/sh", ["-c", line, join(own, "supervisor.sh"), word], {
      env: { ...env, ...(word === "finish" ? { EXIT_CODE: ended } : {}) },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    }
    const [code, signal] = (await once(child, "close")) as [number | null, string | null];
    ended = signal === null ? "exited" : "killed";
    exitCode = word === "run" ? code : exitCode;
    return output;
  }

  return {
    root,
    env,
    read: (name: string) => readFile(at(name), "utf8"),
    /** Puts a program in place of one of the host's. */
    program: (name: string, lines: string) => program(at("bin", name), lines),
    /** Runs the switch to its end, and then what systemd runs after it. */
    async switch({ at: moments = {}, exits = {}, ack = true, decision }: Events): Promise<ScriptEnd> {
      const answers: Partial<Record<Moment, string>> = {
        ...(ack ? { "waits-activated": says("ack") } : {}),
        ...(decision === undefined ? {} : { "waits-acked": says(decision) }),
      };
      for (const moment of new Set([...Object.keys(answers), ...Object.keys(moments)])) {
        const lines = [moments[moment as Moment], answers[moment as Moment]];
        await writeFile(at("at", moment), lines.filter((line) => line !== undefined).join("\n"));
      }
      for (const [step, codes] of Object.entries(exits)) {
        await writeFile(at("exits", step), codes.map((code) => `${code}\n`).join(""));
      }
      const journal = `${await run("run")}${await run("finish")}`;
      const lock = spawnSync("flock", ["-n", at("run/lock"), "true"]);
      return {
        state: (await readFile(join(own, "state"), "utf8")).trim(),
        current: basename(await readlink(at("current-system"))),
        link: await readlink(at("profiles/system")),
        profile: basename(await readlink(at("profiles", await readlink(at("profiles/system"))))),
        boot: (await readFile(at("boot-default"), "utf8")).trim(),
        activeUnits: (await readFile(at("active"), "utf8")).split("\n").filter((unit) => unit !== ""),
        log: await readFile(join(own, "log"), "utf8"),
        journal,
        exitCode,
        tries: (await readFile(at("tries"), "utf8")).split("\n").length - 1,
        isLocked: lock.status !== 0,
      };
    },
  };
}

const words = answerWords("the key of this test");

/** What the bot runs to answer; the word comes on stdin. */
export function says(answer: AnswerName, word = words(id, answer)): string {
  const how = answer === "ack" ? "ack" : `decide ${answer}`;
  return `printf '%s\\n' '${word}' | /bin/sh $T/run/${id}/supervisor.sh ${how} || true`;
}

const plan = {
  id,
  old: `${store}old`,
  new: `${store}new`,
  before: {
    current: `${store}old`,
    profile: "system-1-link",
    profileSystem: `${store}old`,
    generation: 1,
    bootId: "b",
    rebootNeeded: false,
  },
  toGeneration: null,
  bootOnly: false,
  deadlines: { activateWithin: 20_000, ackWithin: 10_000, commitWithin: 10_000, rollbackWithin: 20_000 },
  activeUnits: ["web.service"],
  answerHashes: {
    ack: hashOf(words(id, "ack")),
    commit: hashOf(words(id, "commit")),
    rollback: hashOf(words(id, "rollback")),
  },
};
