import { text } from "../src/chat/blocks.ts";
import { refusalFor } from "../src/chat/dispatch.ts";
import { command } from "../src/chat/spec.ts";
import { actorOf } from "../src/deploy/parts.ts";
import { deploymentCard } from "../src/views/deployment-card.ts";
import { idWord, typed } from "./input.ts";

/** It changes nothing on the host and puts only what the host says into the record, so whoever may view may look. */
export const look = command({
  name: "look",
  words: [idWord],
  summary: "Looks again at the host of a deployment whose end is unknown, and corrects the record.",
  examples: ["/look d-20261123-7f3a"],
  flags: [],
  input: typed({ least: 1, most: 1, what: "/look takes the id of one deployment." }).transform((input) => ({
    id: input.words[0] ?? "",
  })),
  async handle({ id }, call) {
    const { store, engine } = call.tools;
    const deployment = await store.deployment(id);
    const refusal = refusalFor(call, "view", deployment?.host ?? null);
    if (refusal !== null) {
      return refusal;
    }
    const looked = await engine.lookAgain(id, actorOf(call.who));
    return looked.kind === "refused"
      ? looked
      : {
          kind: "answer",
          text: looked.text,
          blocks: [text(looked.text), ...deploymentCard(looked.deployment, null)],
        };
  },
});
