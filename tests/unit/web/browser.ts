import { after, before, type TestContext } from "node:test";
import type { Browser, Page } from "playwright-core";
import { launchBrowser, noBrowser as skip } from "../../browser.ts";
import { token } from "./serve.ts";

export { noBrowser as skip, phone as phoneInTheDark } from "../../browser.ts";
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
      browser = await launchBrowser();
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
    await page.request.post(`${url}/api/sign-in`, { data: { token } });
    await page.goto(url);
    await page.waitForSelector("#command");
    if (path !== "/") await page.goto(url + path);
    return { page, complaints };
  };
}

export async function type(page: Page, command: string): Promise<void> {
  await page.fill("#command", command);
  await page.press("#command", "Escape");
  await page.press("#command", "Enter");
}
