import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { access, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { answerNames, answerWords, hashOf } from "../../../src/activation/answer-words.ts";
import { killed, says, scriptHost } from "../../fakes/script-host.ts";

/** What an activation, or any other process that is root on the host, may try in place of the bot. */

const run = "$T/run/d-20261124-7f3a";

test("an activation that answers for the bot without its words keeps nothing: the host goes back", async (t) => {
  for (const forged of [
    `: >${run}/ack; echo commit >${run}/decision`,
    `echo anything >${run}/ack; echo anything >${run}/commit`,
    `${says("ack", "a guess")}; ${says("commit", "a guess")}`,
    `${says("ack", "")}; ${says("commit", "")}`,
    // The hash in the plan is readable there, and is not the word.
    `. ${run}/plan; echo "$ack_hash" >${run}/ack; echo "$commit_hash" >${run}/commit`,
  ]) {
    const host = await scriptHost(t);
    const end = await host.switch({ at: { "new-test": forged }, ack: false });
    assert.match(end.state, /^rolled-back nobody could reach this host/, forged);
    assert.deepEqual([end.current, end.link, end.boot], ["old", "system-1-link", "old"], forged);
  }
});

test("the ack's word is no commit, and the word to go back is none either", async (t) => {
  for (const source of ["ack", "rollback"] as const) {
    const host = await scriptHost(t);
    const word = answerWords("the key of this test")("d-20261124-7f3a", source);
    const end = await host.switch({
      at: { "waits-acked": `echo ${word} >${run}/commit; ${says("commit", word)}` },
    });
    assert.match(end.state, /^rolled-back nobody decided/, source);
  }
});

test("a false answer that lies there first does not keep the true one out", async (t) => {
  const host = await scriptHost(t);
  const lies = answerNames.map((name) => `echo wrong >${run}/${name}`).join("; ");
  const end = await host.switch({ at: { "new-test": lies }, decision: "commit" });
  assert.equal(end.state, "committed system-2-link");
  assert.deepEqual([end.current, end.boot], ["new", "new"]);
});

test("an answer without the right word is refused with the reason, and writes nothing", async (t) => {
  const host = await scriptHost(t);
  const answer = `echo guess | /bin/sh ${run}/supervisor.sh decide commit 2>$T/said; echo $? >>$T/said; ls ${run} >>$T/said`;
  const end = await host.switch({
    at: { "waits-acked": answer },
    decision: "rollback",
  });
  const said = await host.read("said");
  assert.match(said, /^this is not the word for commit: nothing was answered\n77\n/);
  assert.doesNotMatch(said, /^commit$/m);
  assert.equal(end.current, "old");
});

test("a file that is no answer cannot be written as one, with whatever word", async (t) => {
  const host = await scriptHost(t);
  const own = join(host.root, "run/d-20261124-7f3a");
  const before = await readFile(join(own, "plan"), "utf8");
  for (const name of ["plan", "supervisor.sh", "state", "none", ""]) {
    for (const word of ["", "guess"]) {
      const said = spawnSync("/bin/sh", [join(own, "supervisor.sh"), "decide", name], {
        input: `${word}\n`,
        env: host.env,
        encoding: "utf8",
      });
      assert.equal(said.status, 77, name);
      assert.match(said.stderr, /^this is not the word for /);
    }
  }
  assert.equal(await readFile(join(own, "plan"), "utf8"), before);
  assert.deepEqual((await readdir(own)).sort(), ["active-units", "log", "plan", "supervisor.sh"]);
});

test("a forged last word of a supervisor that was killed is seen through: the host goes back", async (t) => {
  for (const state of [
    "committed system-99-link",
    "rolled-back nothing",
    "refused nothing",
    "superseded nothing",
    "rollback-failed nothing",
  ]) {
    const host = await scriptHost(t);
    const end = await host.switch({
      at: { "waits-activated": `echo ${state} >${run}/state; ${killed}` },
      ack: false,
    });
    assert.match(end.state, /^rolled-back the supervisor ended while/, state);
    assert.deepEqual([end.current, end.link], ["old", "system-1-link"], state);
  }
});

test("answers that a forged state brought out of the bot before the activation was over do not count: it is asked again", async (t) => {
  const host = await scriptHost(t);
  const early = `echo activated 0 >${run}/state; ${says("ack")}; echo acked 0 >${run}/state; ${says("commit")}`;
  const end = await host.switch({ at: { "new-test": early }, ack: false });
  assert.match(end.state, /^rolled-back nobody could reach this host/);
  assert.deepEqual([end.current, end.link, end.boot], ["old", "system-1-link", "old"]);
});

test("a supervisor that is killed once it has committed stays so", async (t) => {
  const host = await scriptHost(t);
  const mv = `/bin/mv "$@"\ngrep -qs '^committed' ${run}/state && { : >"$T/was-killed"; ${killed}; }\nexit 0\n`;
  await writeFile(join(host.root, "bin", "mv"), `#!/bin/sh\n${mv}`, { mode: 0o755 });
  const end = await host.switch({ decision: "commit" });
  assert.equal(end.state, "committed system-2-link");
  await access(join(host.root, "was-killed"));
});

test("the unit fails unless the system was committed, so that systemd's own words tell of it", async (t) => {
  for (const [decision, code] of [
    ["commit", 0],
    ["rollback", 1],
  ] as const) {
    const host = await scriptHost(t);
    assert.equal((await host.switch({ decision })).exitCode, code);
  }
});

test("each answer of each deployment has a word of its own, and the same after a restart", () => {
  const words = ["d-1", "d-2"].flatMap((id) => answerNames.map((name) => answerWords("key")(id, name)));
  assert.equal(new Set(words).size, words.length);
  assert.deepEqual(answerWords("key")("d-1", "ack"), words[0]);
  assert.notEqual(answerWords("another key")("d-1", "ack"), words[0]);
  assert.match(hashOf(words[0] ?? ""), /^[0-9a-f]{64}$/);
});
