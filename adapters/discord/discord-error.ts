import { DeliveryError, type DeliveryFailure } from "../../src/chat/channel.ts";
import { fieldsOf, textOf } from "../../src/chat/platform/json.ts";

/** Told by its fields and not by its class, as network errors come from below the SDK. */
export interface DiscordError {
  /** Discord's own code, such as 10008; null when Discord did not get to answer. */
  readonly code: number | null;
  readonly status: number | null;
  /** Milliseconds; only for rate limits. */
  readonly retryAfter: number | null;
  readonly message: string;
}

/** discord.com/developers/docs/topics/opcodes-and-status-codes#json */
export const codes = {
  unknownChannel: 10_003,
  unknownGuild: 10_004,
  unknownMember: 10_007,
  unknownMessage: 10_008,
  unknownUser: 10_013,
  unknownInteraction: 10_062,
  alreadyAcknowledged: 40_060,
  missingAccess: 50_001,
  missingPermissions: 50_013,
  invalidBody: 50_035,
  archivedThread: 50_083,
  threadExists: 160_004,
} as const;

export function discordError(error: unknown): DiscordError {
  const fields = fieldsOf(error);
  const { code, status, retryAfter } = fields;
  const isLimited = textOf(fields["name"])?.startsWith("RateLimitError") === true;
  const said = error instanceof Error ? error.message : String(error);
  return {
    code: typeof code === "number" && code > 0 ? code : null,
    status: typeof status === "number" ? status : isLimited ? 429 : null,
    // Edits of old messages are refused (30046) without a word on when to try again.
    retryAfter: isLimited && typeof retryAfter === "number" && retryAfter > 0 ? retryAfter : null,
    message: (isLimited ? "rate limited" : said).slice(0, 500),
  };
}

export function reasonOf(error: unknown): string {
  return discordError(error).message;
}

export function hasCode(error: unknown, code: number): boolean {
  return discordError(error).code === code;
}

const failures: Readonly<Record<number, DeliveryFailure>> = {
  [codes.unknownMessage]: "gone",
  [codes.unknownChannel]: "permanent",
  [codes.missingAccess]: "permanent",
  [codes.missingPermissions]: "permanent",
};

const usualWait = 5_000;

/** A status of the fours is about what was asked, but for those about time; what else is wrong is Discord's, or the network's. */
function failureOf(status: number | null): DeliveryFailure {
  if (status === 429 || status === 401) {
    return status === 429 ? "rate-limited" : "permanent";
  }
  return status !== null && status >= 400 && status < 500 && status !== 408 ? "refused" : "temporary";
}

/** `gone`: codes that mean that the thing itself is not there any more, beside an unknown message. */
export function deliveryError(action: string, error: unknown, gone: readonly number[] = []): DeliveryError {
  if (error instanceof DeliveryError) {
    return error;
  }
  const { code, status, retryAfter, message } = discordError(error);
  const known = code === null ? undefined : gone.includes(code) ? "gone" : failures[code];
  const failure = known ?? failureOf(status);
  const wait = failure === "rate-limited" ? (retryAfter ?? usualWait) : null;
  return new DeliveryError(failure, `discord: ${action}: ${message}`, wait, { cause: error });
}
