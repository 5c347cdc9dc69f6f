import assert from "node:assert/strict";
import { after, before } from "node:test";
import { execa } from "execa";
import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { launchBrowser } from "../browser.ts";
import { type Bot, startBot } from "./bot.ts";
import { useFleet, useHosts } from "./machine.ts";

/** A bot, and two people in two browsers: Alice is an admin, Bob may look. */
export interface People {
  readonly fleet: ReturnType<typeof useFleet>;
  bot(): Bot;
  alice(): Page;
  bob(): Page;
  thread(page: Page): Locator;
  /** The thread's heading, once it says that. */
  heading(page: Page, words: string): Locator;
  type(page: Page, text: string): Promise<void>;
  opensNewest(page: Page): Promise<void>;
  /** What the browsers complained about, but for refusals and the time when the bot was away. */
  complaints(): string[];
}

export function usePeople(host: string, look: BrowserContextOptions): People {
  const fleet = useFleet();
  useHosts(fleet, host);
  const complaints: string[] = [];
  let bot: Bot;
  let browser: Browser;
  let alice: Page;
  let bob: Page;

  /** By the command that people use, while the bot runs. */
  async function linkFor(person: string): Promise<string> {
    const { stdout } = await execa(process.execPath, ["src/main.ts", "token", "add", person], {
      extendEnv: false,
      env: {
        PATH: process.env["PATH"] ?? "",
        SWITCHYARD_DATA_DIR: bot.dataDir,
        SWITCHYARD_LISTEN: new URL(bot.url).host,
      },
    });
    return /Login link[^:]*: (\S+)/.exec(stdout)?.[1] ?? "";
  }

  /** Signs in as soon as the bot has taken up the token. */
  async function signedIn(person: string): Promise<Page> {
    const link = await linkFor(person);
    const page = await (await browser.newContext(look)).newPage();
    page.setDefaultTimeout(180_000);
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    const until = Date.now() + 30_000;
    do {
      await page.goto("about:blank");
      await page.goto(link);
      await page.getByRole("button", { name: "Sign in with this link" }).click();
      await page.locator("#command, #wrong:not([hidden])").waitFor();
    } while ((await page.locator("#command").count()) === 0 && Date.now() < until);
    assert.equal(page.url(), `${bot.url}/`, "no token is left in the address");
    return page;
  }

  /** On a phone the thread covers the channel, and the composer with it. */
  async function toChannel(page: Page): Promise<void> {
    const back = page.getByRole("link", { name: "Back to the channel" });
    if (await back.isVisible()) await back.click();
  }

  const thread = (page: Page) => page.getByRole("region", { name: "Thread" });

  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet(), {
      people: { alice: { web: "alice" }, bob: { web: "bob" } },
      roles: { admin: ["alice"], viewer: ["*"] },
    });
    browser = await launchBrowser();
    alice = await signedIn("alice");
    bob = await signedIn("bob");
  });
  after(async () => {
    await browser?.close();
    await bot?.stop();
  });

  return {
    fleet,
    bot: () => bot,
    alice: () => alice,
    bob: () => bob,
    thread,
    heading: (page, words) =>
      thread(page).getByRole("heading", { name: `Deploy ${host}: ${words}`, exact: true }),
    async type(page, text) {
      await toChannel(page);
      await page.fill("#command", text);
      await page.press("#command", "Escape");
      await page.press("#command", "Enter");
    },
    async opensNewest(page) {
      await toChannel(page);
      await page.locator(".entry .root").last().getByRole("link").click();
    },
    complaints() {
      const expected = /403|401|ERR_CONNECTION|ERR_INCOMPLETE|Failed to load resource|Failed to fetch/;
      return complaints.filter((text) => !expected.test(text));
    },
  };
}
