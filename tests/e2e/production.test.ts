import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { skip, stateOf, useFleet, useHosts } from "./machine.ts";

/** The README's "Production", typed on a machine with a real systemd: the builder, on which the bot gets a place of its own. */

const run = promisify(execFile);
const top = join(import.meta.dirname, "../..");
const host = "ovh-vps";
/** Its doctor looks at all of them, so none may be in another test's hands. */
const hosts = ["hetzner-vps", host, "yoga", "zephyrus"];
/** What the code blocks of the section say, in their order. */
const blocks = async () => {
  const readme = await readFile(join(top, "README.md"), "utf8");
  const section = readme.slice(readme.indexOf("## Production"), readme.indexOf("**What is kept.**"));
  return [...section.matchAll(/^ *```sh\n([\s\S]*?)^ *```$/gm)].map(([, text = ""]) =>
    text
      .split("\n")
      .map((line) => line.trim())
      .filter((line) => line !== ""),
  );
};
/** systemd's own measure goes from 0 (closed) to 10. */
const mostExposed = 2;

describe("the README's production install, on a real machine", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, ...hosts);
  let id: string | undefined;

  async function on(script: string, timeoutMs = 120_000): Promise<string> {
    const { exitCode, stdout, stderr } = await fleet().exec("builder", ["sh", "-ec", script], { timeoutMs });
    assert.equal(exitCode, 0, `${script}\n${stdout}\n${stderr}`);
    return stdout;
  }
  const api = (path: string, body?: object) => {
    const post =
      body === undefined ? "" : `-X POST -H 'content-type: application/json' -d '${JSON.stringify(body)}'`;
    return on(
      `curl -sS -H "authorization: Bearer $(cat /var/lib/switchyard/web-token)" ${post} http://127.0.0.1:4040${path}`,
    ).then((text) => JSON.parse(text));
  };
  async function until<T>(what: string, look: () => Promise<T>, isThere: (seen: T) => boolean): Promise<T> {
    let seen: T | undefined;
    for (let tries = 0; tries < 300; tries++) {
      seen = await look().catch(() => undefined);
      if (seen !== undefined && isThere(seen)) {
        return seen;
      }
      await delay(300);
    }
    const journal = await on("journalctl --unit switchyard --lines 60 --no-pager");
    throw new Error(`${what} did not come: ${JSON.stringify(seen)}\n${journal}`);
  }
  const isUp = () =>
    until(
      "a bot that is up",
      () => api("/api/hosts"),
      () => true,
    );

  before(async () => {
    for (const each of hosts) {
      await fleet().reset(each);
    }
  });
  after(async () => {
    await fleet().exec("builder", [
      "sh",
      "-c",
      "systemctl disable --now switchyard; rm -rf /opt/switchyard /etc/switchyard /var/lib/switchyard /etc/systemd/system/switchyard.service; userdel switchyard; systemctl daemon-reload",
    ]);
  });

  test("each line is typed as it stands, but for names, and the bot deploys a host", async () => {
    const url = new URL(fleet().builderUrl);
    const known = (await readFile(fleet().knownHostsFile, "utf8")).trim();
    /** What a reader changes, and what has no network here; everything else is typed as it is. */
    const changed: Readonly<Record<string, () => Promise<string>>> = {
      "git clone git@git.example:fleet.git /srv/fleet": async () => "test -d /srv/fleet/.git",
      "git clone https://git.example/switchyard.git /opt/switchyard": async () => {
        await carry();
        return "test -f /opt/switchyard/src/main.ts";
      },
      "npm ci --prefix /opt/switchyard --omit=dev": async () => "test -d /opt/switchyard/node_modules/hono",
      "ssh-keyscan -t ed25519 builder.example > /etc/switchyard/known_hosts": async () =>
        `echo '${known}' > /etc/switchyard/known_hosts`,
    };
    const all = await blocks();
    assert.ok(all.length >= 6, "the section has its blocks");
    for (const lines of all) {
      for (const line of lines) {
        if (line.startsWith("systemd-run") || line.startsWith("systemctl enable")) {
          await settle(url);
        }
        await on((await changed[line]?.()) ?? line);
      }
    }
    await isUp();
    assert.match(
      await on("journalctl --unit switchyard --no-pager --output cat"),
      /is up: http:\/\/127\.0\.0\.1:4040\/login/,
    );
    assert.equal(
      (await on("stat -c '%U %a' /var/lib/switchyard /opt/switchyard")).trim(),
      "switchyard 700\nroot 755",
    );
    const started = await api("/api/commands", { text: `/deploy ${host}` });
    [id] = started.deployments;
    const look = () => api(`/api/deployments/${id}`);
    const asks = await until(
      "a card that asks",
      look,
      (one) => one.phase === "confirm" && one.confirmation !== null,
    );
    const digest = /"decision":"switch","digest":"([0-9a-f]{12})"/.exec(JSON.stringify(asks))?.[1];
    await api(`/api/deployments/${id}/actions`, { action: "switch", digest });
    const ended = await until("its end", look, (one) => one.outcome !== null);
    assert.equal(ended.outcome, "deployed", JSON.stringify(ended.message));
    assert.equal((await stateOf(fleet(), host)).current, ended.toplevel);
  });

  test("it comes back after a restart and after a crash, and knows what it did", async () => {
    for (const how of ["systemctl restart switchyard", "systemctl kill --signal=KILL switchyard"]) {
      const pid = await on("systemctl show --value --property=MainPID switchyard");
      await on(how);
      await until(
        "another process",
        () => on("systemctl show --value --property=MainPID switchyard"),
        (now) => now !== pid && now.trim() !== "0",
      );
      await isUp();
      assert.equal((await api(`/api/deployments/${id}`)).outcome, "deployed", how);
    }
  });

  test("systemd calls it well closed, and it can write nothing but its data", async () => {
    const { stdout } = await fleet().exec("builder", [
      "systemd-analyze",
      "security",
      "--no-pager",
      "switchyard",
    ]);
    const exposed = Number(
      /exposure level for switchyard\.service: ([\d.]+)/.exec(stdout)?.[1] ?? Number.NaN,
    );
    assert.ok(exposed <= mostExposed, `${exposed}\n${stdout}`);
    const inside =
      "nsenter --target $(systemctl show --value --property=MainPID switchyard) --mount setpriv --reuid switchyard --clear-groups";
    for (const path of ["/opt/switchyard/src", "/etc/switchyard", "/usr/local", "/srv/fleet"]) {
      const { exitCode } = await fleet().exec("builder", ["sh", "-c", `${inside} touch ${path}/x`]);
      assert.notEqual(exitCode, 0, path);
    }
    await on(`${inside} touch /var/lib/switchyard/x && rm /var/lib/switchyard/x`);
  });

  /** There is no git server and no npm registry on that network, so the code and its packages come over SSH. */
  async function carry(): Promise<void> {
    const { hostname, port, username } = new URL(fleet().builderUrl);
    const options = `-i ${fleet().keyFile} -o UserKnownHostsFile=${fleet().knownHostsFile} -o StrictHostKeyChecking=yes -p ${port}`;
    const list = 'npm ls --omit=dev --all --parseable | tail -n +2 | sed "s|^$PWD/||"';
    const files = `{ git ls-files; ${list}; ls -d node_modules/node-linux-* 2>/dev/null; } | sort -u`;
    const far = `ssh ${options} ${username}@${hostname} 'mkdir -p /opt/switchyard && tar -x --no-same-owner -C /opt/switchyard && mkdir -p /opt/switchyard/node_modules/.bin && ln -sf "$(cd /opt/switchyard && ls -d $PWD/node_modules/node-linux-*/bin/node)" /opt/switchyard/node_modules/.bin/node'`;
    await run("sh", ["-ec", `${files} | tar -c -T - | ${far}`], { cwd: top, timeout: 180_000 });
  }

  /** What a reader writes into the settings. */
  async function settle(url: URL): Promise<void> {
    const yaml = await readFile(fleet().fleetFile, "utf8");
    const set = { SWITCHYARD_BUILDER: `ssh://${url.username}@${url.host}`, SWITCHYARD_FLAKE: fleet().flake };
    const edits = Object.entries(set)
      .map(([name, value]) => `s|^${name}=.*|${name}=${value}|`)
      .join("; ");
    await on(`sed -i '${edits}' /etc/switchyard/env`);
    await on(`cat >/etc/switchyard/fleet.yaml <<'END'\n${yaml}\nEND`);
    await on(
      'grep -qF "$(cat /etc/switchyard/id_ed25519.pub)" /root/.ssh/authorized_keys || cat /etc/switchyard/id_ed25519.pub >>/root/.ssh/authorized_keys',
    );
  }
});
