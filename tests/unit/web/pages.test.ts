import assert from "node:assert/strict";
import { test } from "node:test";
import { code, heading, links, picture, table } from "../../../src/chat/blocks.ts";
import { until } from "../../contracts/until.ts";
import { options, useBrowser } from "./browser.ts";
import { serve } from "./serve.ts";

const open = useBrowser();

test("the history is narrowed by host, outcome, who and since; the address says how", options, async (t) => {
  const { url, desk } = await serve(t);
  const yoga = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.finish(yoga, "deployed");
  const vps = desk.begin(["hetzner-vps"]).deployments[0]?.id ?? "";
  desk.finish(vps, "failed");
  const { page, complaints } = await open(t, url, "/history");
  await page.locator(".past").nth(1).waitFor();
  await page.getByLabel("Host", { exact: true }).selectOption("yoga");
  await page.locator(".past", { hasText: "hetzner-vps" }).waitFor({ state: "detached" });
  assert.equal(new URL(page.url()).search, "?host=yoga");
  await page.getByLabel("Outcome").selectOption("failed");
  await page.getByText("Nothing was found").waitFor();
  await page.getByRole("link", { name: "Show all" }).click();
  await page.goto(`${url}/history?outcome=failed&since=7&who=we`);
  await page.locator(".past", { hasText: "hetzner-vps" }).waitFor();
  await until("one row", async () => (await page.locator(".past").count()) === 1);
  assert.equal(await page.getByLabel("Who asked").inputValue(), "we");
  await page.getByLabel("Who asked").fill("nobody");
  await page.getByText("Nothing was found").waitFor();
  await page.goBack();
  assert.deepEqual(complaints, []);
});

test(
  "a row of the history leads to the page of its deployment, which is found again after a reload",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.finish(id, "deployed");
    const { page } = await open(t, url, "/history");
    await page.getByRole("link", { name: "yoga", exact: true }).click();
    await page.getByRole("heading", { name: "yoga: deployed", level: 1 }).waitFor();
    assert.equal(new URL(page.url()).pathname, `/d/${id}`);
    await page.reload();
    await page.getByRole("heading", { name: "yoga: deployed", level: 1 }).waitFor();
  },
);

test(
  "a command that looks is a page, too: its hosts and ids lead on, and it can be refreshed",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.answerNext("What runs where", [
      heading("What runs where"),
      table(["Host", "Under way"], [["yoga", `up to date; ${id} (check)`]]),
    ]);
    const { page, complaints } = await open(t, url, "/status");
    await page.getByRole("heading", { name: "What runs where", level: 1 }).waitFor();
    assert.equal(desk.said.at(-1)?.text, "/status");
    assert.equal(await page.getByRole("link", { name: id }).getAttribute("href"), `/d/${id}`);
    desk.answerNext("Status of yoga", [heading("yoga is running", "good")]);
    await page.locator("main").getByRole("link", { name: "yoga", exact: true }).click();
    await page.getByRole("heading", { name: "yoga is running" }).waitFor();
    assert.equal(desk.said.at(-1)?.text, "/status yoga");
    desk.refuseNext("unavailable", "yoga does not answer.", "Is it up?");
    await page.getByRole("button", { name: "Refresh" }).click();
    await page.getByRole("alert").getByText("yoga does not answer.").waitFor();
    assert.deepEqual(
      complaints.filter((text) => !text.includes("503")),
      [],
    );
  },
);

test(
  "what is wrong with the bot stands on top of every page, in whole, until it is over",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    const words =
      "The disk of /srv/data is full, or nearly: its reserve was given up. Free some space there.";
    desk.trouble({ key: "disk", part: "disk", words, since: new Date().toISOString() });
    const { page } = await open(t, url);
    const bar = page.getByRole("status", { name: "Troubles of the bot" });
    for (const path of ["/", "/history", "/hosts"]) {
      await page.goto(url + path);
      await bar.waitFor();
      assert.equal(await bar.locator("p").textContent(), `${words} just now`);
    }
    desk.trouble();
    await page.reload();
    await page.locator(".bot-parts").waitFor();
    await page.getByText("builder").first().waitFor();
    assert.equal(await bar.count(), 0);
  },
);

test("addresses that lead nowhere say so, and where to go", options, async (t) => {
  const { url } = await serve(t);
  const { page } = await open(t, url, "/d/d-20261123-ffff");
  await page.getByText("There is no deployment d-20261123-ffff").waitFor();
  await page.getByRole("link", { name: "look for it in the history" }).click();
  await page.getByText("Nothing has been deployed yet").waitFor();
  await page.goto(`${url}/health`);
  await page.getByText("The health of which host?").waitFor();
  assert.equal((await page.goto(`${url}/nowhere`))?.status(), 404);
});

test("pictures are shown with their words, links lead away, and files can be saved", options, async (t) => {
  const { url, desk } = await serve(t);
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><script>document.title="x"</script></svg>';
  desk.answerNext("Stats", [
    heading("Deployments"),
    picture("Two bars", svg),
    links("Commits", [
      { text: "nginx 1.27", url: "https://git.example/a/b/commit/4f1c9e0" },
      { text: "no place", url: "javascript:alert(1)" },
    ]),
    code("generations-yoga.csv", "generation\n42"),
  ]);
  const { page, complaints } = await open(t, url, "/stats");
  const drawn = page.getByRole("img", { name: "Two bars" });
  await drawn.waitFor();
  assert.equal(desk.said.at(-1)?.text, "/stats");
  assert.equal(await page.evaluate('document.querySelector("img.picture").naturalWidth'), 20);
  assert.equal(
    await page.getByRole("link", { name: "nginx 1.27" }).getAttribute("href"),
    "https://git.example/a/b/commit/4f1c9e0",
  );
  assert.equal(await page.getByRole("link", { name: "no place" }).count(), 0);
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name: "Save" }).click(),
  ]);
  assert.equal(saved.suggestedFilename(), "generations-yoga.csv");
  assert.equal(await page.title().then((title) => title.includes("x")), false);
  assert.deepEqual(complaints, []);
});

test(
  "where the flake cannot be read, the sidebar and the line above the command say why",
  options,
  async (t) => {
    const { url, desk } = await serve(t);
    desk.loseHosts(
      "The hosts of origin/main cannot be read: attic is not locked.\nerror: unable to download 'https://x'",
      "Run `nix flake lock` in the repository.",
    );
    const { page, complaints } = await open(t, url, "/");
    const hosts = page.getByRole("navigation", { name: "Hosts" });
    await hosts.getByText("attic is not locked").waitFor();
    await hosts.getByText("Run `nix flake lock`").waitFor();
    await hosts.getByText("Its last lines").click();
    await hosts.getByText("error: unable to download 'https://x'").waitFor();
    await page.getByLabel("Command").fill("/deploy ");
    await page.locator(".usage", { hasText: "attic is not locked" }).waitFor();
    assert.deepEqual(complaints, []);
  },
);
