import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { BrowserContextOptions, Page } from "playwright-core";
import { noBrowser } from "../browser.ts";
import { skip, stateOf } from "./machine.ts";
import { usePeople } from "./web-people.ts";

interface Setting {
  readonly host: string;
  readonly look: BrowserContextOptions;
}

/** A deployment that goes well, on a real machine, as two people see it. */
export function tellDeployment(name: string, { host, look }: Setting): void {
  describe(name, { skip: skip || noBrowser, timeout: 900_000 }, () => {
    const people = usePeople(host, look);
    const { fleet, bot, alice, bob, thread, heading } = people;

    test("Alice types with completion, and both watch the phases", async () => {
      const page = alice();
      await page.locator("#command").pressSequentially("/dep");
      await page.getByRole("option", { name: /^\/deploy/ }).waitFor();
      await page.keyboard.press("Tab");
      await page.locator("#command").pressSequentially(host.slice(0, 2));
      await page.getByRole("option", { name: new RegExp(`^${host}`) }).waitFor();
      await page.keyboard.press("Tab");
      assert.equal(await page.inputValue("#command"), `/deploy ${host} `);
      await page.keyboard.press("Enter");
      await thread(page).locator(".step.running").first().waitFor();
      await bob().locator(".entry .root").last().waitFor();
      await people.opensNewest(bob());
      await heading(page, "switch?").waitFor();
      await heading(bob(), "switch?").waitFor();
    });

    test("what would change is folded, and says the packages and units", async () => {
      assert.equal(await alice().getByText("1.27.5").isVisible(), false);
      await thread(alice()).locator("summary", { hasText: "Package" }).click();
      await alice().getByText("1.27.5").waitFor();
      await thread(alice()).locator("summary", { hasText: "Unit" }).click();
      await thread(alice()).getByText("web.service").first().waitFor();
    });

    test("Bob may look, and is refused the switch with the lines that would allow it", async () => {
      await bob().getByRole("button", { name: "Switch", exact: true }).click();
      await bob().getByRole("alert").getByText(`bob may not do this on ${host}`).waitFor();
      assert.match((await bob().getByRole("alert").textContent()) ?? "", /roles:\s+\S+: \[bob\]/);
      assert.equal((await stateOf(fleet(), host)).profile, "system-1-link");
    });

    test("Alice clicks Switch: both see it deployed, by whom, and no button is left", async () => {
      await alice().getByRole("button", { name: "Switch", exact: true }).click();
      await heading(alice(), "deployed").waitFor();
      await heading(bob(), "deployed").waitFor();
      for (const page of [alice(), bob()]) {
        await page.getByText(/^alice said switch at \d\d:\d\d:\d\d UTC/).waitFor();
        assert.equal(await page.getByRole("button", { name: "Switch", exact: true }).count(), 0);
      }
      assert.equal((await stateOf(fleet(), host)).profile, "system-2-link");
    });

    test("the page of the deployment has its log, which can be searched", async () => {
      await thread(alice()).getByRole("link", { name: "Log and timeline" }).click();
      await alice()
        .getByText(/\d+ lines, complete/)
        .waitFor();
      await alice().fill("#log-search", "activating the configuration");
      await alice().locator("mark", { hasText: "activating the configuration" }).first().waitFor();
    });

    test("health and history are pages, and nothing is wider than the screen", async () => {
      const page = alice();
      await page.goto(`${bot().url}/health/${host}`);
      await page.getByRole("heading", { name: `Health of ${host}: running` }).waitFor();
      await page.getByText("web.service").first().waitFor();
      for (const path of [`/health/${host}`, "/", "/history", "/status"]) {
        await page.goto(bot().url + path);
        await page.locator("main h1").waitFor({ state: "attached" });
        assert.equal(await page.evaluate("document.documentElement.scrollWidth"), look.viewport?.width, path);
      }
      assert.deepEqual(people.complaints(), []);
    });
  });
}

/** Clicks Switch; a host of high risk (tests/rehearsal/fleet-file.ts) asks for its name. */
async function switches(page: Page, host: string): Promise<void> {
  await page.getByRole("button", { name: "Switch", exact: true }).click();
  if (host === "hetzner-vps") {
    await page.getByRole("dialog").getByRole("textbox").fill(host);
    await page.getByRole("button", { name: `Switch ${host}` }).click();
  }
}

/** A bad system and a bot that dies, on a real machine. */
export function tellTrouble(name: string, { host, look }: Setting): void {
  describe(name, { skip: skip || noBrowser, timeout: 900_000 }, () => {
    const people = usePeople(host, look);
    const { fleet, bot, alice, bob, thread, heading } = people;

    /** Waits until the host switches by itself: before that, a bot that dies has begun nothing. */
    async function hostBegins(page: Page): Promise<void> {
      const id = await thread(page).getAttribute("data-id");
      const until = Date.now() + 60_000;
      const state = async () => (await fleet().exec(host, ["cat", `/run/switchyard/${id}/state`])).stdout;
      while (!(await state()).startsWith("activat")) {
        assert.ok(Date.now() < until, `${host} did not begin ${id}`);
        await delay(20);
      }
    }

    test("a failing unit is shown red, with its journal's lines, and is rolled back", async () => {
      const before = await stateOf(fleet(), host);
      await people.type(alice(), `/deploy ${host} --ref origin/bad/unit-fails`);
      await switches(alice(), host);
      await heading(alice(), "rolled back").waitFor();
      const failed = thread(alice()).locator(".step.failed");
      assert.match((await failed.textContent()) ?? "", /validate/);
      const journal = thread(alice()).locator(".code .bad", { hasText: /nginx: \[emerg\] cannot load/ });
      await journal.first().waitFor();
      assert.deepEqual(await stateOf(fleet(), host), before);
    });

    test("the bot dies in the middle and comes back: the open page carries on without a reload", async () => {
      const page = alice();
      await people.type(page, `/deploy ${host} --ref origin/next`);
      await page.getByRole("button", { name: "Switch", exact: true }).waitFor();
      await page.evaluate("window.isStillHere = true");
      await bot().kill();
      await page.getByText("Connection lost, reconnecting…").waitFor();
      await bot().again();
      await page.getByText("Connection lost, reconnecting…").waitFor({ state: "detached" });
      await switches(page, host);
      await hostBegins(page);
      await bot().kill();
      await bot().again();
      await heading(page, "deployed").waitFor();
      assert.equal(await page.evaluate("window.isStillHere"), true);
      await people.opensNewest(bob());
      await heading(bob(), "deployed").waitFor();
      assert.deepEqual(people.complaints(), []);
    });
  });
}
