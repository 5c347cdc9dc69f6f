import type { Lane, Row } from "./row.ts";

/** Something that runs as root on the host answers, or writes, in place of the bot or of the supervisor. */

const removeForgery = async ({ fleet, host }: Lane): Promise<void> => {
  const script =
    'for state in /run/switchyard/d-*/state; do umount "$state" 2>/dev/null; done; rm -f /run/forged-state';
  await fleet.exec(host, ["sh", "-c", `${script}; true`]);
};
/** Whoever logs in is greeted, in programs' connections, too. */
const greet = async ({ fleet, host }: Lane): Promise<void> => {
  await fleet.exec(host, [
    "sh",
    "-c",
    "echo 'echo Welcome to this machine; echo and mind the step >&2' >/root/.bashrc",
  ]);
};
const hush = async ({ fleet, host }: Lane): Promise<void> => {
  await fleet.exec(host, ["rm", "-f", "/root/.bashrc"]);
};

export const forgedRows: readonly Row[] = [
  {
    fault: "new system forges the supervisor's state",
    phase: "switch",
    ref: "origin/bad/forges-state",
    strike: null,
    restore: removeForgery,
    ends: {
      runs: "old",
      outcome: "unknown",
      says: /says “committed system-99-link”, but the machine says that it runs/,
      isLocked: true,
    },
  },
  {
    fault: "new system stops sshd, and answers in the bot's place",
    phase: "switch",
    ref: "origin/bad/answers-itself",
    strike: null,
    ends: { runs: "old", outcome: "rolled-back", says: /nobody could reach this host for 20 s/ },
  },
  {
    fault: "root's shell prints a greeting",
    host: "ovh-vps",
    phase: "check",
    strike: null,
    arrange: greet,
    restore: hush,
    ends: {
      runs: "old",
      outcome: "failed",
      says: /prints "Welcome to this machine" before each command, and nix copy cannot work over it/,
    },
  },
];
