import type { Logger } from "pino";
import type { Clock } from "./config/clock.ts";
import { makeLoginCode } from "./store/login-codes.ts";
import { hashToken } from "./store/web-tokens.ts";

/** A link that signs in once, for the start of the bot; without one that can be made, the page's own address. */
export function loginLink(
  url: string,
  dataDir: string,
  token: string,
  clock: Clock,
  log: Pick<Logger, "error">,
): Promise<string> {
  return makeLoginCode(dataDir, hashToken(token), clock.now()).then(
    (code) => `${url}/login#${code}`,
    (error: unknown) => {
      log.error({ err: error }, "making a login link; npm run token -- link prints one");
      return url;
    },
  );
}
