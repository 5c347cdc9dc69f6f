import { constants } from "node:fs";
import { access, readFile } from "node:fs/promises";
import { execa } from "execa";

/** Programs that tests use, and the Debian packages that have them. */
const tools: Readonly<Record<string, string>> = {
  "/usr/bin/chromium": "chromium",
  "/usr/bin/shellcheck": "shellcheck",
  "/usr/bin/ssh-keygen": "openssh-client",
  "/usr/sbin/nft": "nftables",
};

/** Installs what is missing where that can be done; says what is missing all the same. */
export async function installTools(): Promise<string[]> {
  const missing = await missingTools();
  if (missing.length === 0) {
    return [];
  }
  const isDebian = await readFile("/etc/debian_version").then(
    () => true,
    () => false,
  );
  if (process.getuid?.() === 0 && isDebian) {
    const packages = missing.map((path) => tools[path] ?? "");
    console.log(`Installing ${packages.join(", ")}…`);
    const options = {
      stdin: "ignore",
      timeout: 600_000,
      env: { DEBIAN_FRONTEND: "noninteractive" },
      reject: false,
    } as const;
    await execa("apt-get", ["update"], options);
    await execa("apt-get", ["install", "-y", "--no-install-recommends", ...packages], options);
  }
  return missingTools();
}

async function missingTools(): Promise<string[]> {
  const found = await Promise.all(
    Object.keys(tools).map((path) =>
      access(path, constants.X_OK).then(
        () => null,
        () => path,
      ),
    ),
  );
  return found.filter((path) => path !== null);
}
