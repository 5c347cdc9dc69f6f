import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../commands/index.ts";
import { code, text } from "../../src/chat/blocks.ts";
import { parseCommand } from "../../src/chat/parse.ts";
import { commandRequest } from "../../src/deploy/command-request.ts";
import { digestOf } from "../../src/deploy/consent.ts";
import { type FakeDesk, fakeDesk } from "../fakes/fake-desk.ts";
import { storePath } from "../fakes/fake-system.ts";
import { until } from "./until.ts";

/** A surface with one person in front of it, as the contract needs them. */
export interface Place {
  /** The id by which the desk knows the person. */
  readonly person: string;
  /** Types a command: what the person is told, once they are. */
  types(command: string): Promise<string>;
  /** Everything that can be read of deployments now. */
  reads(): Promise<string>;
  /** The buttons that can be clicked now. */
  buttons(): Promise<readonly string[]>;
  /** Clicks on a button as it stood when last seen: what the person alone is told, "" for nothing. */
  clicks(label: string): Promise<string>;
  health(): { readonly ok: boolean; readonly detail: string };
  /** Ends the surface and starts another one on the same desk and the same store. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

const patience = 20_000;

/** What every surface has to do, in the same words for all of them. */
export function surfaceContract(name: string, open: (desk: FakeDesk) => Promise<Place>): void {
  async function place(
    t: { after(work: () => Promise<void>): void },
    desk = fakeDesk(),
  ): Promise<{ desk: FakeDesk; at: Place }> {
    const at = await open(desk);
    t.after(() => at.close());
    return { desk, at };
  }

  const within = (what: string, isSo: () => boolean | Promise<boolean>) =>
    until(`${name}: ${what}`, isSo, patience);
  const reads = (at: Place, words: string) =>
    within(`"${words}"`, async () => (await at.reads()).includes(words));
  const offers = (at: Place, label: string) =>
    within(`the button ${label}`, async () => (await at.buttons()).includes(label));

  test(`${name}: what somebody types reaches the desk with who they are, and they get the answer`, async (t) => {
    const { desk, at } = await place(t);
    assert.match(await at.types("/help"), /deploy/);
    assert.equal(desk.said.at(-1)?.text.replace(/^\//, ""), "help");
    assert.equal(desk.said.at(-1)?.who.id, at.person);
  });

  test(`${name}: a refusal says why and what to do`, async (t) => {
    const { desk, at } = await place(t);
    desk.refuseNext("busy", "yoga is busy: ada started d-1.", "Wait until it has ended.");
    const told = await at.types("/deploy yoga");
    assert.match(told, /yoga is busy: ada started d-1/);
    assert.match(told, /Wait until it has ended/);
  });

  test(`${name}: a deployment that began anywhere is seen, and followed to its end`, async (t) => {
    const { desk, at } = await place(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    await reads(at, "yoga");
    desk.reach(id, "build");
    desk.progress(id, "compiling linux-6.12.9", 0.4);
    await reads(at, "compiling linux-6.12.9");
    desk.finish(id, "rolled-back", { message: "yoga went back to the system it ran before" });
    await reads(at, "yoga went back to the system it ran before");
  });

  test(`${name}: the card that asks has Switch and Cancel; a click decides once, as the person who clicked`, async (t) => {
    const { desk, at } = await place(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm");
    await offers(at, "Switch");
    await offers(at, "Cancel");
    await at.clicks("Switch");
    await within("the decision", async () => desk.decided.length > 0);
    assert.deepEqual(
      desk.decided.map(({ id: about, decision, who }) => [about, decision, who.id]),
      [[id, "switch", at.person]],
    );
    await within("no more buttons", async () => !(await at.buttons()).includes("Switch"));
  });

  test(`${name}: a second click changes nothing, and is told so`, async (t) => {
    const { desk, at } = await place(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm");
    await offers(at, "Switch");
    desk.refuseNext("already-decided", "grace decided already: switch.", null);
    assert.match(await at.clicks("Switch"), /grace decided already/);
    assert.equal((await desk.deployment(id))?.confirmation?.decision ?? null, null);
  });

  test(`${name}: a yes is for what the button showed: where that has changed it is refused, with what there is now`, async (t) => {
    const { desk, at } = await place(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm", { toplevel: storePath("nixos-system-yoga-2") });
    await offers(at, "Switch");
    desk.reach(id, "confirm", { toplevel: storePath("nixos-system-yoga-3") });
    const told = await at.clicks("Switch");
    const present = digestOf([(await desk.deployment(id)) ?? assert.fail()]);
    assert.match(told, /What was shown is not what there is now.*nixos-system-yoga-3/);
    assert.ok(told.includes(`/confirm ${id} ${present}`), told);
    assert.equal((await desk.deployment(id))?.confirmation?.decision ?? null, null);
  });

  test(`${name}: a run asks once all its hosts are ready, and a yes to fewer hosts switches none`, async (t) => {
    const { desk, at } = await place(t);
    const { run, deployments } = desk.begin(["yoga", "hetzner-vps"]);
    const [first = "", second = ""] = deployments.map(({ id }) => id);
    desk.reach(first, "confirm");
    desk.reach(second, "build");
    await reads(at, "build");
    assert.ok(!(await at.buttons()).some((label) => label.startsWith("Switch")));
    desk.reach(second, "confirm");
    await offers(at, "Switch 2 hosts");
    desk.finish(second, "cancelled");
    assert.match(await at.clicks("Switch 2 hosts"), /What was shown is not what there is now/);
    assert.equal((await desk.deployment(first))?.phase, "confirm");
    await offers(at, "Switch 1 host");
    await at.clicks("Switch 1 host");
    await within("the switch", async () => (await desk.deployment(first))?.phase === "switch");
    assert.equal((await desk.run(run.id))?.deployments.at(-1)?.outcome, "cancelled");
  });

  test(`${name}: Retry asks for exactly what was asked, for the hosts that are left`, async (t) => {
    const { desk, at } = await place(t);
    const request = commandRequest("deploy", ["all"], {
      "dry-run": true,
      ref: "origin/next",
      reason: 'it\'s the "new" kernel, as asked in the thread of last week by the people on call',
      "keep-going": true,
    });
    const { deployments } = desk.begin(["yoga", "hetzner-vps"], "deploy", "/deploy all", request);
    const [first = "", second = ""] = deployments.map(({ id }) => id);
    desk.finish(first, "tested");
    desk.finish(second, "skipped");
    await offers(at, "Retry 1 host");
    await at.clicks("Retry 1 host");
    await within("the command", () => desk.said.length > 0);
    const text = desk.said.at(-1)?.text ?? "";
    const parsed = parseCommand(text, commands);
    assert.deepEqual(
      parsed.kind === "command" && parsed.request,
      { ...request, words: ["hetzner-vps"] },
      text,
    );
  });

  test(`${name}: a card that has expired loses its buttons`, async (t) => {
    const { desk, at } = await place(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm");
    await offers(at, "Switch");
    desk.finish(id, "expired", { message: "Nobody decided in time" });
    await reads(at, "Nobody decided in time");
    await within("no more buttons", async () => !(await at.buttons()).includes("Switch"));
  });

  test(`${name}: after a restart everything still stands there once, and its buttons work`, async (t) => {
    const { desk, at } = await place(t);
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.reach(id, "confirm");
    await offers(at, "Switch");
    await at.restart();
    await offers(at, "Switch");
    assert.equal((await at.buttons()).filter((label) => label === "Switch").length, 1);
    await at.clicks("Switch");
    await within("the decision", async () => desk.decided.length > 0);
    assert.equal(desk.decided[0]?.id, id);
  });

  test(`${name}: what a log or a host says is text, whatever it looks like`, async (t) => {
    const { desk, at } = await place(t);
    const hostile = "<img src=x onerror=alert(1)> <!channel> <@U1> *bold* `x`";
    const id = desk.begin(["yoga"]).deployments[0]?.id ?? "";
    desk.finish(id, "failed", { message: hostile, lines: [hostile, "```", "@everyone"] });
    await reads(at, hostile);
    await reads(at, `${hostile}\n\`\`\`\n@everyone`);
  });

  test(`${name}: an answer with everything in it comes through, however long`, async (t) => {
    const { desk, at } = await place(t);
    desk.answerNext("A long answer", [text("first"), code("log", "line\n".repeat(20_000)), text("last")]);
    assert.match(await at.types("/logs d-20261123-0001"), /first[\s\S]*line\n[\s\S]*last/);
  });

  test(`${name}: a desk that breaks is told to the person, and the surface goes on`, async (t) => {
    const { desk, at } = await place(t);
    desk.failNext(new Error("the disk is full"));
    assert.notEqual(await at.types("/help"), "");
    assert.match(await at.types("/help"), /deploy/);
  });

  test(`${name}: it is well while it runs, and stops within three seconds`, async () => {
    const at = await open(fakeDesk());
    assert.equal(at.health().ok, true, at.health().detail);
    const before = Date.now();
    await at.close();
    assert.ok(Date.now() - before < 3_000);
  });
}
