import { createHmac, randomUUID } from "node:crypto";
import type { Ack, Envelope, Transport } from "./deliveries.ts";
import { fieldsOf, parsed } from "./json.ts";

export interface PostOptions {
  readonly contentType?: string;
  /** Signs with another secret. */
  readonly secret?: string;
  /** A signature that is just wrong. */
  readonly signature?: string;
  /** How long ago it claims to have been sent. Slack's receivers refuse more than 5 minutes. */
  readonly ageSeconds?: number;
  readonly headers?: Record<string, string>;
  readonly timeoutMilliseconds?: number;
}

export interface PostResult {
  readonly status: number;
  readonly body: string;
  readonly headers: Headers;
}

export interface HttpMode extends Transport {
  /** Where deliveries go; undefined while Socket Mode is used. */
  readonly url: string | undefined;
  /** Sends deliveries there from now on. Asks the address to prove itself first, as Slack does. */
  use(url: string): Promise<void>;
  /** Goes back to Socket Mode. */
  stop(): void;
  /** Posts any body, signed as Slack signs, or wrongly. */
  post(body: string, options?: PostOptions): Promise<PostResult>;
  /** Posts the last request once more, as it was: same body, same signature. */
  replay(): Promise<PostResult>;
}

const formType = "application/x-www-form-urlencoded";

export function signature(secret: string, timestamp: number, body: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

export function httpMode(signingSecret: string): HttpMode {
  let url: string | undefined;
  let last: { body: string; headers: Record<string, string> } | undefined;

  async function request(
    body: string,
    headers: Record<string, string>,
    milliseconds: number,
  ): Promise<PostResult> {
    if (url === undefined) {
      throw new Error("no request URL is set: call http.use(url) first");
    }
    last = { body, headers };
    const signal = AbortSignal.timeout(milliseconds);
    const response = await fetch(url, { method: "POST", body, headers, signal });
    return { status: response.status, body: await response.text(), headers: response.headers };
  }

  function post(body: string, options: PostOptions = {}): Promise<PostResult> {
    const timestamp = Math.floor(Date.now() / 1000) - (options.ageSeconds ?? 0);
    const headers = {
      "content-type": options.contentType ?? "application/json",
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      "x-slack-request-timestamp": String(timestamp),
      "x-slack-signature": options.signature ?? signature(options.secret ?? signingSecret, timestamp, body),
      ...options.headers,
    };
    return request(body, headers, options.timeoutMilliseconds ?? 3000);
  }

  return {
    get url() {
      return url;
    },
    async use(newUrl) {
      url = newUrl;
      const challenge = randomUUID();
      const { status, body } = await post(
        JSON.stringify({ type: "url_verification", token: "fake", challenge }),
      );
      if (status !== 200 || (body !== challenge && fieldsOf(parsed(body))["challenge"] !== challenge)) {
        url = undefined;
        throw new Error(`${newUrl} did not answer the challenge: ${status} ${body}`);
      }
    },
    stop() {
      url = undefined;
    },
    post,
    replay() {
      if (last === undefined) {
        throw new Error("nothing was posted yet");
      }
      return request(last.body, last.headers, 3000);
    },
    async send(envelope, milliseconds): Promise<Ack> {
      const headers: Record<string, string> =
        envelope.retry === 0
          ? {}
          : { "x-slack-retry-num": String(envelope.retry), "x-slack-retry-reason": envelope.reason };
      try {
        const contentType = envelope.kind === "events_api" ? "application/json" : formType;
        const result = await post(bodyOf(envelope), {
          contentType,
          headers,
          timeoutMilliseconds: milliseconds,
        });
        const mayRetry = result.headers.get("x-slack-no-retry") !== "1";
        if (result.status !== 200) {
          return { kind: "failed", reason: "http_error", mayRetry };
        }
        const isJson = result.headers.get("content-type")?.includes("json") ?? false;
        return { kind: "acked", payload: isJson ? parsed(result.body) : result.body };
      } catch (error) {
        const isLate = error instanceof Error && error.name === "TimeoutError";
        return { kind: "failed", reason: isLate ? "http_timeout" : "connection_failed" };
      }
    },
  };
}

function bodyOf({ kind, payload }: Envelope): string {
  if (kind === "events_api") {
    return JSON.stringify(payload);
  }
  const fields = kind === "interactive" ? { payload: JSON.stringify(payload) } : payload;
  const form = new URLSearchParams();
  for (const [key, value] of Object.entries(fields)) {
    form.set(key, String(value));
  }
  return form.toString();
}
