import { readFile } from "node:fs/promises";
import { NodeSSH } from "node-ssh";
import pLimit from "p-limit";
import type { ServerHostKeyAlgorithm } from "ssh2";
import { deadlines } from "../config/deadlines.ts";
import { fingerprint, readKnownHost } from "./known-hosts.ts";
import { type Command, type Exit, type Shell, ShellError } from "./shell.ts";
import { runOverSsh } from "./ssh-command.ts";

/** sshd allows 10 sessions a connection (MaxSessions); some stay free for ending commands, and for those just ended. */
const maxSessions = 6;
const maxWaiting = 500;

export interface SshAddress {
  readonly name: string;
  readonly user: string;
  readonly host: string;
  readonly port: number;
  readonly keyFile: string;
  readonly knownHostsFile: string;
  /** Milliseconds for reaching the machine and logging in. */
  readonly connectTimeout: number;
  /** Milliseconds for which a connection takes new commands. */
  readonly life?: number;
}

/** A connection, and how many commands run on it. */
interface Open {
  readonly ssh: Promise<NodeSSH>;
  users: number;
}

/**
 * A machine over SSH: one connection, opened when first needed. After its life, or when a command failed on it, new commands
 * open another one, as the key that opened it may be gone; what runs on it goes on.
 */
export function sshShell(address: SshAddress): Shell {
  const limit = pLimit(maxSessions);
  let current: Open | null = null;

  function connected(): Open {
    if (current !== null) {
      return current;
    }
    const opening = connect(address, () => retire(opened));
    const opened: Open = { ssh: opening, users: 0 };
    opening.then(
      () => setTimeout(() => retire(opened), address.life ?? deadlines.connectionLife).unref(),
      () => retire(opened),
    );
    current = opened;
    return opened;
  }

  /** Only this one is forgotten, not the one that came after it. */
  function retire(open: Open): void {
    if (current === open) {
      current = null;
    }
    if (open.users === 0) {
      dispose(open);
    }
  }

  async function run(command: Command): Promise<Exit> {
    if (limit.pendingCount > maxWaiting) {
      throw new ShellError("unreachable", `${address.name}: more than ${maxWaiting} commands are waiting`);
    }
    return limit(async () => {
      command.signal?.throwIfAborted();
      const open = connected();
      open.users++;
      try {
        return await runOverSsh(address.name, await open.ssh, command);
      } catch (error) {
        if (error instanceof ShellError && error.failure !== "aborted" && current === open) {
          current = null;
        }
        throw error;
      } finally {
        open.users--;
        if (current !== open && open.users === 0) {
          dispose(open);
        }
      }
    });
  }

  async function close(): Promise<void> {
    const open = current;
    current = null;
    await open?.ssh.then(
      (ssh) => ssh.dispose(),
      () => {},
    );
  }

  return { name: address.name, run, close };
}

function dispose({ ssh }: Open): void {
  ssh.then(
    (connection) => connection.dispose(),
    () => {},
  );
}

async function connect(address: SshAddress, onClose: () => void): Promise<NodeSSH> {
  const { name, host, port, user } = address;
  try {
    const known = await readKnownHost(address.knownHostsFile, host, port);
    const ssh = new NodeSSH();
    let offered: Buffer | null = null;
    await ssh
      .connect({
        host,
        port,
        username: user,
        privateKey: await readFile(address.keyFile, "utf8"),
        readyTimeout: address.connectTimeout,
        keepaliveInterval: 10_000,
        keepaliveCountMax: 3,
        algorithms: { serverHostKey: signatureAlgorithms(known.types) },
        hostVerifier: (key: Buffer) => {
          offered = key;
          return known.isTrusted(key);
        },
      })
      .catch((error: unknown) => {
        if (offered !== null && !known.isTrusted(offered)) {
          throw new Error(
            `the host key ${fingerprint(offered)} is not the one in ${address.knownHostsFile}: someone may be in between, or the machine was installed anew`,
            { cause: error },
          );
        }
        throw error;
      });
    ssh.connection?.on("close", onClose);
    ssh.connection?.on("error", onClose);
    return ssh;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ShellError("unreachable", `${name}: connecting to ${user}@${host}:${port}: ${why}`, {
      cause: error,
    });
  }
}

/** An ssh-rsa key signs with SHA-2 nowadays, so its type is not the algorithm's name. */
function signatureAlgorithms(types: readonly string[]): ServerHostKeyAlgorithm[] {
  return types.flatMap((type) =>
    type === "ssh-rsa" ? ["rsa-sha2-512", "rsa-sha2-256"] : [type],
  ) as ServerHostKeyAlgorithm[];
}
