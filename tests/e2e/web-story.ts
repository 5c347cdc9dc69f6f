import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { launchBrowser, noBrowser } from "../browser.ts";
import { type Bot, startBot } from "./bot.ts";
import { skip, stateOf, useFleet, useHost } from "./machine.ts";

/** The whole story of the web console on a real machine: two people, two browsers, one bot that dies in between. */
export function tellWebStory(
  name: string,
  { host, look }: { readonly host: string; readonly look: BrowserContextOptions },
): void {
  describe(name, { skip: skip || noBrowser }, () => {
    const fleet = useFleet();
    useHost(fleet, host);
    let bot: Bot;
    let browser: Browser;
    let alice: Page;
    let bob: Page;
    const complaints: string[] = [];

    /** By the command that people use, while the bot runs. */
    async function tokenFor(person: string): Promise<string> {
      const { stdout } = await execa(process.execPath, ["src/main.ts", "token", "add", person], {
        env: { SWITCHYARD_DATA_DIR: bot.dataDir, SWITCHYARD_LISTEN: new URL(bot.url).host },
      });
      return /Login link: (\S+)/.exec(stdout)?.[1] ?? "";
    }

    /** Signs in as soon as the bot has taken up the token. */
    async function signedIn(person: string): Promise<Page> {
      const link = await tokenFor(person);
      const context = await browser.newContext(look);
      const page = await context.newPage();
      page.setDefaultTimeout(90_000);
      page.on("console", (message) => {
        if (message.type() === "error") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      const until = Date.now() + 30_000;
      do await page.goto(link);
      while (new URL(page.url()).pathname === "/login" && Date.now() < until);
      await page.locator("#command").waitFor();
      assert.equal(page.url(), `${bot.url}/`, "no token is left in the address");
      return page;
    }

    const thread = (page: Page) => page.getByRole("region", { name: "Thread" });
    const heading = (page: Page, words: string) =>
      thread(page).getByRole("heading", { name: `Deploy ${host}: ${words}`, exact: true });

    /** On a phone the thread covers the channel, and the composer with it. */
    async function toChannel(page: Page): Promise<void> {
      const back = page.getByRole("link", { name: "Back to the channel" });
      if (await back.isVisible()) await back.click();
    }

    async function type(page: Page, text: string): Promise<void> {
      await toChannel(page);
      await page.fill("#command", text);
      await page.press("#command", "Escape");
      await page.press("#command", "Enter");
    }

    async function opensNewest(page: Page): Promise<void> {
      await toChannel(page);
      const newest = page.locator(".entry .root").last();
      await newest.getByRole("link").click();
    }

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

    test("Alice types with completion, and both watch the phases", async () => {
      await alice.locator("#command").pressSequentially("/dep");
      await alice.getByRole("option", { name: /^\/deploy/ }).waitFor();
      await alice.keyboard.press("Tab");
      await alice.locator("#command").pressSequentially(host.slice(0, 2));
      await alice.getByRole("option", { name: new RegExp(`^${host}`) }).waitFor();
      await alice.keyboard.press("Tab");
      assert.equal(await alice.inputValue("#command"), `/deploy ${host} `);
      await alice.keyboard.press("Enter");
      await thread(alice).locator(".step.running").first().waitFor();
      await bob.locator(".entry .root").last().waitFor();
      await opensNewest(bob);
      await heading(alice, "switch?").waitFor();
      await heading(bob, "switch?").waitFor();
    });

    test("what would change is folded, and says the packages and units", async () => {
      assert.equal(await alice.getByText("1.27.5").isVisible(), false);
      await thread(alice).locator("summary", { hasText: "Package" }).click();
      await alice.getByText("1.27.5").waitFor();
      await thread(alice).locator("summary", { hasText: "Unit" }).click();
      await thread(alice).getByText("web.service").first().waitFor();
    });

    test("Bob may look, and is refused the switch with the lines that would allow it", async () => {
      await bob.getByRole("button", { name: "Switch", exact: true }).click();
      await bob.getByRole("alert").getByText(`bob may not do this on ${host}`).waitFor();
      assert.match((await bob.getByRole("alert").textContent()) ?? "", /roles:\s+deployer: \[bob\]/);
      assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
    });

    test("Alice clicks Switch: both see it deployed, by whom, and no button is left", async () => {
      await alice.getByRole("button", { name: "Switch", exact: true }).click();
      await heading(alice, "deployed").waitFor();
      await heading(bob, "deployed").waitFor();
      for (const page of [alice, bob]) {
        await page.getByText(/^alice said switch at \d\d:\d\d:\d\d UTC/).waitFor();
        assert.equal(await page.getByRole("button", { name: "Switch", exact: true }).count(), 0);
      }
      assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
    });

    test("the page of the deployment has its log, which can be searched", async () => {
      await thread(alice).getByRole("link", { name: "Log and timeline" }).click();
      await alice.getByText(/\d+ lines, complete/).waitFor();
      await alice.fill("#log-search", "activating the configuration");
      await alice.locator("mark", { hasText: "activating the configuration" }).first().waitFor();
      await alice.goto(bot.url);
      await alice.locator(".entry .root").last().waitFor();
    });

    test("a failing unit is shown red, with its journal's lines, and is rolled back", async () => {
      const before = await stateOf(fleet(), host);
      await type(alice, `/deploy ${host} --ref origin/bad/unit-fails`);
      await alice.getByRole("button", { name: "Switch", exact: true }).click();
      await heading(alice, "rolled back").waitFor();
      const failed = thread(alice).locator(".step.failed");
      assert.match((await failed.textContent()) ?? "", /validate/);
      await thread(alice)
        .locator(".code .bad", { hasText: /nginx: \[emerg\] cannot load certificate/ })
        .first()
        .waitFor();
      assert.deepEqual(await stateOf(fleet(), host), before);
    });

    test("the bot dies in the middle and comes back: the open page carries on without a reload", async () => {
      await type(alice, `/deploy ${host} --ref origin/next`);
      await alice.getByRole("button", { name: "Switch", exact: true }).waitFor();
      await alice.evaluate("window.isStillHere = true");
      await bot.kill();
      await alice.getByText("Connection lost, reconnecting…").waitFor();
      await bot.again();
      await alice.getByText("Connection lost, reconnecting…").waitFor({ state: "detached" });
      await alice.getByRole("button", { name: "Switch", exact: true }).click();
      await thread(alice).locator(".step.running", { hasText: "switch" }).waitFor();
      await bot.kill();
      await bot.again();
      await heading(alice, "deployed").waitFor();
      assert.equal(await alice.evaluate("window.isStillHere"), true);
      await opensNewest(bob);
      await heading(bob, "deployed").waitFor();
    });

    test("the health of the host is a page", async () => {
      await alice.goto(`${bot.url}/health/${host}`);
      await alice.getByRole("heading", { name: `Health of ${host}: running` }).waitFor();
      await alice.getByText("web.service").first().waitFor();
    });

    test("nothing is wider than the screen, and the browser complained only while the bot was away", async () => {
      const width = look.viewport?.width ?? 0;
      for (const path of ["/", "/history", "/status", `/health/${host}`]) {
        await alice.goto(bot.url + path);
        await alice.locator("main").waitFor();
        assert.equal(await alice.evaluate("document.documentElement.scrollWidth"), width, path);
      }
      const refused = /403|ERR_CONNECTION|ERR_INCOMPLETE|Failed to load resource|Failed to fetch/;
      assert.deepEqual(
        complaints.filter((text) => !refused.test(text)),
        [],
      );
    });
  });
}
