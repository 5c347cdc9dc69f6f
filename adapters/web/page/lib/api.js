import { learnServerTime } from "./time.js";

/** What the server refused or could not do; `help` says what to do about it. */
export class ApiError extends Error {
  constructor(status, code, message, help, body = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.help = help;
    this.body = body;
  }
}

export function get(path, options = {}) {
  return request(path, { headers: { accept: "application/json" }, ...options });
}

/** A lost answer may be asked for again with the same key: the bot does the work once. */
export function post(path, body, key = newKey()) {
  return request(path, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
  });
}

async function request(path, options) {
  let response;
  try {
    const signals = [AbortSignal.timeout(60_000), options.signal].filter(Boolean);
    response = await fetch(path, { ...options, signal: AbortSignal.any(signals) });
  } catch {
    throw new ApiError(
      0,
      "no-answer",
      "The bot did not answer.",
      "It may be restarting. Try again in a moment.",
    );
  }
  learnServerTime(response.headers.get("date"));
  const body = await response.json().catch(() => null);
  if (response.ok && body !== null) return body;
  const {
    code = "odd-answer",
    message = `The server answered ${response.status}.`,
    help = null,
  } = body?.error ?? {};
  throw new ApiError(response.status, code, message, help, body);
}

/** Not crypto.randomUUID, which browsers have on https and localhost only. */
export function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
}
