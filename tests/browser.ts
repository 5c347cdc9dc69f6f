import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = "/usr/bin/chromium";
// Without the last ones Chromium looks for Google's hosts at every start.
const flags =
  "no-sandbox headless disable-gpu disable-quic no-first-run disable-background-networking disable-component-update disable-sync";

/** Why there is no browser here, or false. */
export const noBrowser: string | false = existsSync(executablePath)
  ? false
  : `${executablePath} is not there: apt-get install chromium`;

/** Debian's Chromium. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath, args: flags.split(" ").map((flag) => `--${flag}`) });
}

export const desk = {
  viewport: { width: 1440, height: 900 },
  colorScheme: "light",
  reducedMotion: "reduce",
} as const;
export const phone = {
  viewport: { width: 390, height: 844 },
  colorScheme: "dark",
  hasTouch: true,
  reducedMotion: "reduce",
} as const;
