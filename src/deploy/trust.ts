import { trustedRefs } from "../fleet/host.ts";
import { type Ended, end, type PhaseContext } from "./context.ts";
import { bringsCode } from "./modes.ts";
import { readTrust } from "./revision.ts";

/**
 * Reads trust again after the click: a card may have waited for an hour, and its code may have been withdrawn meanwhile. Null
 * where the code may go on. A roll back that goes back brings no code, and code that an approver let through is bound to its system.
 */
export async function checkTrust(context: PhaseContext): Promise<Ended | null> {
  const { revision, isTrusted, mode, isForward, ref, host } = context.record();
  if (!(bringsCode(mode) || isForward === true) || isTrusted !== true || revision === null) {
    return null;
  }
  const { builder, repository, fleet, signal, say } = context;
  const refs = trustedRefs(fleet).join(", ");
  const short = revision.slice(0, 7);
  const code = ref === null ? short : `${short} (${ref})`;
  try {
    const now = await readTrust(
      { builder, repository, trustedRefs: trustedRefs(fleet), signal, say },
      revision,
    );
    for (const warning of now.warnings) {
      say(warning);
    }
    if (now.warnings.length > 0) {
      await context.save({ warnings: [...context.record().warnings, ...now.warnings] });
    }
    return now.isTrusted
      ? null
      : end({
          outcome: "refused",
          message: `${code} was withdrawn while the card waited: it is not in ${refs} any more. ${host} is untouched.`,
          help: `/deploy ${host} takes what is there now; /deploy ${host} --ref ${short} asks an approver for this revision.`,
        });
  } catch (error) {
    signal.throwIfAborted();
    const why = error instanceof Error ? error.message : String(error);
    return end({
      outcome: "refused",
      message: `Nobody can tell whether ${short} is still in ${refs}: ${why}. ${host} is untouched.`,
      help: "Is the builder up? Ask again when it answers. A /rollback does not need it.",
    });
  }
}
