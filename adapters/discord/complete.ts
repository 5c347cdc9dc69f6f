import type { Desk, Suggestion } from "../../src/chat/desk.ts";
import type { Identity } from "../../src/chat/identity.ts";
import { within } from "../../src/chat/platform/backoff.ts";
import type { PlatformLog } from "../../src/chat/platform/parts.ts";
import { cut } from "../../src/chat/platform/text.ts";
import { kindOf } from "./command-line.ts";
import { reasonOf } from "./discord-error.ts";
import { limits } from "./limits.ts";
import type { Input } from "./parse.ts";

export interface Choice {
  readonly name: string;
  readonly value: string;
}

/** What may stand in the option that is being typed. What cannot be found in time is not offered. */
export async function choicesFor(
  desk: Pick<Desk, "commands" | "suggest" | "mayReadNow">,
  { name, options, focused }: Extract<Input, { kind: "typing" }>,
  who: Identity,
  milliseconds: number,
  log: PlatformLog,
): Promise<readonly Choice[]> {
  const of = kindOf(name, focused, desk.commands());
  if (of === null) {
    return [];
  }
  const { host } = options;
  const asking = {
    of,
    typed: String(options[focused] ?? ""),
    host: typeof host === "string" ? host : null,
  };
  const suggest = async () =>
    (await desk.mayReadNow(who, "complete")) === null ? desk.suggest(asking, who) : [];
  try {
    return choices(await within(milliseconds, "suggesting", suggest()));
  } catch (error) {
    log.debug({ reason: reasonOf(error) }, "discord: suggesting what may be typed");
    return [];
  }
}

function choices(found: readonly Suggestion[]): Choice[] {
  return found
    .filter(({ value }) => value !== "" && value.length <= limits.choiceText)
    .slice(0, limits.choices)
    .map(({ value, about }) => ({
      name: cut(about === "" ? value : `${value} · ${about}`, limits.choiceText),
      value,
    }));
}
