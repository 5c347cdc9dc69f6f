import assert from "node:assert/strict";
import { test } from "node:test";
import { bounds } from "../../../src/config/bounds.ts";
import { systemClock } from "../../../src/config/clock.ts";
import { leftOutLine } from "../../../src/logs/left-out.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { endOf, partsOf } from "../../../src/logs/log-parts.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";
import { options, useBrowser } from "./browser.ts";
import { type Served, serve } from "./serve.ts";

const open = useBrowser();

/** A desk whose deployment has a real log of 20 kB at most. */
async function longLog(t: Parameters<typeof serve>[0]) {
  const directory = await scratchDirectory(t);
  const logs = logFiles(directory, systemClock, redactor([]), () => 20_000);
  const file = await logs.create("build", "yoga");
  const fake = fakeDesk();
  const id = fake.begin(["yoga"]).deployments[0]?.id ?? "";
  let isOver = false;
  const log: Served["desk"]["log"] = async (_, { from, follow, signal }) => {
    const watch = follow ? { isOver: () => isOver, signal } : null;
    return from === null
      ? { from: 0, words: 0, chunks: logs.read(file.path, watch) }
      : logs.piece(file.path, from, watch);
  };
  async function write(from: number, to: number): Promise<void> {
    for (let line = from; line < to; line++) {
      file.line(`line ${line}`);
    }
    await file.close();
  }
  return {
    desk: { ...fake, log },
    id,
    write,
    end() {
      isOver = true;
      fake.finish(id, "deployed");
    },
    parts: () => partsOf(`${directory}/${file.path}`),
  };
}

test("an answer from a byte on says where it begins, and ends where something is left out", async (t) => {
  const { desk, id, write, end, parts } = await longLog(t);
  await write(0, 2_000);
  end();
  const { get } = await serve(t, { desk });
  const ask = async (from: number) => {
    const answer = await get(`/api/deployments/${id}/log?follow=1&from=${from}`);
    const number = (name: string) => Number(answer.headers.get(name) ?? Number.NaN);
    return { begin: number("x-log-from"), words: number("x-log-words"), text: await answer.text() };
  };
  const [head, next] = await parts();
  const size = head?.size ?? 0;
  const start = next?.start ?? 0;
  const first = await ask(0);
  assert.deepEqual([first.begin, first.words, first.text.length], [0, 0, size]);
  const second = await ask(size);
  const words = `${leftOutLine(start - size)}\n`;
  assert.deepEqual([second.begin, second.words], [start, Buffer.byteLength(words)]);
  assert.ok(second.text.startsWith(words));
  assert.match(second.text, / line 1999\n$/);
  const whole = endOf(await parts());
  assert.deepEqual(await ask(whole), { begin: whole, words: 0, text: "" });
  const plain = await get(`/api/deployments/${id}/log`);
  assert.equal(plain.headers.get("x-log-from"), null);
  assert.equal(await plain.text(), first.text + second.text);
});

test("the page shows beginning, words and end of a long log, and finds in both", options, async (t) => {
  const { desk, id, write, end } = await longLog(t);
  await write(0, 2_000);
  end();
  const { url } = await serve(t, { desk });
  const { page } = await open(t, url, `/d/${id}`);
  await page.getByText(/lines, complete/).waitFor();
  await page.locator(".words", { hasText: /line 1999$/ }).waitFor();
  await page.fill("#log-search", "left out here; what follows is its end");
  await page.getByText(/^1 of \d+ lines$/).waitFor();
  for (const line of ["line 7", "line 1998"]) {
    await page.fill("#log-search", line);
    await page.locator(".words", { hasText: new RegExp(`${line}$`) }).waitFor();
  }
});

test("a page that was away is told what it missed, and has each line once", options, async (t) => {
  const { desk, id, write, end } = await longLog(t);
  await write(0, 500);
  const { url, surface } = await serve(t, { desk });
  const { page } = await open(t, url, `/d/${id}`);
  await page.locator(".words", { hasText: /line 499$/ }).waitFor();
  await page.getByText("500 lines, following").waitFor();
  await surface.stop();
  await page.getByText("connection lost, reconnecting").waitFor();
  await write(500, 2_000);
  end();
  await serve(t, { desk, listen: { host: "127.0.0.1", port: Number(new URL(url).port) } });
  await page.getByText(/lines, complete/).waitFor();
  await page.fill("#log-search", "left out here");
  await page.getByText(/^1 of [\d,]+ lines$/).waitFor();
  for (const line of ["line 0", "line 499", "line 1999"]) {
    await page.fill("#log-search", line);
    const found = page.locator(".words", { hasText: new RegExp(`${line}$`) });
    await found.waitFor();
    assert.equal(await found.count(), 1);
  }
});

test("a page that finds no place for its log waits for one", options, async (t) => {
  const { desk, id, write } = await longLog(t);
  await write(0, 10);
  const { url, get } = await serve(t, { desk });
  const others = await Promise.all(
    Array.from({ length: bounds.streams.person }, () => get(`/api/deployments/${id}/log?follow=1`)),
  );
  const { page } = await open(t, url, `/d/${id}`);
  await page.getByText("too many logs are open, waiting for a place").waitFor();
  await others[0]?.body?.cancel();
  await page.getByText("10 lines, following").waitFor();
  await Promise.all(others.slice(1).map((other) => other.body?.cancel()));
});
