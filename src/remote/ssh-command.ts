import { setTimeout as delay } from "node:timers/promises";
import type { NodeSSH } from "node-ssh";
import type { ClientChannel } from "ssh2";
import { nextWait, repairs } from "../config/repairs.ts";
import { beginMark, cameInstead } from "./frame.ts";
import { limited } from "./hop.ts";
import { OutputCollector } from "./output.ts";
import { marked } from "./owner.ts";
import { pacer } from "./pacer.ts";
import { quoteArgv } from "./quote.ts";
import { type Command, type Exit, ShellError, type ShellFailure } from "./shell.ts";

/** How long a remote process group that was told to end may take before it is killed, and then to be gone. */
const killAfter = 5_000;
/** How long a quiet output is still waited for after a command has ended. */
const outputGrace = 3_000;
/** The most that the files of a login shell may print before the command begins. */
const longestNoise = 256 * 1024;

/**
 * Runs a command in a session of an open connection. A remote process outlives its connection, so the
 * first line of its output is its process group (sshd makes each session's shell a group leader), and
 * ending the command means ending that group.
 */
export async function runOverSsh(name: string, ssh: NodeSSH, command: Command): Promise<Exit> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await runOnce(name, ssh, command);
    } catch (error) {
      // sshd frees a session a moment after the client has seen its end. Nothing has run, so trying again is safe.
      const pause = error instanceof NoSession ? nextWait(repairs.sshSession, attempt, Math.random()) : null;
      if (pause === null) {
        throw error;
      }
      await delay(pause);
    }
  }
}

class NoSession extends ShellError {}

function runOnce(name: string, ssh: NodeSSH, command: Command): Promise<Exit> {
  const argv = limited(marked(command.argv, command.owner), command.timeout);
  const line = `exec sh -c 'printf "\\n%s %s\\n" "$0" $$; printf "\\n%s\\n" "$0" >&2; exec "$@"' ${beginMark} ${quoteArgv(argv)}`;
  return new Promise((resolve, reject) => {
    const lost = (cause: unknown) =>
      reject(new ShellError("lost", `${name}: opening a session: the connection is gone`, { cause }));
    if (ssh.connection === null) {
      lost(undefined);
      return;
    }
    try {
      // The listeners have to be there before this callback returns: a short command's exit comes with its first bytes.
      ssh.connection.exec(line, (error, channel) => {
        if (error === undefined) {
          followChannel(name, ssh, channel, command, resolve, reject);
        } else if (/channel open failure/i.test(error.message)) {
          reject(
            new NoSession("lost", `${name}: its sshd gives no more sessions (MaxSessions)`, { cause: error }),
          );
        } else {
          lost(error);
        }
      });
    } catch (error) {
      lost(error);
    }
  });
}

function followChannel(
  name: string,
  ssh: NodeSSH,
  channel: ClientChannel,
  command: Command,
  resolve: (exit: Exit) => void,
  reject: (error: ShellError) => void,
): void {
  const file = command.argv[0] ?? "";
  let group: number | null = null;
  let exitCode: number | null = null;
  let ended: ShellFailure | null = null;
  let killer: NodeJS.Timeout | undefined;
  let quiet: NodeJS.Timeout | undefined;
  const stdout = new OutputCollector(command.onLine && ((text) => command.onLine?.(text, "stdout")));
  const stderr = new OutputCollector(command.onLine && ((text) => command.onLine?.(text, "stderr")));

  function end(failure: ShellFailure): void {
    if (ended !== null) {
      return;
    }
    ended = failure;
    signalGroup(ssh, group, "TERM");
    killer = setTimeout(() => {
      signalGroup(ssh, group, "KILL");
      killer = setTimeout(() => channel.destroy(), killAfter);
    }, killAfter);
  }

  const timer = setTimeout(() => end("timeout"), command.timeout);
  const onAbort = () => end("aborted");
  command.signal?.addEventListener("abort", onAbort, { once: true });
  if (command.signal?.aborted === true) {
    onAbort();
  }
  const pace = pacer([channel, channel.stderr], command.whenReady);
  function takeBody(chunk: Buffer): void {
    stdout.push(chunk) || end("too-much-output");
    pace.look();
  }
  let head = Buffer.alloc(0);
  let headFailed = false;
  channel.on("data", (chunk: Buffer) => {
    quiet?.refresh();
    if (group !== null) {
      takeBody(chunk);
      return;
    }
    head = Buffer.concat([head, chunk]);
    const begin = beginOf(head);
    if (begin === null && head.length > longestNoise && !headFailed) {
      headFailed = true;
      end("too-much-output");
    }
    if (begin !== null) {
      group = begin.group;
      takeBody(head.subarray(begin.end));
      if (ended !== null) {
        signalGroup(ssh, group, "TERM");
      }
    }
  });
  // What a login shell's files say there is no reason why a command failed, nor what a dry run would do.
  let errorHead: Buffer | null = Buffer.alloc(0);
  channel.stderr.on("data", (chunk: Buffer) => {
    quiet?.refresh();
    let body = chunk;
    if (errorHead !== null) {
      errorHead = Buffer.concat([errorHead, chunk]);
      const begin = errorHead.indexOf(errorMark);
      if (begin < 0) {
        errorHead.length <= longestNoise || end("too-much-output");
        return;
      }
      body = errorHead.subarray(begin + errorMark.length);
      errorHead = null;
    }
    stderr.push(body) || end("too-much-output");
    pace.look();
  });
  channel.on("exit", (code: number | null) => {
    // Without a code a signal ended it, from outside: how far it came is not known.
    exitCode = code;
    // A daemon that was left behind may hold the output open for ever.
    quiet = setTimeout(() => (pace.isPaused() ? quiet?.refresh() : channel.destroy()), outputGrace);
  });
  channel.on("error", () => channel.destroy());
  channel.on("close", () => {
    clearTimeout(timer);
    clearTimeout(killer);
    clearTimeout(quiet);
    command.signal?.removeEventListener("abort", onAbort);
    const exit = { stdout: stdout.end(), stderr: stderr.end() };
    if (ended !== null) {
      reject(new ShellError(ended, `${name}: ${file} was ended: ${ended}`));
    } else if (group === null && exitCode !== null) {
      const came = cameInstead(head.toString(), errorHead?.toString() ?? exit.stderr);
      reject(new ShellError("lost", `${name}: its shell did not run ${file} (exit ${exitCode}); ${came}`));
    } else if (exitCode === null) {
      reject(new ShellError("lost", `${name}: the connection was lost, or a signal came, while ${file} ran`));
    } else {
      resolve({ exitCode, ...exit });
    }
  });
  // A channel's stdin has to be closed, or remote programs that read it wait for ever.
  channel.end(command.input ?? "");
}

const errorMark = Buffer.from(`\n${beginMark}\n`);

/** Where the command's own output begins, and its process group: what the login shell's files print comes before. */
function beginOf(head: Buffer): { readonly group: number; readonly end: number } | null {
  const mark = Buffer.from(`\n${beginMark} `);
  const at = head.indexOf(mark);
  const newline = at < 0 ? -1 : head.indexOf(10, at + mark.length);
  return newline < 0
    ? null
    : { group: Number(head.subarray(at + mark.length, newline).toString()), end: newline + 1 };
}

function signalGroup(ssh: NodeSSH, group: number | null, signal: "TERM" | "KILL"): void {
  if (group !== null && Number.isInteger(group) && group > 1) {
    try {
      ssh.connection?.exec(`kill -${signal} -${group}`, (_error, channel) => channel?.resume().end());
    } catch {
      // The connection is gone: the channel's close says so.
    }
  }
}
