import assert from "node:assert/strict";
import { test } from "node:test";
import { click, whisper } from "../../contracts/places/discord.ts";
import { readMessage, standing } from "../../contracts/places/discord-reading.ts";
import { until } from "../../contracts/until.ts";
import { buttonsOf } from "../../fakes/discord/index.ts";
import { channel, room } from "./asking-room.ts";

test("a card of high risk asks for the host's name before it switches", async (t) => {
  const at = await room(t);
  const { desk, ada } = at;
  const { id, card } = await at.asks("hetzner-vps", { risk: "high" });
  const first = await ada.clicks(card, "Switch");
  assert.equal(first.acknowledged?.type, 9);
  const form = first.modal ?? assert.fail("no form was opened");
  assert.match(form.title, /hetzner-vps/);
  const wrong = await ada.submits(form, { host: "hetzner" });
  const told = await whisper(at, () => wrong.whispers[0]);
  assert.match(told, /"hetzner" is not hetzner-vps: nothing was switched/);
  assert.deepEqual(desk.decided, []);
  const again = await ada.clicks(card, "Switch");
  await ada.submits(again.modal ?? assert.fail(), { host: " Hetzner-VPS " });
  await until("the decision", () => desk.decided.length === 1);
  assert.deepEqual(
    desk.decided.map(({ id: about, decision }) => [about, decision]),
    [[id, "switch"]],
  );
});

test("a form that is sent when the card was decided already is refused like any click", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high" });
  const opened = await at.ada.clicks(card, "Switch");
  at.desk.refuseNext("already-decided", "grace decided already: cancel.", null);
  const sent = await at.ada.submits(opened.modal ?? assert.fail(), { host: "hetzner-vps" });
  assert.match(await whisper(at, () => sent.whispers[0]), /grace decided already/);
});

test("Cancel, and a roll back of a host of high risk, are one click", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high", mode: "rollback" });
  assert.equal(await click(at, at.ada, card, "Roll back"), "");
  assert.equal(at.desk.decided.length, 1);
  const other = await at.asks("yoga", { risk: "high" });
  assert.equal(await click(at, at.ada, other.card, "Cancel"), "");
  assert.equal(at.desk.decided.length, 2);
});

test("decided buttons stay, disabled, with who decided and when", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("yoga");
  await click(at, at.ada, card, "Switch");
  await until("who decided", () => readMessage(card).includes("ada said switch at"));
  assert.deepEqual(buttonsOf(card), ["Switch", "Cancel"]);
  await assert.rejects(at.ada.clicks(card, "Switch"), /disabled/);
});

test("a host of high risk whose record cannot be read is not switched", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high" });
  at.failReading(true);
  const clicked = await at.ada.clicks(card, "Switch");
  assert.match(await whisper(at, () => clicked.whispers[0]), /could not be read, so nothing was switched/);
  at.failReading(false);
  const { modal } = await at.ada.clicks(card, "Switch");
  at.failReading(true);
  const sent = await at.ada.submits(modal ?? assert.fail(), { host: "hetzner-vps" });
  assert.match(await whisper(at, () => sent.whispers[0]), /nothing was switched/);
  assert.deepEqual(at.desk.decided, []);
});

test("a run with hosts of high risk asks for their names, and its form is for the set that was shown", async (t) => {
  const at = await room(t);
  const { deployments } = at.desk.begin(["yoga", "hetzner-vps"]);
  const [low = "", high = ""] = deployments.map(({ id }) => id);
  at.desk.reach(low, "confirm");
  at.desk.reach(high, "confirm", { risk: "high" });
  const find = () => standing(at.discord, channel).find((one) => buttonsOf(one).includes("Switch 2 hosts"));
  const card = await at.discord.until(find, 10_000, "a card that asks");
  const { modal } = await at.ada.clicks(card, "Switch 2 hosts");
  assert.match(JSON.stringify(modal), /Type hetzner-vps/);
  const wrong = await at.ada.submits(modal ?? assert.fail(), { host: "yoga" });
  assert.match(await whisper(at, () => wrong.whispers[0]), /"yoga" is not hetzner-vps: nothing was switched/);
  const second = (await at.ada.clicks(card, "Switch 2 hosts")).modal;
  at.desk.finish(low, "cancelled");
  const late = await at.ada.submits(second ?? assert.fail(), { host: "hetzner-vps" });
  assert.match(await whisper(at, () => late.whispers[0]), /What was shown is not what there is now/);
  assert.deepEqual(at.desk.decided, []);
});

test("whoever may not switch is told so before being asked for the host's name", async (t) => {
  const at = await room(t);
  const { card } = await at.asks("hetzner-vps", { risk: "high" });
  at.desk.refuseViews("roles:\n  deployer: [ada]");
  const clicked = await at.ada.clicks(card, "Switch");
  assert.equal(clicked.modal, undefined);
  assert.match(await whisper(at, () => clicked.whispers[0]), /may not/);
});
