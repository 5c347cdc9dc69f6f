import type { Clock } from "../config/clock.ts";
import type { Shells } from "../remote/shells.ts";
import { partsWith, type Trouble } from "../troubles/troubles.ts";
import type { Desk } from "./desk.ts";

/** Milliseconds: how long the builder may take, and for how long its answer counts. */
const builderCheck = 5_000;

export interface HealthParts {
  readonly surfaces: () => readonly { readonly name: string; health(): { ok: boolean; detail: string } }[];
  readonly troubles: () => readonly Trouble[];
  readonly shells: Pick<Shells, "control">;
  readonly clock: Clock;
}

/** How the bot's own parts are: its surfaces, the builder, and what is wrong with the rest. */
export function createPartsHealth({ surfaces, troubles, shells, clock }: HealthParts): Desk["health"] {
  // Anybody may ask for the health, as often as they like: the builder is asked now and then.
  let builder = { until: 0, trouble: Promise.resolve<string | null>(null) };

  function askBuilder(): Promise<string | null> {
    return shells.control.run({ argv: ["true"], timeout: builderCheck }).then(
      () => null,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
  }

  return async () => {
    const shown = surfaces().map((surface) => ({ part: surface.name, ...surface.health() }));
    if (clock.now() > builder.until) {
      builder = { until: clock.now() + builderCheck, trouble: askBuilder() };
    }
    // It may hold names and addresses: a surface shows details only to those who may look.
    const why = await builder.trouble;
    const asked = {
      part: "builder",
      ok: why === null,
      detail: why === null ? "answers" : `does not answer: ${why}`,
    };
    return partsWith([...shown, asked], troubles());
  };
}
