import assert from "node:assert/strict";
import { test } from "node:test";
import type { CDPSession, Page } from "playwright-core";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { skip, useBrowser } from "./browser.ts";
import { serve } from "./serve.ts";

const open = useBrowser();
const options = { skip, timeout: 200_000 };

/** The page's own thread in milliseconds of CPU: what other work on the machine takes does not count. */
async function busyTime(page: Page) {
  const session: CDPSession = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  const read = async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1_000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? Number.NaN);
  };
  return async (work: () => Promise<void>) => {
    const before = await read();
    await work();
    return (await read()) - before;
  };
}

test("two hundred cards: a typed character and an event cost the page little", options, async (t) => {
  const { url, desk } = await serve(t);
  for (let number = 0; number < 200; number++) {
    const id = desk.begin([number % 2 === 0 ? "yoga" : "hetzner-vps"]).deployments[0]?.id ?? "";
    desk.finish(id, number % 5 === 0 ? "failed" : "deployed", { message: `${number} went so` });
  }
  const { run, deployments } = desk.begin(["yoga"]);
  const running = deployments[0]?.id ?? "";
  const { page } = await open(t, url, `/r/${run.id}`);
  // 50 are shown at first, then three times as many with each click.
  const older = page.getByRole("button", { name: "Show older" });
  for (const shown of [50, 150, 201]) {
    await page
      .locator(".entry")
      .nth(shown - 1)
      .waitFor({ timeout: 60_000 });
    if (shown < 201) await older.click();
  }
  const busy = await busyTime(page);
  const text = "/deploy hetzner-vps --dry-run";
  const typing = await busy(() => page.locator("#command").pressSequentially(text));
  const events = 40;
  const drawing = await busy(async () => {
    for (let number = 1; number <= events; number++) {
      desk.progress(running, `${number} of ${events} built`, number / events);
      await page.locator(".thread").getByText(`${number} of ${events} built`).waitFor();
    }
  });
  const perKey = typing / text.length;
  const perEvent = drawing / events;
  t.diagnostic(`${perKey.toFixed(1)} ms a character, ${perEvent.toFixed(1)} ms an event`);
  // Drawing all of them anew takes some hundreds; a crowded processor makes each of these up to three times as long.
  assert.ok(perKey < 25, `${perKey} ms of CPU for a typed character`);
  assert.ok(perEvent < 60, `${perEvent} ms of CPU for an event`);
});

test(
  "a log of 100 MB: the page stays free, holds the lines in view only, and finds one among a million",
  options,
  async (t) => {
    const line = (number: number) =>
      `${String(number).padStart(8, "0")} copying path '/nix/store/0c5w3p5q8xzz6d1l9k2v7b4n1m8s6f3a-some-package-of-some-length' …`;
    const size = 100 * 1024 * 1024;
    let lines = 0;
    async function* log(): AsyncGenerator<Uint8Array> {
      const encoder = new TextEncoder();
      for (let sent = 0; sent < size; ) {
        const text = Array.from(
          { length: 1_000 },
          () => `${line(++lines)}${lines === 500_000 ? " the needle" : ""}\n`,
        );
        const chunk = encoder.encode(text.join(""));
        sent += chunk.length;
        yield chunk;
      }
    }
    async function* nothing(): AsyncGenerator<Uint8Array> {}
    const pieceOf = (from: number) => ({ from, words: 0, chunks: from === 0 ? log() : nothing() });
    const desk = fakeDesk();
    const { url } = await serve(t, { desk: { ...desk, log: async (_, { from }) => pieceOf(from ?? 0) } });
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.finish(id, "deployed");
    const { page } = await open(t, url);
    page.setDefaultTimeout(120_000);
    const busy = await busyTime(page);
    const loading = await busy(async () => {
      await page.goto(`${url}/d/${id}`);
      await page.getByText(/lines, complete/).waitFor();
    });
    assert.ok(lines > 1_000_000, `${lines} lines`);
    await page.locator(".lines").getByText(line(lines)).waitFor();
    const scrolling = await busy(async () => {
      for (let step = 1; step <= 20; step++) {
        await page.locator(".lines").evaluate((box, part) => {
          box.scrollTop = box.scrollHeight * part;
        }, step / 21);
        await page.waitForTimeout(20);
      }
    });
    assert.ok((await page.locator(".line").count()) < 100);
    const text = "the needle";
    const searching = await busy(async () => {
      await page.locator("#log-search").pressSequentially(text);
      await page.getByText(`1 of ${lines.toLocaleString("en")} lines`, { exact: true }).waitFor();
    });
    await page.getByRole("button", { name: "Show around line 500000" }).click();
    await page.getByText(line(499_998)).waitFor();
    const used = Number(await page.evaluate("performance.memory.usedJSHeapSize")) / 1024 / 1024;
    t.diagnostic(
      `${loading.toFixed(0)} ms to load, ${(scrolling / 20).toFixed(1)} ms a scroll, ${(searching / text.length).toFixed(1)} ms a character, ${used.toFixed(0)} MB`,
    );
    assert.ok(loading < 5_000, `${loading} ms of CPU while it loaded`);
    assert.ok(scrolling / 20 < 50, `${scrolling / 20} ms of CPU for a scroll`);
    assert.ok(
      searching / text.length < 150,
      `${searching / text.length} ms of CPU for a character of the search`,
    );
    assert.ok(used < 60, `${used} MB in the page itself`);
  },
);
