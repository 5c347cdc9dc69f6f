/** `npm run pictures`, while the demo runs: makes the README's picture from a real deployment. */
import { join } from "node:path";
import { chromium } from "playwright-core";

const url = "http://127.0.0.1:4040/";
const args =
  "--no-sandbox --headless --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const docs = join(import.meta.dirname, "../../docs");

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: args.split(" ") });
const page = await browser.newPage({ viewport: { width: 1180, height: 1060 }, deviceScaleFactor: 1.5 });
await page.goto(url);
await page.getByText("yoga", { exact: true }).first().waitFor();
await page.getByRole("combobox").or(page.getByRole("textbox")).first().fill("/deploy yoga");
await page.keyboard.press("Escape");
await page.keyboard.press("Enter");
await page.getByRole("button", { name: /^Switch/ }).waitFor({ timeout: 120_000 });
await page.screenshot({ path: join(docs, "deploy.png") });
await page
  .getByRole("button", { name: /^Cancel/ })
  .first()
  .click();
await browser.close();
