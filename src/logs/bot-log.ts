import { type DestinationStream, type Logger, pino } from "pino";
import { type Redactor, redactJson } from "./redact.ts";

/** The bot's own log, a line of JSON each, for the journal. */
export function botLog(level: string, redact: Redactor, destination?: DestinationStream): Logger {
  const options = { level, hooks: { streamWrite: (line: string) => redactJson(redact, line) } };
  return destination === undefined ? pino(options) : pino(options, destination);
}
