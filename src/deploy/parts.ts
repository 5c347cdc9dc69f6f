import type { Logger } from "pino";
import type { AnswerWords } from "../activation/answer-words.ts";
import type { Clock } from "../config/clock.ts";
import { isoTime } from "../config/clock.ts";
import type { Settings } from "../config/env.ts";
import type { FleetFile } from "../config/fleet-file.ts";
import { hostNamed } from "../fleet/host.ts";
import type { Audit } from "../logs/audit.ts";
import type { LogFiles } from "../logs/log-files.ts";
import type { Redactor } from "../logs/redact.ts";
import type { Shells } from "../remote/shells.ts";
import type { Store } from "../store/store.ts";
import type { Troubles } from "../troubles/troubles.ts";
import type { Actor } from "./actor.ts";
import type { Deployment } from "./deployment.ts";
import type { MakeId } from "./ids.ts";
import type { LastReading } from "./inventory.ts";
import type { AskRights } from "./rights.ts";
import type { Run } from "./run.ts";

/** What the engine works with. Every dependency is an argument, so that tests bring their own. */
export interface EngineParts {
  readonly settings: Pick<Settings, "flake">;
  /** This bot's own name on machines that other bots may use too: eight hex digits, kept in the data directory. */
  readonly bot: string;
  /** fleet.yaml as it is now. */
  readonly fleet: () => FleetFile;
  /** The rights of people as they are now, whenever a word is about to be acted on. */
  readonly rights: AskRights;
  readonly store: Store;
  readonly shells: Shells;
  readonly clock: Clock;
  /** The words that answers to supervisors bring. */
  readonly answers: AnswerWords;
  readonly logs: LogFiles;
  readonly audit: Audit;
  readonly log: Logger;
  readonly makeId: MakeId;
  /** Masks secrets, the bot's own and others. */
  readonly redact: Redactor;
  /** Makes room on the bot's own disk where it is full, so that a roll back can be written down. */
  readonly makeRoom: () => Promise<void>;
  /** Told what is wrong with the bot itself. */
  readonly troubles: Troubles;
  /** What reading the flake's hosts came to the last time. The engine brings it. */
  readonly reading: LastReading;
  /** Rolls a host back whose watched deployment raised an alarm. The engine brings it. */
  readonly rollBack: (watched: Deployment, alarm: string) => Promise<string>;
  readonly onChange: (deployment: Deployment) => void;
  readonly onRun: (run: Run) => void;
  readonly onProgress: (progress: {
    deployment: string;
    phase: string;
    text: string;
    done: number;
    expected: number;
  }) => void;
}

/** At most this many deployments may be open at once; more are refused. */
export const maxOpen = 200;

export function actorOf(who: {
  readonly surface: string;
  readonly id: string;
  readonly name: string;
  readonly person?: string;
  readonly groups?: readonly string[];
  readonly isOutsider?: boolean;
}): Actor {
  const { surface, id, name, person, groups = [], isOutsider } = who;
  return {
    surface,
    id,
    name,
    ...(person === undefined ? {} : { person }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(isOutsider === true ? { isOutsider } : {}),
  };
}

/** What the processes and gc-roots of a deployment, or of a run, are called. */
export function ownerOf(parts: Pick<EngineParts, "bot">, id: string): string {
  return `${parts.bot}.${id}`;
}

export function now(parts: EngineParts): string {
  return isoTime(parts.clock);
}

export function hostOf(parts: EngineParts, name: string) {
  return hostNamed(parts.fleet(), name);
}
