/** `npm run pictures`, while the demo runs: makes the README's pictures from real deployments. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { launchBrowser, phone } from "../browser.ts";

const url = `http://${process.env["SWITCHYARD_LISTEN"] ?? "127.0.0.1:4040"}`;
const docs = join(import.meta.dirname, "../../docs");
const patience = 180_000;

const browser = await launchBrowser();
const wide = {
  viewport: { width: 1280, height: 800 },
  colorScheme: "light",
  deviceScaleFactor: 1.5,
} as const;
const page = await browser.newPage(wide);
page.setDefaultTimeout(patience);
await page.goto(url);

await type("/deploy hetzner-vps --reason 'nginx 1.27.5'");
await page.getByRole("button", { name: "Switch", exact: true }).click();
await ends("Deploy hetzner-vps: deployed");
await type("/deploy zephyrus --ref origin/bad/unit-fails");
await page.getByRole("button", { name: "Switch", exact: true }).click();
await ends("Deploy zephyrus: rolled back");
await page.getByRole("link", { name: "Log and timeline" }).click();
await page.getByText(/lines, complete/).waitFor();
await picture(page, "deployment");
await page.goto(`${url}/health/hetzner-vps`);
await page.getByRole("heading", { name: "Health of hetzner-vps: running" }).waitFor();
await picture(page, "health");
await page.goto(url);
await type("/diff ovh-vps");
await ends("What would change on ovh-vps: done");
await page.locator("summary", { hasText: "Packages" }).click();
await picture(page, "diff");
await page.goto(`${url}/stats`);
await page.getByRole("img").first().waitFor();
await picture(page, "stats");
await page.goto(url);
await type("/deploy hetzner-vps ovh-vps --canary ovh-vps --ref origin/slow");
await page.getByRole("button", { name: "Switch 2 hosts" }).waitFor();
await picture(page, "run");
await page.getByRole("button", { name: "Cancel" }).last().click();
await page.goto(url);
await type("/deploy yoga");
await page.getByRole("button", { name: "Switch", exact: true }).waitFor();
await page.locator("summary", { hasText: "Packages" }).click();
await picture(page, "console");

const small = await browser.newPage({ ...phone, deviceScaleFactor: 1.5 });
await small.goto(url);
await small.locator(".entry .root").last().getByRole("link").click();
await small.getByRole("button", { name: "Switch", exact: true }).waitFor();
await picture(small, "phone");
await page.getByRole("button", { name: "Cancel" }).first().click();
await browser.close();

async function type(command: string): Promise<void> {
  await page.fill("#command", command);
  await page.press("#command", "Escape");
  await page.press("#command", "Enter");
}

async function ends(heading: string): Promise<void> {
  await page.getByRole("region", { name: "Thread" }).getByRole("heading", { name: heading }).waitFor();
}

async function picture(of: Page, name: string): Promise<void> {
  // The side has to have seen the hosts.
  await of.locator(".host", { hasText: "running" }).nth(3).waitFor({ state: "attached" });
  await of.screenshot({ path: join(docs, `${name}.png`), animations: "disabled" });
}
