import prettyBytes from "pretty-bytes";
import { deadlines } from "../../config/deadlines.ts";
import { freeSpace } from "../../nix/commands.ts";
import { readFreeSpace } from "../../nix/free-space.ts";
import { collectGarbage, isDeletion, readCollected, readDamage, verifyStore } from "../../nix/garbage.ts";
import { hintFor } from "../../nix/hints.ts";
import { mustRun } from "../../remote/shell.ts";
import { type Ended, end, type Phase, type PhaseContext, PhaseError } from "../context.ts";
import { Tail } from "../tail.ts";
import { actOf, begin, readDead } from "./check-act.ts";

/** How many damaged paths are named; the log has all of them. */
const mostNamed = 20;

/** Deletes what no root holds. It may be stopped and begun again at any time. */
export const collect: Phase = {
  name: "collect",
  async run(context) {
    // What was begun before a restart has had its look.
    const grown = actOf(context).begunAt === null ? await moreThanShown(context) : null;
    if (grown !== null) {
      return grown;
    }
    await begin(context);
    const before = await readFree(context);
    const collected = await runCollection(context);
    const after = await readFree(context);
    const what = `${context.host.name}: ${collected}; ${spaceWords(before, after)}.`;
    return actOf(context).verify
      ? verified(context, what)
      : end({ outcome: "done", message: what, help: null });
  },
};

/** The card said how much would go at most: what lost its root since was not part of the yes. */
async function moreThanShown(context: PhaseContext): Promise<Ended | null> {
  const shown = actOf(context).seen?.dead ?? null;
  const now = shown === null ? null : await readDead(context);
  return shown === null || now === null || now.paths <= shown.paths
    ? null
    : end({
        outcome: "superseded",
        message: `${context.host.name} has more garbage than the card showed: ${now.paths} paths, and it said ${shown.paths} at most. Nothing was deleted.`,
        help: "Ask again: the new card will show what would go now.",
      });
}

async function runCollection(context: PhaseContext): Promise<string> {
  const { target, host, signal, log } = context;
  const expected = actOf(context).seen?.dead?.paths ?? 0;
  const tail = new Tail(15);
  let done = 0;
  const exit = await target.run({
    argv: collectGarbage,
    timeout: deadlines.collectGarbage,
    signal,
    onLine(line) {
      log.line(line);
      tail.push(line);
      if (isDeletion(line)) {
        done += 1;
        context.progress("deleting", done, expected);
      }
    },
  });
  if (exit.exitCode !== 0) {
    throw new PhaseError(
      `collecting the garbage of ${host.name} failed${tail.error()}`,
      hintFor(tail.lines),
      tail.lines,
    );
  }
  return readCollected(`${exit.stdout}\n${exit.stderr}`) ?? `${done} store paths deleted`;
}

/** The store is read file by file: what is damaged there would have failed one day. */
async function verified(context: PhaseContext, what: string): Promise<Ended> {
  const { target, host, signal, log } = context;
  const damage: string[] = [];
  const tail = new Tail(15);
  context.say("verifying every path of the store");
  const exit = await target.run({
    argv: verifyStore,
    timeout: deadlines.verifyStore,
    signal,
    onLine(line) {
      log.line(line);
      tail.push(line);
      const found = readDamage(line);
      if (found !== null) {
        damage.push(found);
        context.progress(`${damage.length} damaged`, 0, 0);
      }
    },
  });
  if (damage.length > 0) {
    const more = damage.length > mostNamed ? [`… ${damage.length - mostNamed} more, see the log`] : [];
    return end({
      outcome: "failed",
      message: `${what} But ${damage.length} of its paths ${damage.length === 1 ? "is" : "are"} damaged.`,
      help: `nix-store --repair-path PATH on ${host.name} fetches a path again where a substituter has it. Is its disk well?`,
      lines: [...damage.slice(0, mostNamed), ...more],
    });
  }
  if (exit.exitCode !== 0) {
    return end({
      outcome: "failed",
      message: `${what} But verifying the store failed${tail.error()}`,
      help: hintFor(tail.lines),
      lines: tail.lines,
    });
  }
  return end({ outcome: "done", message: `${what} Every path of its store is whole.`, help: null });
}

async function readFree({ target, host, signal }: PhaseContext): Promise<number | null> {
  const exit = await mustRun(target, `looking at the disk of ${host.name}`, {
    argv: freeSpace(["/nix/store"]),
    timeout: deadlines.hostCommand,
    signal,
  });
  return readFreeSpace(exit.stdout);
}

function spaceWords(before: number | null, after: number | null): string {
  const size = (bytes: number | null) =>
    bytes === null ? "an unknown amount" : prettyBytes(bytes, { binary: true, maximumFractionDigits: 1 });
  return `${size(after)} is free there now, and was ${size(before)}`;
}
