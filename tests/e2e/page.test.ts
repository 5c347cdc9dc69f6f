import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHost } from "./machine.ts";

const host = "yoga";
const executablePath = "/usr/bin/chromium";
const noBrowser = existsSync(executablePath) ? false : "Chromium is not installed: apt-get install chromium";
const args =
  "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";

describe("the page, on a real machine", { skip: skip || noBrowser }, () => {
  const fleet = useFleet();
  useHost(fleet, host);
  let bot: Bot;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet());
    browser = await chromium.launch({ executablePath, args: args.split(" ") });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  after(async () => {
    await browser?.close();
    await bot?.stop();
  });

  async function type(text: string): Promise<void> {
    await page.getByRole("combobox").or(page.getByRole("textbox")).first().fill(text);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
  }

  test("the login link signs in, and leaves no token in the address", async () => {
    await page.goto(`${bot.url}/login?token=${bot.token}`);
    await page.waitForURL(`${bot.url}/`);
    await page.getByText(host, { exact: true }).first().waitFor();
  });

  test("someone types /deploy, reads what would change, clicks Switch, and sees the machine run it", async () => {
    await type(`/deploy ${host}`);
    const button = page.getByRole("button", { name: /^Switch/ });
    await button.waitFor({ timeout: 60_000 });
    const card = (await page.locator("main").textContent()) ?? "";
    assert.match(card, /nginx/);
    assert.match(card, /1\.27\.4/);
    assert.match(card, /1\.27\.5/);
    assert.match(card, /web\.service/);
    assert.match(card, /metrics: export the load/);
    await button.click();
    await page.getByText(/runs the new system as generation 2/).waitFor({ timeout: 60_000 });
    assert.equal(await button.count(), 0, "the button is gone");
    assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
  });

  test("the log opens beside the card, and shows what the host said", async () => {
    await page.getByRole("button", { name: /^Log/ }).first().click();
    await page
      .getByText(/activating the configuration/)
      .first()
      .waitFor();
    await page.keyboard.press("Escape");
  });

  test("a refusal says what to do", async () => {
    await type("/deploy nowhere");
    await page.locator("p", { hasText: 'There is no host "nowhere"' }).waitFor();
    await page
      .getByText(/Hosts: .*yoga/)
      .first()
      .waitFor();
  });

  test("the page goes on by itself after the bot was killed and started again", async () => {
    await bot.kill();
    await bot.again();
    await type(`/rollback ${host} previous`);
    await page
      .getByRole("button", { name: /^Cancel/ })
      .first()
      .waitFor({ timeout: 60_000 });
    await page
      .getByRole("button", { name: /^Cancel/ })
      .first()
      .click();
    await page
      .getByText(/^Cancelled by/)
      .first()
      .waitFor({ timeout: 30_000 });
  });

  test("nothing was reported to the browser's console but the time when the bot was away", () => {
    assert.deepEqual(
      complaints.filter(
        (text) => !/ERR_CONNECTION|ERR_INCOMPLETE|404|Failed to load resource|Failed to fetch/.test(text),
      ),
      [],
    );
  });
});
