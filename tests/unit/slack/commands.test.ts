import assert from "node:assert/strict";
import { test } from "node:test";
import { buttonsOf, shown } from "../../fakes/slack/index.ts";
import { card, eventually, serve } from "./serve.ts";

for (const http of [false, true]) {
  const how = http ? "HTTP" : "Socket Mode";

  test(`${how}: a slash command is acknowledged at once and answered to the one who typed it`, async (t) => {
    const { slack, desk } = await serve(t, { http });
    const alice = slack.user({ name: "alice" });
    const said = await alice.types("/help", { channel: "deploys" });
    assert.equal(said.acked, true);
    const [whisper] = await slack.until(() => (alice.whispers.length > 0 ? alice.whispers : null));
    assert.match(shown(whisper ?? assert.fail()), /build-all/);
    assert.equal(slack.messages("deploys").length, 0);
    const who = desk.said[0]?.who;
    assert.deepEqual(
      [who?.surface, who?.id, who?.name, who?.isOutsider],
      ["slack", alice.id, "alice", false],
    );
  });

  test(`${how}: Switch is clicked, decided once, and the second click hears that it is decided`, async (t) => {
    const served = await serve(t, { http });
    const { slack, desk } = served;
    const alice = slack.user({ name: "alice" });
    const [deployment] = desk.begin(["yoga"]).deployments;
    const id = deployment?.id ?? "";
    desk.reach(id, "confirm");
    const message = await card(served, id);
    assert.deepEqual(buttonsOf(message), ["Switch", "Cancel"]);
    assert.equal((await alice.clicks(message, "Switch")).acked, true);
    await eventually(() => desk.decided.length === 1);
    assert.deepEqual(
      desk.decided.map((one) => [one.id, one.decision, one.who.id]),
      [[id, "switch", alice.id]],
    );
    assert.deepEqual(alice.whispers, []);
    await alice.clicks(message, "Switch");
    const [whisper] = await slack.until(() => (alice.whispers.length > 0 ? alice.whispers : null));
    assert.match(shown(whisper ?? assert.fail()), /decided already/);
    assert.equal(whisper?.threadTs, message.threadTs, "in the thread of the card");
  });
}

test("a refusal is for the one who asked alone, with the lines of fleet.yaml to copy", async (t) => {
  const { slack, desk } = await serve(t);
  const bob = slack.user({ name: "bob" });
  const lines = `people:\n  bob: { slack: "${bob.id}" }\nroles:\n  deployer: [bob]`;
  desk.refuseNext(
    "not-allowed",
    "bob may not do this: it needs the role deployer.",
    `An admin can allow it in fleet.yaml:\n${lines}`,
  );
  await bob.types("/deploy yoga", { channel: "deploys" });
  const [whisper] = await slack.until(() => (bob.whispers.length > 0 ? bob.whispers : null));
  assert.ok(shown(whisper ?? assert.fail()).includes(lines), shown(whisper ?? assert.fail()));
  assert.equal(slack.messages("deploys").length, 0);
});

test("a refused mention is not seen by others either", async (t) => {
  const { slack, desk } = await serve(t);
  const bob = slack.user({ name: "bob" });
  slack.channel("deploys").members.add(bob.id);
  desk.refuseNext("not-allowed", "bob may not.", null);
  const { message } = await bob.mentions("deploy yoga", { channel: "deploys" });
  const [whisper] = await slack.until(() => (bob.whispers.length > 0 ? bob.whispers : null));
  assert.match(shown(whisper ?? assert.fail()), /bob may not/);
  assert.deepEqual(
    message.replies.filter((one) => one.onlyFor === undefined),
    [],
  );
});

test("what starts work is answered with a link to its thread, once that is there", async (t) => {
  const served = await serve(t);
  const { slack, desk } = served;
  const alice = slack.user({ name: "alice" });
  const channel = await served.channel;
  desk.subscribe(null, (event) => {
    if (event.kind === "run") {
      void channel.post(
        {
          key: `${event.run.id}/root`,
          thread: null,
          threadName: "deploy yoga · 0001",
          text: "Deploy yoga",
          blocks: [],
          mention: null,
          broadcast: false,
        },
        null,
      );
    }
  });
  await alice.types("/deploy yoga", { channel: "deploys" });
  const [whisper] = await slack.until(() => (alice.whispers.length > 0 ? alice.whispers : null));
  assert.match(
    whisper?.text ?? "",
    /Started: .* <https:\/\/acme\.slack\.com\/archives\/C\w+\/p\d+\|Follow it/,
  );
});

test("a mention in a thread is answered there, for all to see", async (t) => {
  const { slack, desk } = await serve(t);
  const alice = slack.user({ name: "alice" });
  const { message: root } = await alice.says("what does it do?", { channel: "deploys" });
  await alice.mentions("help", { channel: "deploys", thread: root });
  const answer = await slack.until(() => root.replies.find((one) => one.isFromBot));
  assert.match(shown(answer), /build-all/);
  assert.equal(desk.said[0]?.text, "/help");
});

test("a mention in the channel is answered in a thread below it, and one in a direct message there", async (t) => {
  const { slack } = await serve(t);
  const alice = slack.user({ name: "alice" });
  const { message } = await alice.mentions("help", { channel: "deploys" });
  await slack.until(() => message.replies.find((one) => one.isFromBot));
  await alice.says("generations yoga");
  const answer = await slack.until(() => slack.messages(alice.dm).find((one) => one.isFromBot));
  assert.match(shown(answer), /41/);
  assert.deepEqual(buttonsOf(answer), ["Roll back to 41"]);
});

test("a button that types a command does so for who clicks, after Slack's own question", async (t) => {
  const { slack, desk } = await serve(t);
  const alice = slack.user({ name: "alice" });
  await alice.says("generations yoga");
  const answer = await slack.until(() => slack.messages(alice.dm).find((one) => one.isFromBot));
  await alice.clicks(answer, "Roll back to 41", { confirm: false });
  assert.equal(desk.said.length, 1);
  await alice.clicks(answer, "Roll back to 41", { confirm: true });
  await eventually(() => desk.said.length === 2);
  assert.deepEqual([desk.said[1]?.text, desk.said[1]?.who.id], ["/rollback yoga 41", alice.id]);
});

test("/deploy without a host opens a form, and the form is the command it stands for", async (t) => {
  const { slack, desk } = await serve(t);
  const alice = slack.user({ name: "alice" });
  await alice.types("/deploy", { channel: "deploys" });
  const form = await slack.until(() => alice.modal);
  await alice.submits(form, {
    host: "hetzner-vps",
    mode: "Dry run: build, show what would change",
    reason: `it's "new"`,
  });
  await slack.until(() => (alice.whispers.length > 0 ? true : null));
  assert.equal(desk.said[0]?.text, `/deploy hetzner-vps --dry-run --reason='it'"'"'s "new"'`);
});

test("the App Home shows hosts and deployments, drawn at most every 30 s", async (t) => {
  const { slack, desk } = await serve(t);
  const alice = slack.user({ name: "alice" });
  desk.begin(["yoga"]);
  await alice.opensHome();
  const home = await slack.until(() => alice.home);
  assert.match(shown(home), /hetzner-vps[\s\S]*running[\s\S]*never deployed/);
  await alice.opensHome();
  await alice.types("/help");
  await slack.until(() => (alice.whispers.length > 0 ? true : null));
  assert.equal(slack.calls("views.publish").length, 1);
});

test("where the flake cannot be read, the App Home and the form say why, and what to do", async (t) => {
  const { slack, desk } = await serve(t);
  const alice = slack.user({ name: "alice" });
  desk.loseHosts(
    "The hosts of origin/main cannot be read: attic is not locked.\nerror: no route",
    "Lock it.",
  );
  await alice.opensHome();
  const home = shown(await slack.until(() => alice.home));
  assert.match(home, /attic is not locked[\s\S]*error: no route[\s\S]*Lock it\./);
  assert.doesNotMatch(home, /"No hosts|not read/);
});

test("who may not see the hosts finds the reason in the App Home instead", async (t) => {
  const { slack, desk } = await serve(t);
  const eve = slack.user({ name: "eve", team: "T0STRANGER" });
  desk.refuseViews("roles:\n  viewer: [eve]");
  await eve.opensHome();
  const home = await slack.until(() => eve.home);
  assert.match(shown(home), /You may not see the hosts/);
  assert.match(shown(home), /viewer: \[eve\]/);
  assert.doesNotMatch(shown(home), /yoga/);
});

test("a mistake inside the bot is answered, not swallowed", async (t) => {
  const { slack, desk, log } = await serve(t);
  const alice = slack.user({ name: "alice" });
  desk.say = async () => {
    throw new Error("boom");
  };
  await alice.types("/help");
  const [whisper] = await slack.until(() => (alice.whispers.length > 0 ? alice.whispers : null));
  assert.match(shown(whisper ?? assert.fail()), /Something went wrong/);
  assert.ok(log.lines.some((line) => line.startsWith("error slack: handling a request")));
});

test("a picture stands beneath an answer that all can see; who is told alone reads what it shows", async (t) => {
  const { slack, desk } = await serve(t);
  const alice = slack.user({ name: "alice" });
  const svg =
    '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><rect width="10" height="10"/></svg>';
  const picture = { kind: "picture" as const, alt: "A black square", svg };
  desk.answerNext("Stats", [picture]);
  await alice.types("/stats", { channel: "deploys" });
  const [whisper] = await slack.until(() => (alice.whispers.length > 0 ? alice.whispers : null));
  assert.match(shown(whisper ?? assert.fail()), /A black square/);
  assert.equal(slack.files.length, 0);
  desk.answerNext("Stats", [picture]);
  await alice.mentions("stats", { channel: "deploys" });
  const [file] = await slack.until(() => (slack.files.length > 0 ? slack.files : null));
  assert.equal(file?.name, "picture-1.png");
  assert.equal(file?.content.subarray(1, 4).toString("latin1"), "PNG");
});
