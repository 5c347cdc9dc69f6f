import { ruleFor } from "../approvals.ts";
import { checkWords } from "../check-words.ts";
import { end, next, type Phase } from "../context.ts";
import { refusesCode } from "../rights.ts";

/**
 * Code that is in no trusted ref stops here: from the next phase on it would run as root on the host. Somebody with the role
 * `approver`, who is not the one that asked, lets exactly this system through, or whoever asked may deploy any ref.
 */
export const approve: Phase = {
  name: "approve",
  waitsForPeople: true,
  // An approval is for one system: what was built again after a restart has to be the same.
  // Platforms are asked only where it matters.
  isNeeded: async (deployment, rightsNow) =>
    deployment.isTrusted !== true && refusesCode(deployment, await rightsNow()) !== null,
  async run(context) {
    const { ref, toplevel } = context.record();
    context.say(`waiting for an approver: ${ref} is in no trusted ref`);
    const decision = await context.ask("copy", ruleFor(context.record(), context.host, "copy"));
    if (decision === null) {
      return end({ outcome: "expired", message: "Nobody approved in time; nothing of it reached the host." });
    }
    context.say(`${decision.by.name} said ${decision.action}`);
    if (decision.action === "cancel") {
      return end({
        outcome: "cancelled",
        message: `Cancelled by ${decision.by.name}; nothing of it reached the host.`,
      });
    }
    const stop = await checkWords(context, "copy");
    if (stop !== null) {
      return stop;
    }
    const others = (context.record().confirmation?.approvals ?? []).filter(({ at }) => at !== decision.at);
    const refApproval = { ...decision, toplevel, ...(others.length === 0 ? {} : { others }) };
    await context.save({ refApproval, confirmation: null });
    return next;
  },
};
