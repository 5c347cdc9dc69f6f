import assert from "node:assert/strict";
import { connect } from "node:net";
import { type serve, token } from "./serve.ts";

export const slow = { timeout: 20_000 };
export const bearer = `Authorization: Bearer ${token}`;
export const json = "Content-Type: application/json";

/** Bytes as they are, which no client library would send; gives everything that came until the server closed. */
export function talk(
  url: string,
  bytes: string | Buffer,
  waitFor?: (answer: string) => boolean,
): Promise<string> {
  const { port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect(Number(port), "127.0.0.1");
    let answer = "";
    const end = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(8_000, end);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
      if (waitFor?.(answer) === true) end();
    });
    socket.on("error", end);
    socket.on("close", end);
    socket.write(bytes);
  });
}

export function request(line: string, ...headers: string[]): string {
  return `${[line, "Host: localhost", "Connection: close", ...headers].join("\r\n")}\r\n\r\n`;
}

export function post(path: string, body: string, ...headers: string[]): string {
  const length = `Content-Length: ${Buffer.byteLength(body)}`;
  return request(`POST ${path} HTTP/1.1`, bearer, json, length, ...headers) + body;
}

export const status = (answer: string) => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);

/** It still answers, and nobody has done anything. */
export async function assertUnharmed(served: Awaited<ReturnType<typeof serve>>): Promise<void> {
  assert.equal((await served.get("/api/hosts")).status, 200);
  assert.deepEqual(served.desk.said, []);
  assert.deepEqual(served.desk.decided, []);
}
