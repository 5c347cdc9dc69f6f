import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { execa } from "execa";
import { parse, stringify } from "yaml";
import { skip, useFleet, useHosts } from "./machine.ts";

const hosts = ["hetzner-vps", "ovh-vps", "yoga", "zephyrus"];

describe("npm run doctor on real machines", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, ...hosts);
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "switchyard-doctor-"));
    for (const host of hosts) {
      await fleet().reset(host);
    }
  });
  after(() => rm(directory, { recursive: true, force: true }));

  async function doctor(
    change: Readonly<Record<string, object>> = {},
    env: Readonly<Record<string, string>> = {},
  ): Promise<{ exitCode: number | undefined; lines: string[] }> {
    const file = parse(await readFile(fleet().fleetFile, "utf8")) as { hosts: Record<string, object> };
    for (const [host, entry] of Object.entries(change)) {
      file.hosts[host] = { ...file.hosts[host], ...entry };
    }
    const fleetFile = join(directory, "fleet.yaml");
    await writeFile(fleetFile, stringify(file));
    const { exitCode, stdout, stderr } = await execa(process.execPath, ["src/main.ts", "doctor"], {
      cwd: join(import.meta.dirname, "../.."),
      extendEnv: false,
      env: {
        PATH: process.env["PATH"] ?? "",
        SWITCHYARD_FLAKE: fleet().flake,
        SWITCHYARD_BUILDER: fleet().builderUrl,
        SWITCHYARD_SSH_KEY: fleet().keyFile,
        SWITCHYARD_KNOWN_HOSTS: fleet().knownHostsFile,
        SWITCHYARD_DATA_DIR: directory,
        SWITCHYARD_FLEET_FILE: fleetFile,
        SWITCHYARD_LISTEN: "127.0.0.1:0",
        ...env,
      },
      stdin: "ignore",
      timeout: 180_000,
      reject: false,
    });
    assert.equal(stderr, "");
    return { exitCode, lines: stdout.split("\n") };
  }

  test("a fleet that is well has nothing to mend", async () => {
    const { exitCode, lines } = await doctor();
    assert.deepEqual(
      lines.filter((line) => line.startsWith("✗")),
      [],
    );
    assert.equal(exitCode, 0);
    for (const part of [
      "environment",
      "data directory",
      "lock",
      "page",
      "ssh key",
      "host key",
      "builder",
      "nix",
      "git",
      "flake",
    ]) {
      assert.ok(
        lines.some((line) => line.startsWith(`✓ ${part}: `)),
        `${part} in\n${lines.join("\n")}`,
      );
    }
    for (const host of hosts) {
      assert.equal(lines.filter((line) => line.startsWith(`✓ host ${host}: `)).length, 2, lines.join("\n"));
    }
    assert.ok(lines.some((line) => line.includes("as root by sudo of deploy")));
  });

  test("what is wrong with each host is told with what to do, and the exit says so", async () => {
    const { exitCode, lines } = await doctor({
      yoga: { targetPort: 1 },
      zephyrus: { targetUser: "nobody" },
      "ovh-vps": { secrets: ["/root/not-there"] },
      "hetzner-vps": { targetHost: "nowhere.invalid" },
    });
    assert.equal(exitCode, 1);
    const mendOf = (host: string) => {
      const at = lines.findIndex((line) => line.startsWith(`✗ host ${host}: `));
      return at < 0 ? `nothing in\n${lines.join("\n")}` : `${lines[at]} ${lines[at + 1]?.trim()}`;
    };
    assert.match(mendOf("yoga"), /Connection refused.*→ Nothing listens there/);
    assert.match(mendOf("zephyrus"), /Permission denied.*→ .*authorized_keys/);
    assert.match(mendOf("ovh-vps"), /lacks \/root\/not-there.*→ /);
    assert.match(mendOf("hetzner-vps"), /nowhere\.invalid.*→ /);
  });

  test("mistakes in the configuration are all there, each on its line", async () => {
    const { exitCode, lines } = await doctor({}, { SWITCHYARD_FLAKE: "fleet", SWITCHYARD_LISTEN: "nowhere" });
    assert.equal(exitCode, 1);
    assert.equal(lines.filter((line) => line.startsWith("✗ configuration: ")).length, 2);
  });
});
