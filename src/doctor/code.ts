import { deadlines } from "../config/deadlines.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import { unknownHosts } from "../config/fleet-hosts.ts";
import { PhaseError } from "../deploy/context.ts";
import { openSource } from "../deploy/source.ts";
import { trustedRefs } from "../fleet/host.ts";
import { gitRemotes } from "../nix/commands.ts";
import { hintFor } from "../nix/hints.ts";
import { lastLines, type Shell } from "../remote/shell.ts";
import { type DoctorLine, failed, ok, reasonOf, warn } from "./line.ts";

export interface CodeChecked {
  readonly lines: readonly DoctorLine[];
  /** Of the flake; none where it cannot be read. */
  readonly hosts: readonly string[];
}

/** The fleet's repository on the builder: git takes it, can fetch, and its flake has hosts. */
export async function checkCode(builder: Shell, repository: string, fleet: FleetFile): Promise<CodeChecked> {
  const part = "flake";
  const remotes = await builder.run({ argv: gitRemotes(repository), timeout: deadlines.builderCommand });
  if (remotes.exitCode !== 0) {
    const lines = lastLines(remotes.stderr, 6);
    const mend = hintFor(lines) ?? `Clone the fleet's repository there, or set SWITCHYARD_FLAKE.`;
    const why = lines[0] ?? `exit ${remotes.exitCode}`;
    return {
      lines: [failed(part, `${repository} is no git repository to the bot: ${why}`, mend)],
      hosts: [],
    };
  }
  const hasOrigin = remotes.stdout.split("\n").includes("origin");
  const remote = hasOrigin
    ? []
    : [
        warn(
          part,
          `${repository} has no remote named origin`,
          "What is built is what somebody commits there: give it a remote, so that it can be fetched.",
        ),
      ];
  const { ref } = fleet.defaults;
  try {
    const source = await openSource({
      builder,
      repository,
      ref,
      trustedRefs: trustedRefs(fleet),
      unlockedInputs: fleet.defaults.unlockedInputs,
      signal: new AbortController().signal,
      say: () => {},
    });
    const notes = source.warnings.map((text) =>
      warn(part, text, "May the bot's user on the builder fetch? It needs a key that the remote accepts."),
    );
    const found = `${ref} is ${source.revision?.slice(0, 7) ?? "the working tree"}, and has ${source.hosts.length} hosts`;
    const hosts =
      source.hosts.length === 0
        ? failed(part, "it has no nixosConfigurations", "Add a host to the flake.")
        : ok(part, found);
    return { lines: [...remote, ...notes, hosts], hosts: source.hosts };
  } catch (error) {
    const mend = (error instanceof PhaseError ? error.help : null) ?? "Correct it, commit, and push.";
    const said =
      error instanceof PhaseError ? error.lines.slice(-6).map((line) => `\n      ${line.trim()}`) : [];
    return { lines: [...remote, failed(part, `${reasonOf(error)}${said.join("")}`, mend)], hosts: [] };
  }
}

/** fleet.yaml names only hosts that there are, and lets somebody deploy. */
export function checkFleet(
  path: string,
  fleet: FleetFile,
  text: string,
  hosts: readonly string[],
): DoctorLine[] {
  const part = "fleet.yaml";
  const unknown = hosts.length === 0 ? [] : unknownHosts(text, hosts, fleet.defaults.ref);
  const mayDeploy = [...(fleet.roles["deployer"] ?? []), ...(fleet.roles["admin"] ?? [])];
  const strangers = Object.values(fleet.roles)
    .flat()
    .filter((member) => /^[\w.-]+$/.test(member) && fleet.people[member] === undefined);
  const lines = [
    ...unknown.map((one) =>
      (one.hasRules ? failed : warn)(part, one.text, "Correct its name, or remove it from hosts."),
    ),
    ...[...new Set(strangers)].map((name) =>
      warn(
        part,
        `${name} has a role, and is not under people`,
        `Add their accounts: people: { ${name}: { … } }`,
      ),
    ),
    ...(mayDeploy.length === 0
      ? [
          warn(
            part,
            "nobody but the holder of the web page's token may deploy",
            "Name people, and give them roles: see fleet.example.yaml.",
          ),
        ]
      : []),
  ];
  return lines.length === 0 ? [ok(part, `${path} has no mistakes`)] : lines;
}
