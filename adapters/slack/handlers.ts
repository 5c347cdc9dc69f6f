import { setTimeout as sleep } from "node:timers/promises";
import type { Delivery, Desk, HostList, Reply } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import { broken } from "../../src/chat/platform/broken.ts";
import { type Fields, fieldsOf, textOf } from "../../src/chat/platform/json.ts";
import { tryTimes } from "../../src/chat/platform/tell-person.ts";
import { placeOf } from "./accept.ts";
import { type AnswerParts, answer, explainAnswer } from "./answers.ts";
import { homeView, readHome } from "./home.ts";
import { deployModal, deployText, type Submitted } from "./modal.ts";
import { authorTeam, type Input, type Place, type Speaker } from "./parse.ts";
import { reasonOf } from "./slack-error.ts";

export interface HandlerParts extends AnswerParts {
  readonly desk: Desk;
  readonly identify: (speaker: Speaker) => Promise<Identity>;
  readonly now: () => number;
}

export interface Handlers {
  /** False where a person could not be told what came of it; so for all of these. */
  handle(input: Input): Promise<boolean>;
  submit(form: Submitted): Promise<boolean>;
  /** What an earlier process acknowledged and did not answer. */
  answerLost(delivery: Delivery): Promise<boolean>;
  openHome(body: Fields): Promise<void>;
}

/** A trigger lives three seconds, and the form has to travel too. */
const hostsWithin = 1_500;
const homeEvery = 30_000;
const mostHomes = 1_000;

/** Whoever opens the App Home has said nothing anywhere: they are told alone. */
const nowhere: Place = { from: "click", channel: null, thread: null, responseUrl: null };

const homeLost = (why: string) => ({
  message: `Your App Home could not be drawn: ${why}.`,
  help: "What it shows is older. Open it again in a while, or ask with /hosts.",
});

/** What happens after something was acknowledged. Nothing of it throws. */
export function createHandlers(parts: HandlerParts): Handlers {
  const { desk, client, identify, log, now } = parts;
  const homes = new Map<string, number>();
  /** Who was told that their App Home could not be drawn. */
  const untold = new Set<string>();

  async function ask(
    who: Speaker,
    place: Place,
    work: (identity: Identity) => Promise<Reply | null>,
  ): Promise<boolean> {
    let reply: Reply | null;
    try {
      reply = await work(await identify(who));
    } catch (error) {
      log.error({ err: error, user: who.user }, "slack: handling a request");
      reply = broken;
    }
    return reply === null || answer(parts, who.user, place, reply);
  }

  /** The hosts to choose from; null, for a field to type one in, when this person may not see them. */
  async function hostsFor(who: Speaker): Promise<HostList | null> {
    const identity = await identify(who);
    return desk.mayView(identity).isAllowed ? desk.hosts() : null;
  }

  async function openForm(input: Input & { readonly trigger: string }): Promise<boolean> {
    const list = await Promise.race([hostsFor(input.who), sleep(hostsWithin, null, { ref: false })]).catch(
      () => null,
    );
    try {
      const names = list === null ? null : list.hosts.map(({ name }) => name);
      const view = deployModal(names, input.place, list?.trouble);
      await client.views.open({ trigger_id: input.trigger, view });
    } catch (error) {
      log.warn({ reason: reasonOf(error) }, "slack: opening the form; its command is answered instead");
      return ask(input.who, input.place, (who) => desk.say("/deploy", who, input.key ?? undefined));
    }
    return true;
  }

  return {
    async handle(input) {
      const { who, place, key, trigger } = input;
      if (input.kind === "click") {
        const { action } = input;
        return ask(who, place, async (identity) => {
          const reply = await desk.press(action, identity, key ?? undefined);
          // What was decided shows on the card itself.
          return reply.kind === "refused" || action.kind !== "decide" ? reply : null;
        });
      }
      if (input.text === "/deploy" && trigger !== null) {
        return openForm({ ...input, trigger });
      }
      return ask(who, place, (identity) => desk.say(input.text, identity, key ?? undefined));
    },

    submit: ({ who, place, wanted, key }) =>
      ask(who, place, (identity) => desk.say(deployText(wanted), identity, key ?? undefined)),

    async answerLost(delivery) {
      const place = placeOf(delivery.answerTo);
      return (
        place === null ||
        delivery.user === null ||
        answer(parts, delivery.user, place, await desk.whatCameOf(delivery))
      );
    },

    async openHome(body) {
      const event = fieldsOf(body["event"]);
      const user = textOf(event["user"]);
      if (user === null || event["tab"] !== "home" || now() - (homes.get(user) ?? 0) < homeEvery) {
        return;
      }
      homes.delete(user);
      homes.set(user, now());
      const [oldest] = homes.keys();
      if (homes.size > mostHomes && oldest !== undefined) {
        homes.delete(oldest);
      }
      const why = await tryTimes(
        parts.telling,
        async () => {
          const who = await identify({ user, team: authorTeam(event), name: null });
          const view = homeView(await readHome(desk, who), new Date(now()));
          await client.views.publish({ user_id: user, view });
        },
        explainAnswer,
      );
      if (why !== null) {
        log.warn({ user, reason: why }, "slack: drawing the App Home");
        // Once, until it is drawn again: it stays in `homes`, and opening it says nothing more for a while.
        if (!untold.has(user)) {
          untold.add(user);
          const { message, help } = homeLost(why);
          await answer(parts, user, nowhere, { kind: "refused", code: "unavailable", message, help });
        }
        return;
      }
      untold.delete(user);
    },
  };
}
