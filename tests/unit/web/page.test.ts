import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, type TestContext, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { serve, token } from "./serve.ts";

const executablePath = "/usr/bin/chromium";
const skip = existsSync(executablePath)
  ? false
  : `${executablePath} is not there: the page is not tried in a browser`;
const options = { skip, timeout: 60_000 };
const flags =
  "no-sandbox headless disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync";

let browser: Browser;
before(async () => {
  if (skip === false) {
    browser = await chromium.launch({ executablePath, args: flags.split(" ").map((flag) => `--${flag}`) });
  }
});
after(() => browser?.close());

/** A signed-in page, closed at the end of the test, and everything the browser complains about while it is open. */
async function open(t: TestContext, url: string, settings: Parameters<Browser["newPage"]>[0] = {}) {
  const page = await browser.newPage({ viewport: { width: 1100, height: 800 }, ...settings });
  t.after(() => page.close());
  page.setDefaultTimeout(10_000);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(`${url}/login?token=${token}`);
  await page.waitForSelector("#command");
  return { page, complaints };
}

async function type(page: Page, command: string) {
  await page.fill("#command", command);
  await page.press("#command", "Enter");
}

test("a typed command becomes a live card, Switch decides it, and its buttons go", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page, complaints } = await open(t, url);
  await page.getByText("Nothing has been deployed yet").waitFor();
  await type(page, "/deploy yoga");
  await page.getByRole("heading", { name: "yoga: check" }).waitFor();
  const id = (await desk.deployments({ limit: 1 }))[0]?.id ?? "";
  desk.reach(id, "build");
  desk.progress(id, "12 of 40 built", 0.3);
  await page.getByText("12 of 40 built").waitFor();
  desk.reach(id, "confirm");
  while ((await page.title()) !== "(1) Switchyard") await page.waitForTimeout(20);
  await page.getByRole("button", { name: "Switch", exact: true }).click();
  await page.getByRole("heading", { name: "yoga: switch", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Switch", exact: true }).count(), 0);
  assert.deepEqual(
    desk.decided.map(({ decision }) => decision),
    ["switch"],
  );
  desk.finish(id, "deployed", { generation: 43 });
  await page.getByRole("heading", { name: "yoga: deployed" }).waitFor();
  assert.equal(await page.locator("#announce").textContent(), "yoga: deployed");
  await page.locator(".host", { hasText: "gen 43" }).waitFor();
  assert.deepEqual(complaints, []);
});

test("markup in a log, an error or a commit stays text", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page, complaints } = await open(t, url);
  const evil = "<img src=x onerror=\"document.title='owned'\">";
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.writeLog(id, `\u001b[31mred\u001b[0m ${evil}\n`);
  await page.getByRole("button", { name: "Log" }).click();
  await page.getByText("following").waitFor();
  await page.locator(".log pre").getByText(evil).waitFor();
  assert.match((await page.locator(".log pre").textContent()) ?? "", /^red <img/m);
  desk.writeLog(id, "one more line\n");
  await page.getByText("one more line").waitFor();
  desk.finish(id, "failed", {
    message: evil,
    lines: [evil],
    commit: { subject: evil, author: evil, date: "" },
  });
  await page.locator("p.text", { hasText: evil }).waitFor();
  await page.getByText("complete", { exact: true }).waitFor();
  assert.equal(await page.locator("main img").count(), 0);
  assert.notEqual(await page.title(), "owned");
  assert.deepEqual(complaints, []);
});

test("a long log keeps its last 5,000 lines on the page", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page } = await open(t, url);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.writeLog(id, Array.from({ length: 12_000 }, (_, line) => `line ${line}\n`).join(""));
  await page.getByRole("button", { name: "Log" }).click();
  await page.getByText("line 11999").waitFor();
  await page.getByText("last 5000 lines").waitFor();
  assert.equal(await page.locator(".log pre > *").count(), 5_000);
  assert.equal(await page.getByText("line 6999", { exact: true }).count(), 0);
});

test(
  "a refusal stands under the command, with what to do; a refused click stands at the card",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const { page } = await open(t, url);
    await type(page, "/deploy typo");
    await page.getByRole("alert").getByText("There is no host typo.").waitFor();
    await page.getByRole("alert").getByText("Known: yoga").waitFor();
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.finish(id, "deployed-degraded");
    desk.refuseNext("not-allowed", "You may not roll yoga back.", "roles:\n  deployer: [alice]");
    const card = page.locator(`[data-id="${id}"]`);
    await card.getByRole("button", { name: "Roll back" }).click();
    await card.getByRole("alert").getByText("You may not roll yoga back.").waitFor();
    assert.equal(await card.getByRole("button", { name: "Roll back" }).isEnabled(), true);
  },
);

test("answers appear in the channel, and their buttons type commands", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page, complaints } = await open(t, url);
  await type(page, "/generations yoga");
  await page.getByRole("button", { name: "Roll back to 41" }).click();
  await page.getByText("/rollback yoga 41").waitFor();
  await page.getByRole("heading", { name: "yoga: check" }).waitFor();
  assert.deepEqual(
    desk.said.map(({ text }) => text),
    ["/generations yoga", "/rollback yoga 41"],
  );
  assert.deepEqual(complaints, []);
});

test("a run of several hosts is one card, with its deployments folded beneath", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page } = await open(t, url);
  await type(page, "/build-all");
  await page.getByRole("heading", { name: "/build-all: 0 passed" }).waitFor();
  assert.equal(await page.locator("article").count(), 1);
  assert.equal(await page.locator(".member").count(), 2);
  const id = (await desk.deployments({ limit: 1 }))[0]?.id ?? "";
  desk.finish(id, "built");
  await page.getByRole("heading", { name: "/build-all: 1 passed" }).waitFor();
  await page.locator(".member summary", { hasText: "hetzner-vps: built" }).click();
  await page.locator(`[data-id="${id}"] .steps`).waitFor();
});

test("the keyboard is enough: completion, sending, and recalling what was typed", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page } = await open(t, url);
  await page.keyboard.press("/");
  await page.keyboard.type("dep");
  await page.getByRole("option", { name: "/deploy" }).waitFor();
  await page.keyboard.press("Tab");
  await page.getByRole("option", { name: "hetzner-vps" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  assert.equal(await page.inputValue("#command"), "/deploy hetzner-vps ");
  await page.keyboard.type("--dr");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "hetzner-vps: check" }).waitFor();
  assert.equal(desk.said[0]?.text, "/deploy hetzner-vps --dry-run");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.inputValue("#command"), "/deploy hetzner-vps --dry-run");
});

test("the page finds back by itself after the bot was restarted", options, async (t) => {
  const desk = fakeDesk();
  const first = await serve(t, { desk });
  const { page } = await open(t, first.url);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  await page.getByRole("heading", { name: "yoga: check" }).waitFor();
  await first.surface.stop();
  await page.getByText("Connection lost").waitFor();
  desk.finish(id, "deployed");
  await serve(t, { desk, listen: { host: "127.0.0.1", port: Number(new URL(first.url).port) } });
  await page.getByRole("heading", { name: "yoga: deployed" }).waitFor();
  await page.getByText("Connection lost").waitFor({ state: "detached" });
});

test("a phone in the dark scrolls down only, and unfolds the hosts", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page, complaints } = await open(t, url, {
    viewport: { width: 390, height: 844 },
    colorScheme: "dark",
  });
  const id = desk.begin(["hetzner-vps"]).deployments[0]?.id ?? "";
  const long = "/nix/store/0c5w3p5q8xzz6d1l9k2v7b4n1m8s6f3a-nixos-system-hetzner-vps-26.05.20261120.4f1c9e0";
  desk.reach(id, "confirm", {
    warnings: [long],
    lines: [`${long} ${long}`],
    diff: [{ name: long, before: "1.0", after: "2.0", size: "+1 KiB" }],
    units: { stop: [], skip: [], restart: [`${long}.service`], start: [], reload: [] },
    commit: { subject: long, author: "Alice", date: "" },
  });
  await page.getByRole("button", { name: "Switch", exact: true }).waitFor();
  await page.screenshot({ animations: "disabled" });
  assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 390);
  assert.equal(await page.evaluate("document.querySelector('.channel').scrollWidth"), 390);
  assert.notEqual(
    await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"),
    "rgb(243, 245, 248)",
  );
  assert.equal(await page.locator(".host").first().isVisible(), false);
  await page.getByRole("button", { name: /^Hosts/ }).click();
  assert.equal(await page.locator(".host").first().isVisible(), true);
  assert.deepEqual(complaints, []);
});

test("without sign-in the page takes a pasted token", options, async (t) => {
  const { url } = await serve(t);
  const page = await browser.newPage();
  await page.goto(url);
  await page.fill("#token", "wrong");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("not the one the bot knows").waitFor();
  assert.equal(new URL(page.url()).search, "");
  await page.fill("#token", token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForSelector("#command");
});
