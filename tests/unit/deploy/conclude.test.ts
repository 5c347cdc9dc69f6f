import assert from "node:assert/strict";
import { test } from "node:test";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { concludeFromFacts } from "../../../src/deploy/conclude.ts";
import type { Mode } from "../../../src/deploy/deployment.ts";
import type { HostFacts } from "../../../src/deploy/host-facts.ts";
import { hostNamed } from "../../../src/fleet/host.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { aDeployment } from "../../fakes/records.ts";

const parsed = parseFleetFile("");
const fleet = parsed.kind === "ok" ? parsed.file : assert.fail();
const old = storePath("nixos-system-yoga-1");
const next = storePath("nixos-system-yoga-2");
const before: HostFacts = {
  current: old,
  profile: "system-1-link",
  profileSystem: old,
  generation: 1,
  bootId: "boot-1",
  rebootNeeded: false,
};
const profileMoved = { ...before, profile: "system-2-link", profileSystem: next, generation: 2 };
const rebooted = { bootId: "boot-2" };

function concluded(mode: Mode, now: HostFacts, seen = before, runs: string | null = null) {
  const record = aDeployment({
    mode,
    before: seen,
    toplevel: next,
    ...(runs === null ? {} : { runs }),
  });
  return concludeFromFacts({ host: hostNamed(fleet, "yoga"), record: () => record }, now, "committing");
}

test("a host whose power went in the middle of the commit runs the old system, and its profile names the new one", () => {
  const end = concluded("deploy", { ...profileMoved, ...rebooted });
  assert.equal(end.outcome, "rollback-failed");
  assert.match(
    end.message ?? "",
    /runs the system it ran before, and its profile names the new one: it was rebooted/,
  );
  assert.match(end.help ?? "", /\/deploy yoga finishes it; \/rollback yoga 1 puts the profile back/);
});

test("the same for the next boot is a failure: nothing that runs was to be changed", () => {
  assert.equal(concluded("boot", { ...profileMoved, ...rebooted }).outcome, "failed");
});

test("for the next boot: one that booted the new system is done, one whose boot entry nobody saw is unknown", () => {
  assert.equal(concluded("boot", { ...profileMoved, ...rebooted, current: next }).outcome, "done");
  const unseen = concluded("boot", profileMoved);
  assert.equal(unseen.outcome, "unknown");
  assert.match(unseen.help ?? "", /--boot does it again without harm/);
});

test("without a reboot a profile that moved under the old system stays unknown", () => {
  assert.equal(concluded("deploy", profileMoved).outcome, "unknown");
});

test("a roll back that stopped there is finished by a roll back", () => {
  const end = concluded("rollback", { ...profileMoved, ...rebooted });
  assert.equal(end.outcome, "rollback-failed");
  assert.match(end.message ?? "", /its profile names the one to go back to/);
  assert.match(end.help ?? "", /^\/rollback yoga 2 finishes it; \/rollback yoga 1 puts/);
});

test("a profile that named that system before is none that a commit has moved", () => {
  const end = concluded("deploy", { ...profileMoved, ...rebooted }, profileMoved);
  assert.equal(end.outcome, "rolled-back");
  assert.match(end.message ?? "", /nothing had been committed/);
});

test("a host that had been switched by hand, and rebooted before the commit, booted its boot default", () => {
  const byHand = storePath("nixos-system-yoga-by-hand");
  const seen = { ...before, current: byHand };
  const end = concluded("deploy", { ...before, ...rebooted }, seen);
  assert.equal(end.outcome, "rolled-back");
  assert.equal(
    end.message,
    `yoga booted its boot default, and nothing had been committed: it was rebooted meanwhile. Before, it ran ${byHand}.`,
  );
  assert.equal(concluded("deploy", before, seen).outcome, "unknown", "without a reboot nobody knows");
  const moved = { ...before, ...rebooted, profile: "system-3-link" };
  assert.equal(concluded("deploy", moved, seen).outcome, "unknown", "its profile is another one");
});

test("a host that was rebooted right after the commit, and booted the new system, is deployed", () => {
  const now = { ...profileMoved, ...rebooted, current: next };
  const end = concluded("deploy", now);
  assert.equal(end.outcome, "deployed");
  assert.equal(end.message, "yoga booted the new system as generation 2: it was rebooted meanwhile.");
  assert.equal(concluded("rollback", now).outcome, "deployed");
  const kept = concluded("deploy", now, before, storePath("nixos-system-yoga-2-specialisation-gnome"));
  assert.equal(kept.outcome, "deployed");
  assert.match(kept.message ?? "", /: it was rebooted meanwhile\. Its specialisation was not booted\.$/);
});
