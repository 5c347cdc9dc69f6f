import type { Settings } from "../config/env.ts";
import { asRoot, type Target } from "./hop.ts";
import { marked } from "./owner.ts";
import { type Shell, ShellError } from "./shell.ts";
import { sshShell } from "./ssh-shell.ts";

/** A host that the bot connects to by itself, with its own key, and host keys from its own known_hosts. */
export function directShell(settings: Pick<Settings, "sshKey" | "knownHosts">, target: Target): Shell {
  const { name, user, address, port, connectTimeout } = target;
  const { sshKey, knownHosts } = settings;
  if (sshKey === null || knownHosts === null) {
    return {
      name,
      close: async () => {},
      run: async () => {
        throw new ShellError(
          "unreachable",
          `${name}: it is \`via: direct\`, which needs SWITCHYARD_SSH_KEY and SWITCHYARD_KNOWN_HOSTS`,
        );
      },
    };
  }
  const ssh = sshShell({
    name,
    user,
    host: address,
    port,
    keyFile: sshKey,
    knownHostsFile: knownHosts,
    connectTimeout: connectTimeout * 1000,
  });
  return {
    ...ssh,
    // sudo empties the environment, so the mark is set behind it.
    run: (command) =>
      ssh.run({ ...command, argv: asRoot(user, marked(command.argv, command.owner)), owner: undefined }),
  };
}
