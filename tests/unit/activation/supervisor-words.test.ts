import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { readSighting } from "../../../src/activation/state.ts";
import { scriptHost } from "../../fakes/script-host.ts";

type Host = Awaited<ReturnType<typeof scriptHost>>;

const id = "d-20261124-7f3a";
const own = (host: Host, name = "") => join(host.root, "run", id, name);

/** Runs the script as the bot does; with the programs of the fake host. */
function call(host: Host, ...words: readonly string[]) {
  const { status, stdout, stderr } = spawnSync("/bin/sh", [own(host, "supervisor.sh"), ...words], {
    env: host.env,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

describe("supervisor.sh, what it tells of a switch", { concurrency: 4 }, () => {
  test("before it has said anything it is starting, and the log is empty", async (t) => {
    const host = await scriptHost(t);
    const { status, stdout, stderr } = call(host, "show", "0");
    assert.deepEqual([status, stderr], [0, ""]);
    const boot = (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
    assert.equal(
      stdout,
      `state=starting\ncurrent=${host.root}/store/old\nprofile=system-1-link\nboot=${boot}\nunit=inactive\nnext=0\nlog=\n`,
    );
  });

  test("it tells the last state, what runs now, and whether its unit is there", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "active"), `switchyard-${id}.service\n`);
    await writeFile(own(host, "state"), "acked 4\n");
    assert.match(
      call(host, "show", "0").stdout,
      /^state=acked 4\ncurrent=.*\nprofile=.*\nboot=.*\nunit=active\n/,
    );
  });

  test("a state or a profile of several lines tells nothing but its first", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "active"), `switchyard-${id}.service\n`);
    const forged = "committed system-9-link\ncurrent=x\nprofile=y\nboot=z\nunit=inactive\nnext=1\nlog=\n";
    await writeFile(own(host, "state"), forged);
    const seen = readSighting(call(host, "show", "0").stdout);
    assert.deepEqual([seen.state, seen.unit], [{ kind: "committed", profile: "system-9-link" }, "active"]);
    assert.equal(seen.current, `${host.root}/store/old`);
  });

  test("the log comes from a byte on, 64 KiB at a time, with the byte to ask for next", async (t) => {
    const host = await scriptHost(t);
    const log = `é${"x".repeat(65_533)}yz${"w".repeat(100)}`;
    await writeFile(own(host, "log"), log);
    const bytes = Buffer.from(log);
    for (const [offset, next] of [
      [0, 65_536],
      [2, 65_538],
      [101, 65_637],
      [102, 65_637],
      [65_536, 65_637],
      [65_636, 65_637],
      [65_637, 65_637],
    ] as const) {
      const { stdout } = call(host, "show", String(offset));
      assert.match(stdout, new RegExp(`\nnext=${next}\nlog=\n`), `from ${offset}`);
      assert.equal(stdout.split("\nlog=\n")[1], bytes.subarray(offset, next).toString(), `from ${offset}`);
    }
    assert.equal(
      call(host, "show").stdout,
      call(host, "show", "0").stdout,
      "without a number: from the start",
    );
  });

  test("what it tells is what the bot reads", async (t) => {
    const host = await scriptHost(t);
    const end = await host.switch({ decision: "commit" });
    const seen = readSighting(call(host, "show", "0").stdout);
    assert.deepEqual(seen.state, { kind: "committed", profile: "system-2-link" });
    assert.equal(seen.log, end.log);
  });
});

describe("supervisor.sh, what it takes", { concurrency: 4 }, () => {
  for (const words of [[], ["status"], ["runs"]]) {
    test(`${words.length === 0 ? "no word" : words.join(" ")} is answered with what there is, and exit 64`, async (t) => {
      const host = await scriptHost(t);
      const { status, stdout, stderr } = call(host, ...words);
      assert.deepEqual([status, stdout], [64, ""]);
      assert.match(stderr, /^usage: supervisor\.sh run \| finish \| show OFFSET \| ack \| decide/);
    });
  }

  for (const name of [
    ...["id", "old", "new", "profile_link", "generation", "boot_only"],
    ...["activate_within", "ack_within", "commit_within", "rollback_within"],
    ...["ack_hash", "commit_hash", "rollback_hash"],
  ]) {
    test(`a plan without ${name} ends it before anything is done`, async (t) => {
      const host = await scriptHost(t);
      const lines = (await readFile(own(host, "plan"), "utf8")).split("\n");
      const left = lines.filter((line) => !line.startsWith(`${name}=`));
      assert.equal(left.length, lines.length - 1);
      await writeFile(own(host, "plan"), left.join("\n"));
      const { status, stderr } = call(host, "run");
      assert.notEqual(status, 0);
      assert.match(stderr, new RegExp(`\\b${name}\\b`));
      assert.deepEqual((await readdir(own(host))).sort(), ["active-units", "log", "plan", "supervisor.sh"]);
      assert.equal(await host.read(`run/${id}/log`), "");
    });
  }
});
