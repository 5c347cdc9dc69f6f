import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { code, fields, heading, links, picture, table, text } from "../../../src/chat/blocks.ts";
import type { FakeDesk } from "../../fakes/fake-desk.ts";
import { skip, useBrowser } from "./browser.ts";
import { serve } from "./serve.ts";

const open = useBrowser();
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** What a screen reader would stumble over, each with the elements that have it. */
async function findings(page: Page, rules: string): Promise<string[]> {
  if ((await page.evaluate("typeof axe")) === "undefined") await page.addScriptTag({ path: axePath });
  const results = (await page.evaluate(
    `axe.run(document, { resultTypes: ["violations"], ${rules} })`,
  )) as AxeResults;
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`),
  );
}

/** A fleet with something of everything: a question, a failure, an end, a run of several hosts. */
function busy(desk: FakeDesk): { asking: string; failed: string; several: string } {
  const failed = desk.begin(["yoga"]).deployments[0]?.id ?? "";
  desk.reach(failed, "validate");
  desk.writeLog(failed, "error: it broke\nwarning: look\n");
  desk.finish(failed, "rolled-back", {
    message: "yoga went back",
    help: "See the log.",
    lines: ["it broke"],
  });
  desk.finish(desk.begin(["yoga"]).deployments[0]?.id ?? "", "deployed-degraded", { generation: 43 });
  const several = desk.begin(["yoga", "hetzner-vps"], "build-all", "/build-all").run.id;
  const asking = desk.begin(["hetzner-vps"]).deployments[0]?.id ?? "";
  desk.reach(asking, "build");
  desk.progress(asking, "12 of 40", 0.3);
  desk.reach(asking, "confirm", {
    warnings: ["this revision is not in origin/main"],
    diff: [{ name: "nginx", before: "1.27.4", after: "1.27.5", size: "+1 KiB" }],
    units: { stop: [], skip: [], restart: ["web.service"], start: [], reload: [] },
  });
  return { asking, failed, several };
}

const report = [
  heading("Health of yoga: 1 problem", "bad"),
  text("web.service failed.", "bad"),
  { kind: "fields", fields: [{ name: "Memory", value: "2 of 4 GiB", share: 0.5 }] } as const,
  table(["Host", "State"], [["yoga", "active"]]),
  picture("A green bar", '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>'),
  links("Commits", [{ text: "4f1c9e0 nginx", url: "https://git.example/a/b/commit/4f1c9e0" }]),
  code("generations-yoga.csv", "generation\n42"),
  fields({ Up: "3 d" }),
];

const troubles = (["disk", "audit", "records:a"] as const).map((key) => ({
  key,
  part: "disk",
  words: "The disk of /var/lib/switchyard is full, or nearly. Free some space there.",
  since: "2026-11-23T10:00:00.000Z",
}));

/** Each page, and what has to be seen before it counts as drawn. */
const pages: readonly {
  name: string;
  path: (ids: ReturnType<typeof busy>) => string;
  see: string;
  does?: (page: Page) => Promise<void>;
  trouble?: boolean;
}[] = [
  { name: "the console", path: () => "/", see: ".thread .steps, .entry .root" },
  {
    name: "the console with completions",
    path: () => "/",
    see: ".entry .root",
    async does(page) {
      await page.fill("#command", "/deploy ");
      await page.getByRole("option").first().waitFor();
    },
  },
  {
    name: "the console with a refusal and an answer",
    path: () => "/",
    see: ".entry .root",
    async does(page) {
      for (const command of ["/deploy typo", "/generations yoga"]) {
        await page.fill("#command", command);
        await page.press("#command", "Escape");
        await page.press("#command", "Enter");
      }
      await page.getByRole("button", { name: "Roll back to 41" }).waitFor();
    },
  },
  { name: "a thread of several hosts", path: ({ several }) => `/r/${several}`, see: ".member" },
  { name: "a deployment", path: ({ failed }) => `/d/${failed}`, see: ".line.bad" },
  { name: "a deployment that asks", path: ({ asking }) => `/d/${asking}`, see: ".decision .button" },
  { name: "the history", path: () => "/history", see: ".past" },
  { name: "the history of nothing", path: () => "/history?who=nobody", see: ".empty" },
  { name: "the health of a host", path: () => "/health/yoga", see: ".sheet-body dl" },
  { name: "a page under troubles of the bot", path: () => "/", see: ".troubles", trouble: true },
  { name: "no page", path: () => "/d/d-20261123-ffff", see: ".empty" },
];

/** A theme changes colours and nothing else, so every rule is tried once at each width. */
const everything = "";
const colours = 'runOnly: ["color-contrast", "link-in-text-block"]';
const looks = [
  { width: 1280, colorScheme: "light", rules: everything },
  { width: 1280, colorScheme: "dark", rules: colours },
  { width: 390, colorScheme: "dark", rules: everything },
  { width: 390, colorScheme: "light", rules: colours },
] as const;

/** The same page in both themes and at both widths: nothing of it is loaded again. */
async function findingsInAll(page: Page, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const { width, colorScheme, rules } of looks) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ width, height: 844 });
    const here = await findings(page, rules);
    found.push(...here.map((finding) => `${name}, ${colorScheme}, ${width} px: ${finding}`));
  }
  return found;
}

test("axe finds nothing on any page, in both themes, on a desk and on a phone", {
  skip,
  timeout: 290_000,
}, async (t) => {
  const { url, desk } = await serve(t);
  const ids = busy(desk);
  const { page } = await open(t, url, "/", { bypassCSP: true });
  const found: string[] = [];
  for (const { name, path, see, does, trouble = false } of pages) {
    desk.trouble(...(trouble ? troubles : []));
    if (name === "the health of a host") desk.answerNext("Health of yoga", report);
    await page.setViewportSize({ width: 1280, height: 844 });
    await page.goto(url + path(ids));
    await page.locator(see).first().waitFor();
    await does?.(page);
    found.push(...(await findingsInAll(page, name)));
  }
  await page.context().clearCookies();
  await page.goto(url);
  await page.locator("#token").waitFor();
  found.push(...(await findingsInAll(page, "sign-in")));
  assert.deepEqual(found, []);
});
