import { execIn, type Place } from "./machine.ts";

const author = [
  ...["GIT_AUTHOR_NAME=Mira Okafor", "GIT_AUTHOR_EMAIL=mira@fleet.example"],
  ...["GIT_COMMITTER_NAME=Mira Okafor", "GIT_COMMITTER_EMAIL=mira@fleet.example"],
];

/** Commits straight into the bare origin, as a push would; the index is a file of this commit's own. */
export async function commitFiles(
  builder: Place,
  branch: string,
  message: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const index = `/tmp/commit-${process.pid}-${Math.random().toString(36).slice(2)}`;
  const git = async (args: readonly string[], input?: string): Promise<string> => {
    const argv = ["env", `GIT_INDEX_FILE=${index}`, ...author, "git", "-C", "/srv/fleet.git", ...args];
    const result = await execIn(builder, argv, input === undefined ? {} : { input });
    if (result.exitCode !== 0)
      throw new Error(`commit on ${branch}: git ${args[0]}: ${result.stderr.trim()}`);
    return result.stdout.trim();
  };

  const exists = (await git(["for-each-ref", `refs/heads/${branch}`])) !== "";
  const parent = await git(["rev-parse", exists ? `refs/heads/${branch}` : "refs/heads/main"]);
  try {
    await git(["read-tree", parent]);
    for (const [path, text] of Object.entries(files)) {
      const blob = await git(["hash-object", "-w", "--stdin"], text);
      await git(["update-index", "--add", "--cacheinfo", `100644,${blob},${path}`]);
    }
    const tree = await git(["write-tree"]);
    const revision = await git(["commit-tree", tree, "-p", parent, "-m", message]);
    await git(["update-ref", `refs/heads/${branch}`, revision]);
    return revision;
  } finally {
    await execIn(builder, ["rm", "-f", index]);
  }
}
