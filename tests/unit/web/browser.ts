import { existsSync } from "node:fs";
import { after, before, type TestContext } from "node:test";
import { type Browser, chromium, type Page } from "playwright-core";
import { token } from "./serve.ts";

const executablePath = "/usr/bin/chromium";
const flags =
  "no-sandbox headless disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync";

export const skip = existsSync(executablePath)
  ? false
  : `${executablePath} is not there: the page is not tried in a browser`;
export const options = { skip, timeout: 60_000 };

export type PageSettings = Parameters<Browser["newPage"]>[0];

export interface Opened {
  readonly page: Page;
  /** Everything the browser complains about while the page is open. */
  readonly complaints: string[];
}

/** One browser for the tests of a file. Opens signed-in pages, each closed at the end of its test. */
export function useBrowser(): (
  t: TestContext,
  url: string,
  path?: string,
  settings?: PageSettings,
) => Promise<Opened> {
  let browser: Browser;
  before(async () => {
    if (skip === false) {
      browser = await chromium.launch({
        executablePath,
        args: flags.split(" ").map((flag) => `--${flag}`),
      });
    }
  });
  after(() => browser?.close());

  return async (t, url, path = "/", settings = {}) => {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, ...settings });
    t.after(() => page.close());
    page.setDefaultTimeout(15_000);
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    await page.goto(`${url}/login?token=${token}`);
    await page.waitForSelector("#command");
    if (path !== "/") await page.goto(url + path);
    return { page, complaints };
  };
}

export const phoneInTheDark = { viewport: { width: 390, height: 844 }, colorScheme: "dark" } as const;

export async function type(page: Page, command: string): Promise<void> {
  await page.fill("#command", command);
  await page.press("#command", "Escape");
  await page.press("#command", "Enter");
}
