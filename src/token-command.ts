import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isoTime, systemClock } from "./config/clock.ts";
import type { WebPlace } from "./config/env.ts";
import { makeLoginCode } from "./store/login-codes.ts";
import {
  addWebToken,
  hashToken,
  readWebTokens,
  refuseTokenName,
  revokeWebToken,
  webTokensPath,
} from "./store/web-tokens.ts";

const usage = `Tokens for the web page and the HTTP API, one for each person:
  npm run --silent token -- add NAME      make NAME's token, and print it with a login link, once
  npm run --silent token -- link [NAME]   print a new login link for NAME, or for the owner: it works once, for 15 minutes
  npm run --silent token -- list          who has one
  npm run --silent token -- revoke NAME   end it, and every session that was begun with it
Run it as the bot's user or as root, with the bot's environment. A running bot sees the change within a second or two.`;

/** `npm run token -- add alice`; gives what to print. */
export async function tokenCommand(args: readonly string[], place: WebPlace): Promise<string> {
  const [what, name = "", ...rest] = args;
  const path = webTokensPath(place.dataDir);
  if (rest.length > 0 || (what !== "list" && what !== "link" && name === "")) {
    throw new Error(usage);
  }
  switch (what) {
    case "add": {
      const refusal = refuseTokenName(name);
      if (refusal !== null) {
        throw new Error(`making a token for ${JSON.stringify(name)}: ${refusal}.`);
      }
      const token = await addWebToken(path, name, new Date(isoTime(systemClock)));
      return [
        `Token of ${name}, shown this once: ${token}`,
        `Login link, for once and for 15 minutes: ${await loginLink(place, hashToken(token)).catch(
          (error: unknown) => `none (${error instanceof Error ? error.message : String(error)})`,
        )}`,
        `What ${name} may do is in fleet.yaml:  people: { ${name}: { web: ${name} } }  and roles. An older token of ${name} has ended.`,
      ].join("\n");
    }
    case "link":
      return `Login link, for once and for 15 minutes: ${await loginLink(place, await hashOf(place, name))}`;
    case "list": {
      const tokens = await readWebTokens(path);
      return tokens.length === 0
        ? "Nobody has a token of their own. npm run --silent token -- add NAME makes one."
        : tokens.map((token) => `${token.name.padEnd(20)} since ${token.createdAt.slice(0, 10)}`).join("\n");
    }
    case "revoke":
      if (!(await revokeWebToken(path, name))) {
        throw new Error(
          `revoking the token of ${name}: nobody of that name has one. See: npm run token -- list`,
        );
      }
      return `${name}'s token has ended, and so have the sessions that were begun with it.`;
    default:
      throw new Error(usage);
  }
}

async function loginLink({ url, dataDir }: WebPlace, tokenHash: string): Promise<string> {
  return `${url}/login#${await makeLoginCode(dataDir, tokenHash, systemClock.now())}`;
}

/** The hash of the token that somebody has; without a name, of the one that the bot made for its owner. */
async function hashOf({ dataDir }: WebPlace, name: string): Promise<string> {
  if (name === "") {
    const token = await readFile(join(dataDir, "web-token"), "utf8").catch(() => null);
    if (token === null) {
      throw new Error(
        "making a login link: the bot has made no token of its own. Use SWITCHYARD_TOKEN, or: link NAME",
      );
    }
    return hashToken(token.trim());
  }
  const found = (await readWebTokens(webTokensPath(dataDir))).find((one) => one.name === name);
  if (found === undefined) {
    throw new Error(`making a login link: ${name} has no token. See: npm run token -- list`);
  }
  return found.hash;
}
