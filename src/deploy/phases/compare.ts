import { deadlines } from "../../config/deadlines.ts";
import { closureSize, compareClosures, readClosure, signedSize } from "../../nix/closures.ts";
import { closure } from "../../nix/commands.ts";
import * as git from "../../nix/git-log.ts";
import { hostLookArgv, parseHostLook } from "../../nix/host-look.ts";
import { mustRun, type Shell } from "../../remote/shell.ts";
import { advise, checkAncestry } from "../code-checks.ts";
import type { Comparison } from "../comparison.ts";
import { end, type Phase, type PhaseContext } from "../context.ts";

/** As many as a card can show. */
const mostCommits = 30;
const mostFiles = 60;

/** What a deploy would change, without a word to the host but questions: packages, commits, files. */
export const compare: Phase = {
  name: "compare",
  async run(context) {
    const { host } = context;
    const { toplevel, previous } = context.record();
    if (toplevel === null || previous === null) {
      throw new Error("comparing two systems: one of them is not known");
    }
    const [before, after, code] = await Promise.all([
      readClosureOf(context, context.target, previous),
      readClosureOf(context, context.builder, toplevel),
      compareCode(context),
    ]);
    const diff = compareClosures(before, after);
    const sizes = { before: closureSize(before), after: closureSize(after) };
    await context.save({ diff, comparison: { ...code, sizes } });
    const delta = sizes.after - sizes.before;
    const packages = `${diff.length} package${diff.length === 1 ? "" : "s"} would change (${signedSize(delta)})`;
    await advise(context, "ancestry", () => checkAncestry(context, code.from));
    const ancestry = context.record().checks.find(({ name }) => name === "ancestry");
    const older = ancestry?.state === "warning" ? ` Warning: ${ancestry.detail}.` : "";
    const commits = code.unknown === null ? `, with ${code.count} commit${code.count === 1 ? "" : "s"}` : "";
    return end({
      outcome: "done",
      message: `${host.name}: ${packages}${commits}. Nothing was copied to it.${older}`,
      help: `Which units would restart only the host can tell: /deploy ${host.name} --dry-run`,
    });
  },
};

/** Each is read where it is: the host has what runs, the builder what was built. */
async function readClosureOf({ signal }: PhaseContext, shell: Shell, path: string) {
  const exit = await mustRun(shell, `reading what ${path} needs on ${shell.name}`, {
    argv: closure(path),
    timeout: deadlines.diffClosures,
    signal,
  });
  return readClosure(exit.stdout);
}

type Code = Omit<Comparison, "sizes">;

const nothing: Code = { from: null, unknown: null, commits: [], count: 0, url: null, files: [] };

async function compareCode(context: PhaseContext): Promise<Code> {
  const { host, target, builder, repository, signal } = context;
  const to = context.record().revision;
  const look = await mustRun(target, `looking at ${host.name}`, {
    argv: hostLookArgv(),
    timeout: deadlines.hostCommand,
    signal,
  });
  const from = parseHostLook(host.name, look.stdout).revision;
  if (to === null) {
    return { ...nothing, from: from || null, unknown: "uncommitted files have no history" };
  }
  if (!/^[0-9a-f]{40}$/.test(from)) {
    const unknown = `the system that runs does not say which revision it was built from${from === "" ? "" : ` (${from})`}`;
    return { ...nothing, unknown };
  }
  const run = (argv: readonly string[]) => builder.run({ argv, timeout: deadlines.builderCommand, signal });
  if ((await run(git.gitHas(repository, from))).exitCode !== 0) {
    return { ...nothing, from, unknown: `the repository does not have ${from}, which runs` };
  }
  const [log, count, files, origin] = await Promise.all([
    run(git.gitLog(repository, from, to, mostCommits)),
    run(git.gitCount(repository, from, to)),
    run(git.gitDiffstat(repository, from, to)),
    run(git.gitOrigin(repository)),
  ]);
  const web = git.webAddress(origin.stdout);
  const lines = files.stdout.split("\n").filter((line) => line.trim() !== "");
  return {
    from,
    unknown: log.exitCode === 0 ? null : "git log failed on the builder",
    commits: git.readLog(log.stdout).map((commit) => ({
      ...commit,
      url: web === null ? null : git.commitUrl(web, commit.revision),
    })),
    count: git.readCount(count.stdout),
    url: web === null ? null : git.compareUrl(web, from, to),
    files: lines.length <= mostFiles ? lines : [...lines.slice(0, mostFiles - 1), ...lines.slice(-1)],
  };
}
