import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeDesk } from "../../fakes/fake-desk.ts";
import { options, phoneInTheDark, type, useBrowser } from "./browser.ts";
import { serve } from "./serve.ts";

const open = useBrowser();

test("a typed command becomes a live card, Switch decides it, and its buttons go", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page, complaints } = await open(t, url);
  await page.getByText("Nothing has been deployed yet").waitFor();
  await type(page, "/deploy yoga");
  const thread = page.getByRole("region", { name: "Thread" });
  await thread.getByRole("heading", { name: "yoga: check" }).waitFor();
  const id = (await desk.deployments({ limit: 1 }))[0]?.id ?? "";
  desk.reach(id, "build");
  desk.progress(id, "12 of 40 built", 0.3);
  await thread.getByText("12 of 40 built").waitFor();
  desk.reach(id, "confirm");
  while ((await page.title()) !== "(1) Switchyard") await page.waitForTimeout(20);
  await page
    .getByRole("region", { name: "Channel" })
    .getByRole("heading", { name: "yoga: switch?" })
    .waitFor();
  await thread.getByRole("button", { name: "Switch", exact: true }).click();
  await thread.getByRole("heading", { name: "yoga: switch", exact: true }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Switch", exact: true }).count(), 0);
  assert.deepEqual(
    desk.decided.map(({ decision }) => decision),
    ["switch"],
  );
  desk.finish(id, "deployed", { generation: 43 });
  await thread.getByRole("heading", { name: "yoga: deployed" }).waitFor();
  assert.equal(await page.locator("#announce").textContent(), "yoga: deployed");
  await page.locator(".host", { hasText: "gen 43" }).waitFor();
  assert.deepEqual(complaints, []);
});

test(
  "a host of high risk is switched only after its name was typed, and the dialog can be left",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const { page, complaints } = await open(t, url);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm", { risk: "high" });
    const button = page.getByRole("button", { name: "Switch", exact: true }).last();
    await button.click();
    const dialog = page.getByRole("dialog", { name: "Switch yoga?" });
    await dialog.waitFor();
    assert.deepEqual(desk.decided, [], "the click alone decides nothing");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await button.click();
    const yes = dialog.getByRole("button", { name: "Switch yoga" });
    assert.equal(await yes.isDisabled(), true);
    await dialog.getByRole("textbox").fill("zephyrus");
    await page.keyboard.press("Enter");
    assert.equal(await yes.isDisabled(), true);
    assert.deepEqual(desk.decided, []);
    await dialog.getByRole("textbox").fill("Yoga ");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "detached" });
    await page.getByRole("heading", { name: "yoga: switch", exact: true }).first().waitFor();
    assert.deepEqual(
      desk.decided.map(({ decision }) => decision),
      ["switch"],
    );
    assert.deepEqual(complaints, []);
  },
);

test(
  "packages and units are folded into lines that count them, and unfold with the keyboard",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const { page } = await open(t, url);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm", {
      diff: [{ name: "nginx", before: "1.27.4", after: "1.27.5", size: "" }],
      units: { stop: [], skip: ["dbus.service"], restart: ["web.service"], start: [], reload: [] },
    });
    const packages = page.locator("summary", { hasText: "Package 1" });
    await packages.waitFor();
    await page.locator("summary", { hasText: "Units 2" }).waitFor();
    assert.equal(await page.getByText("1.27.5").isVisible(), false);
    await packages.focus();
    await page.keyboard.press("Enter");
    await page.getByText("1.27.5").waitFor();
  },
);

test(
  "the newest run that waits for somebody stands in the thread until another one is chosen",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const { page } = await open(t, url);
    const first = desk.begin(["yoga"]);
    desk.reach(first.deployments[0]?.id ?? "", "confirm");
    const second = desk.begin(["hetzner-vps"]);
    desk.finish(second.deployments[0]?.id ?? "", "failed", { message: "it broke" });
    const thread = page.getByRole("region", { name: "Thread" });
    await thread.getByRole("heading", { name: "yoga: switch?" }).waitFor();
    await page
      .getByRole("link", { name: /^hetzner-vps/ })
      .last()
      .click();
    await thread.getByRole("heading", { name: "hetzner-vps: failed" }).waitFor();
    assert.equal(new URL(page.url()).pathname, `/r/${second.run.id}`);
    await page.reload();
    await thread.getByRole("heading", { name: "hetzner-vps: failed" }).waitFor();
    await page.goBack();
    await thread.getByRole("heading", { name: "yoga: switch?" }).waitFor();
  },
);

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
  await page.getByText("/rollback yoga 41").first().waitFor();
  await page.getByRole("region", { name: "Thread" }).getByRole("heading", { name: "yoga: check" }).waitFor();
  assert.deepEqual(
    desk.said.map(({ text }) => text),
    ["/generations yoga", "/rollback yoga 41"],
  );
  assert.deepEqual(complaints, []);
});

test("a run of several hosts is one card, and its thread has them folded beneath", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page } = await open(t, url);
  await type(page, "/build-all");
  const thread = page.getByRole("region", { name: "Thread" });
  await thread.getByRole("heading", { name: "/build-all: 0 passed" }).waitFor();
  assert.equal(await page.locator("article").count(), 1);
  assert.equal(await page.locator(".member").count(), 2);
  const id = (await desk.deployments({ limit: 1 }))[0]?.id ?? "";
  desk.finish(id, "built");
  await thread.getByRole("heading", { name: "/build-all: 1 passed" }).waitFor();
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
  await page.getByRole("option", { name: "--dry-run" }).waitFor();
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page
    .getByRole("region", { name: "Thread" })
    .getByRole("heading", { name: "hetzner-vps: check" })
    .waitFor();
  assert.equal(desk.said[0]?.text, "/deploy hetzner-vps --dry-run");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.inputValue("#command"), "/deploy hetzner-vps --dry-run");
  await page.reload();
  await page.focus("#command");
  await page.keyboard.press("ArrowUp");
  assert.equal(await page.inputValue("#command"), "/deploy hetzner-vps --dry-run", "also after a reload");
});

test("the page finds back by itself after the bot was restarted", options, async (t) => {
  const desk = fakeDesk();
  const first = await serve(t, { desk });
  const { page } = await open(t, first.url);
  const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  const thread = page.getByRole("region", { name: "Thread" });
  await thread.getByRole("heading", { name: "yoga: check" }).waitFor();
  await page.fill("#command", "half a comm");
  await first.surface.stop();
  await page.getByText("Connection lost").waitFor();
  desk.finish(id, "deployed");
  await serve(t, { desk, listen: { host: "127.0.0.1", port: Number(new URL(first.url).port) } });
  await thread.getByRole("heading", { name: "yoga: deployed" }).waitFor();
  await page.getByText("Connection lost").waitFor({ state: "detached" });
  assert.equal(await page.inputValue("#command"), "half a comm", "what was being typed is still there");
});

test(
  "a stream that was cut goes on with what was missed, and the list is not fetched again",
  options,
  async (t) => {
    const desk = fakeDesk();
    const first = await serve(t, { desk });
    const { page } = await open(t, first.url);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    const thread = page.getByRole("region", { name: "Thread" });
    await thread.getByRole("heading", { name: "yoga: check" }).waitFor();
    const lists: string[] = [];
    const resumed: string[] = [];
    page.on("request", (request) => {
      if (request.url().includes("/api/deployments?")) lists.push(request.url());
      if (request.url().includes("/api/events")) {
        void request.allHeaders().then((headers) => {
          resumed.push(
            headers["last-event-id"] ?? new URL(request.url()).searchParams.get("lastEventId") ?? "",
          );
        });
      }
    });
    await first.surface.stop();
    desk.reach(id, "build");
    await serve(t, { desk, listen: { host: "127.0.0.1", port: Number(new URL(first.url).port) } });
    await thread.getByRole("heading", { name: "yoga: build" }).waitFor();
    assert.match(resumed.at(-1) ?? "", /^\d+$/);
    assert.deepEqual(lists, []);
  },
);

test("a phone in the dark scrolls down only, and unfolds the hosts", options, async (t) => {
  const { url, desk } = await serve(t);
  const { page, complaints } = await open(t, url, "/", phoneInTheDark);
  const { run, deployments } = desk.begin(["hetzner-vps"]);
  const id = deployments[0]?.id ?? "";
  const long = "/nix/store/0c5w3p5q8xzz6d1l9k2v7b4n1m8s6f3a-nixos-system-hetzner-vps-26.05.20261120.4f1c9e0";
  desk.reach(id, "confirm", {
    warnings: [long],
    lines: [`${long} ${long}`],
    diff: [{ name: long, before: "1.0", after: "2.0", size: "+1 KiB" }],
    units: { stop: [], skip: [], restart: [`${long}.service`], start: [], reload: [] },
    commit: { subject: long, author: "Alice", date: "" },
  });
  const width = () => page.evaluate("document.documentElement.scrollWidth");
  await page
    .getByRole("link", { name: /hetzner-vps: ?switch\?/ })
    .or(page.getByRole("link", { name: /^hetzner-vps/ }).last())
    .first()
    .click();
  await page.getByRole("button", { name: "Switch", exact: true }).waitFor();
  assert.equal(await width(), 390);
  assert.equal(await page.evaluate("document.querySelector('.thread-body').scrollWidth <= 390"), true);
  await page.getByRole("link", { name: "Back to the channel" }).click();
  assert.equal(await page.evaluate("document.querySelector('.channel').scrollWidth"), 390);
  await page.goto(`${url}/d/${id}`);
  await page.getByRole("button", { name: "Switch", exact: true }).waitFor();
  assert.equal(await width(), 390);
  await page.goto(`${url}/r/${run.id}`);
  await page.getByRole("button", { name: "Switch", exact: true }).waitFor();
  assert.notEqual(
    await page.evaluate("getComputedStyle(document.documentElement).backgroundColor"),
    "rgb(250, 251, 252)",
  );
  assert.equal(await page.locator(".host").first().isVisible(), false);
  await page.getByRole("button", { name: "Menu and hosts" }).click();
  assert.equal(await page.locator(".host").first().isVisible(), true);
  assert.deepEqual(complaints, []);
});

test("the theme can be chosen, and is kept", options, async (t) => {
  const { url } = await serve(t);
  const { page } = await open(t, url, "/", { colorScheme: "light" });
  const ground = () => page.evaluate("getComputedStyle(document.documentElement).backgroundColor");
  const light = await ground();
  await page.getByRole("button", { name: "Theme: auto" }).click();
  await page.getByRole("button", { name: "Theme: light" }).click();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  const dark = await ground();
  assert.notEqual(dark, light);
  await page.reload();
  await page.getByRole("button", { name: "Theme: dark" }).waitFor();
  assert.equal(await ground(), dark);
});
