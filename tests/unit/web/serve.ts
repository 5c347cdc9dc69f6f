import { request as httpRequest } from "node:http";
import type { TestContext } from "node:test";
import { webSurface } from "../../../adapters/web/index.ts";
import { sessionsInMemory } from "../../../adapters/web/session.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";

/** They outlive a surface, as the file of a bot that is started again does. */
const sessions = sessionsInMemory();

export const token = "correct-horse-battery-staple";

export interface Served {
  readonly desk: FakeDesk;
  readonly url: string;
  readonly logged: string[];
  readonly surface: ReturnType<typeof webSurface>;
  /** With the token, unless `headers` say otherwise. */
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Response>;
}

type Options = Partial<Parameters<typeof webSurface>[0]>;

/** The real surface on a free port, in front of a fake desk; stopped at the end of the test. */
export async function serve(t: TestContext, options: Options = {}): Promise<Served> {
  const desk = fakeDesk();
  const logged: string[] = [];
  const note = (_: object, message: string) => logged.push(message);
  const surface = webSurface({
    desk,
    listen: { host: "127.0.0.1", port: 0 },
    token,
    log: { info: note, warn: note, error: note },
    version: "0.0.0",
    sessions,
    ...options,
  });
  await surface.start();
  t.after(() => surface.stop());
  const url = surface.url();
  const auth = { authorization: `Bearer ${token}` };
  return {
    desk,
    url,
    logged,
    surface,
    get: (path, headers = {}) => fetch(url + path, { headers: { ...auth, ...headers }, redirect: "manual" }),
    post: (path, body, headers = {}) =>
      fetch(url + path, {
        method: "POST",
        headers: { ...auth, "content-type": "application/json", ...headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}

/** For what fetch will not send: a Host of one's choice, an origin, a path that is not tidied up. */
export function raw(
  url: string,
  options: { path: string; method?: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number; headers: Record<string, unknown>; body: string }> {
  const { port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: "127.0.0.1",
        port,
        path: options.path,
        method: options.method ?? "GET",
        headers: options.headers ?? {},
      },
      (answer) => {
        let body = "";
        answer.setEncoding("utf8");
        answer.on("data", (chunk: string) => {
          body += chunk;
        });
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
      },
    );
    sent.on("error", reject);
    sent.end(options.body);
  });
}

/** Reads a stream until what came so far satisfies `isEnough`, and says what came. */
export async function readUntil(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  isEnough: (text: string) => boolean,
) {
  const decoder = new TextDecoder();
  let text = "";
  while (!isEnough(text)) {
    const { done, value } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  return text;
}

/** Waits up to 5 s for something that another task brings about. */
export async function until(isSo: () => boolean): Promise<void> {
  const end = Date.now() + 5_000;
  while (!isSo()) {
    if (Date.now() > end) throw new Error(`waiting until ${isSo}: it did not come true`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export function reader(response: Response): ReadableStreamDefaultReader<Uint8Array> {
  if (response.body === null) throw new Error("reading a response: it has no body");
  return response.body.getReader();
}

export interface Failure {
  error: {
    code: string;
    message: string;
    help: string;
    present?: { digest: string; command: string };
  };
}

/** A test says which shape it expects, and its assertions see whether that is so. */
export async function json<T = unknown>(response: Response): Promise<T> {
  return (await response.json()) as T;
}
