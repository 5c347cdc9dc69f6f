import type { Clock } from "../config/clock.ts";
import { deadlines } from "../config/deadlines.ts";
import { freeSpace } from "../nix/commands.ts";
import { readFreeSpace } from "../nix/free-space.ts";
import { hintFor } from "../nix/hints.ts";
import { lastLines, mustRun, type Shell, ShellError } from "../remote/shell.ts";
import { checkClock } from "./clock-skew.ts";
import { type DoctorLine, failed, ok, reasonOf, warn } from "./line.ts";

const part = "builder";
/** Older ones lack what is asked of `nix build --json` and of flakes. */
const oldestNix = [2, 18] as const;
const leastFree = 2 * 1024 ** 3;

export type BuilderChecked = { readonly lines: DoctorLine[]; readonly answers: boolean };

/** Whether the builder answers, and has what builds need. */
export async function checkBuilder(builder: Shell, clock: Clock): Promise<BuilderChecked> {
  try {
    const before = clock.now();
    await mustRun(builder, "reaching the builder", { argv: ["true"], timeout: deadlines.builderCommand });
    const answered = ok(part, `it answers, in ${clock.now() - before} ms`);
    const more = await Promise.all([
      checkNix(builder),
      checkTool(builder, "git", ["git", "--version"], "Install git there: the flake is a git repository."),
      checkTool(
        builder,
        "ssh",
        ["ssh", "-V"],
        "Install OpenSSH's client there: it reaches the hosts with it.",
      ),
      checkStore(builder),
      checkClock(part, builder, clock),
    ]);
    return { answers: true, lines: [answered, ...more.flat()] };
  } catch (error) {
    const why = reasonOf(error);
    const mend = hintFor([why]) ?? "Is it up, and is SWITCHYARD_BUILDER its address? Try ssh to it by hand.";
    return { answers: false, lines: [failed(part, why, mend)] };
  }
}

async function checkNix(builder: Shell): Promise<DoctorLine[]> {
  // A builder that is the bot's own machine does not even start what is not there.
  const exit = await builder
    .run({ argv: ["nix", "--version"], timeout: deadlines.builderCommand })
    .catch((error: unknown) => {
      if (!(error instanceof ShellError) || error.failure !== "not-found") {
        throw error;
      }
      return { exitCode: 127, stdout: "" };
    });
  const version = /(\d+)\.(\d+)[\w.]*/.exec(exit.stdout);
  if (exit.exitCode !== 0 || version === null) {
    return [
      failed(
        "nix",
        "there is no nix on the PATH of the bot's user there",
        "Install Nix on the builder; see nixos.org.",
      ),
    ];
  }
  const [text, major, minor] = [version[0], Number(version[1]), Number(version[2])];
  const isOld = major < oldestNix[0] || (major === oldestNix[0] && minor < oldestNix[1]);
  const known = isOld
    ? warn("nix", `${text} is older than ${oldestNix.join(".")}`, "Bring a newer Nix to the builder.")
    : ok("nix", text);
  const probe = await builder.run({
    argv: ["nix", "--extra-experimental-features", "nix-command flakes", "eval", "--expr", "1"],
    timeout: deadlines.builderCommand,
  });
  return [
    known,
    probe.exitCode === 0 && probe.stdout.trim() === "1"
      ? ok("nix", "flakes and the nix command work")
      : failed(
          "nix",
          `flakes and the nix command do not work: ${lastLines(probe.stderr, 1)[0] ?? `exit ${probe.exitCode}`}`,
          "May the bot's user reach the Nix daemon there? See allowed-users in nix.conf.",
        ),
  ];
}

async function checkTool(
  builder: Shell,
  name: string,
  argv: readonly string[],
  mend: string,
): Promise<DoctorLine> {
  const exit = await builder.run({ argv, timeout: deadlines.builderCommand }).catch(() => null);
  const said = exit === null ? "" : (lastLines(`${exit.stdout}\n${exit.stderr}`, 1)[0] ?? "");
  return exit?.exitCode === 0 ? ok(name, said) : failed(name, "it is not there on the builder", mend);
}

async function checkStore(builder: Shell): Promise<DoctorLine> {
  const exit = await builder.run({ argv: freeSpace(["/nix/store"]), timeout: deadlines.hostCommand });
  const free = readFreeSpace(exit.stdout);
  const said = `${free === null ? "an unknown space" : `${(free / 1024 ** 3).toFixed(1)} GiB`} is free for /nix/store`;
  return free !== null && free < leastFree
    ? warn(part, said, "nix-collect-garbage --delete-older-than 14d frees some.")
    : ok(part, said);
}
