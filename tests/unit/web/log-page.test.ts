import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { options, useBrowser } from "./browser.ts";
import { serve } from "./serve.ts";

const open = useBrowser();

test("markup in a log, an error or a commit stays text", options, async (t) => {
  const { url, desk } = await serve(t);
  const evil = "<img src=x onerror=\"document.title='owned'\">";
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.writeLog(id, `\u001b[31mred\u001b[0m ${evil}\n`);
  const { page, complaints } = await open(t, url, `/d/${id}`);
  await page.getByText("2 lines, following").waitFor();
  await page.locator(".lines").getByText(`red ${evil}`).waitFor();
  desk.writeLog(id, "one more line\n");
  await page.getByText("one more line").waitFor();
  desk.finish(id, "failed", {
    message: evil,
    lines: [evil],
    commit: { subject: evil, author: evil, date: "" },
  });
  await page.locator("p.text", { hasText: evil }).waitFor();
  await page.getByText("3 lines, complete").waitFor();
  await page.fill("#log-search", "<img");
  await page.locator("mark", { hasText: "<img" }).waitFor();
  await page.goto(url);
  await page.locator(".thread p.text", { hasText: evil }).waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  assert.notEqual(await page.title(), "owned");
  assert.deepEqual(complaints, []);
});

test("a long log shows only the lines in view, and each of them can be reached", options, async (t) => {
  const { url, desk } = await serve(t);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.writeLog(id, Array.from({ length: 12_000 }, (_, line) => `line ${line + 2}\n`).join(""));
  const { page } = await open(t, url, `/d/${id}`);
  const lines = page.locator(".lines");
  await lines.getByText("line 12001", { exact: true }).waitFor();
  assert.ok((await page.locator(".line").count()) < 100);
  await lines.evaluate((box) => {
    box.scrollTop = 0;
  });
  await lines.getByText("line 2", { exact: true }).waitFor();
  assert.equal(await page.getByLabel("Follow").isChecked(), false, "who scrolls up is left alone");
  await lines.evaluate((box) => {
    box.scrollTop = box.scrollHeight / 2;
  });
  await lines.getByText("line 6020", { exact: true }).waitFor();
  desk.writeLog(id, "the newest\n");
  await page.getByText("12,002 lines").waitFor();
  assert.equal(await lines.getByText("the newest").count(), 0);
  await page.getByLabel("Follow").check();
  await lines.getByText("the newest").waitFor();
});

test(
  "a log is searched, narrowed to its errors, and a line that was found leads to what is around it",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    const filler = (from: number) =>
      Array.from({ length: 3_000 }, (_, line) => `filler ${from + line}\n`).join("");
    desk.writeLog(
      id,
      `${filler(0)}error: the sky is falling\n${filler(3_000)}Needle in a haystack\n${filler(6_000)}`,
    );
    const { page } = await open(t, url, `/d/${id}`);
    await page.getByText("9,003 lines, following").waitFor();
    await page.fill("#log-search", "needle");
    await page.getByText("1 of 9,003 lines").waitFor();
    await page.locator("mark", { hasText: "Needle" }).waitFor();
    assert.equal(await page.locator(".line").count(), 1);
    await page.fill("#log-search", "");
    await page.getByLabel("Errors only").check();
    await page.locator(".line.bad", { hasText: "the sky is falling" }).waitFor();
    desk.writeLog(id, "warning: it fell\n");
    await page.getByText("2 of 9,004 lines").waitFor();
    await page.getByRole("button", { name: "Show around line 3002" }).click();
    await page.getByText("filler 2998", { exact: true }).waitFor();
    await page.getByText("filler 3001", { exact: true }).waitFor();
    await page.fill("#log-search", "no such words");
    await page.getByText("No line has this.").waitFor();
  },
);

test("a log goes on where it was cut off", options, async (t) => {
  const { url, desk, surface } = await serve(t);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.writeLog(id, "before the cut\n");
  const { page } = await open(t, url, `/d/${id}`);
  await page.getByText("before the cut").waitFor();
  await surface.stop();
  await page.getByText("connection lost, reconnecting").waitFor();
  desk.writeLog(id, "after the cut\n");
  await serve(t, { desk, listen: { host: "127.0.0.1", port: Number(new URL(url).port) } });
  await page.getByText("after the cut").waitFor();
  assert.equal(await page.getByText("before the cut").count(), 1);
  await page.getByText("3 lines").waitFor();
});

test("the whole log is downloaded under its own name", options, async (t) => {
  const { url, desk } = await serve(t);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.writeLog(id, "all of it\n");
  desk.finish(id, "deployed");
  const { page } = await open(t, url, `/d/${id}`);
  const downloading = page.waitForEvent("download");
  await page.getByRole("link", { name: "Download" }).click();
  const download = await downloading;
  assert.equal(download.suggestedFilename(), `${id}.log`);
  assert.match(await readFile(await download.path(), "utf8"), /all of it\n$/);
});

test("the page and /logs agree on what an error is", async () => {
  const pattern = /\/\\b\(error\|.*\/i;/;
  const of = async (path: string) => pattern.exec(await readFile(path, "utf8"))?.[0];
  const ours = await of("adapters/web/page/log/worker.js");
  assert.notEqual(ours, undefined);
  assert.equal(ours, await of("src/logs/trouble.ts"));
});
