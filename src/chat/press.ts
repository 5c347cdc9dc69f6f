import type { CommandRequest } from "../deploy/command-request.ts";
import { actOfDeployment, actOfRun, type RecordAct } from "../deploy/follow-up.ts";
import type { Reply } from "./desk.ts";
import type { CommandTools } from "./tools.ts";

/** What an act on a record asks for, as the record has it now; a refusal where it has no such act. */
export async function requestOfAct(
  { store }: Pick<CommandTools, "store">,
  act: RecordAct,
  about: string,
): Promise<CommandRequest | Extract<Reply, { readonly kind: "refused" }>> {
  if (about.startsWith("r-")) {
    const run = await store.run(about);
    const found = await Promise.all((run?.deployments ?? []).map((id) => store.deployment(id)));
    const members = found.filter((one) => one !== undefined);
    return run === undefined ? unknown(about) : (actOfRun(act, run, members) ?? nothing(act, about));
  }
  const deployment = await store.deployment(about);
  return deployment === undefined
    ? unknown(about)
    : (actOfDeployment(act, deployment) ?? nothing(act, about, deployment.host));
}

function unknown(about: string) {
  const message = `There is no ${about.startsWith("r-") ? "run" : "deployment"} ${JSON.stringify(about)}.`;
  return { kind: "refused", code: "unknown-id", message, help: null } as const;
}

function nothing(act: RecordAct, about: string, host?: string) {
  const messages: Readonly<Record<RecordAct, string>> = {
    retry: `${about} has no host that could be tried again now.`,
    rollback: `${about} brought no system to ${host ?? "a host"} that could be rolled back.`,
    boot: `${about} has no system that could be put in for the next boot.`,
  };
  const help = act === "rollback" && host !== undefined ? `See /rollback ${host} --list.` : null;
  return { kind: "refused", code: "already-decided", message: messages[act], help } as const;
}

/**
 * What a button of an older bot types. One that deploys does not say all that was asked for (a retry left the flags out), so
 * a person has to.
 */
export function refuseOld(text: string): Extract<Reply, { readonly kind: "refused" }> | null {
  return /^\/(deploy|build-all|generations)\b/.test(text)
    ? {
        kind: "refused",
        code: "changed",
        message: "This button is of an older version of the bot, and does not say all that was asked for.",
        help: `It stands for ${text}: type it, with the flags that it needs.`,
      }
    : null;
}
