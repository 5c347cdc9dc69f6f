import assert from "node:assert/strict";
import { test } from "node:test";
import { phases } from "../../../src/deploy/phases/index.ts";
import { ownedOn } from "../../fakes/fake-leftovers.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { alice, createWorld } from "../../fakes/world.ts";

const next = storePath("nixos-system-yoga-2");
const minute = 60_000;
/** How each ends where nothing else happens. */
const wanted = {
  deploy: "deployed",
  "dry-run": "tested",
  "build-only": "built",
  boot: "done",
  rollback: "deployed",
} as const;

const builtHere = ".cache/switchyard/roots/yoga.built";

/** Where a bot dies, and what became of it when it is back. */
const stops = [
  { phase: "check", on: "builder", command: "flake metadata" },
  { phase: "check", on: "yoga", command: " snapshot " },
  { phase: "build", on: "builder", command: "--dry-run" },
  { phase: "build", on: "builder", command: "--out-link" },
  { phase: "copy", on: "yoga", command: " hold " },
  { phase: "copy", on: "builder", command: " copy " },
  { phase: "dry-activate", on: "yoga", command: "dry-activate" },
  { phase: "dry-activate", on: "yoga", command: "diff-closures" },
  { phase: "confirm", on: "yoga", command: " facts " },
  { phase: "switch", on: "yoga", command: " start " },
  { phase: "switch", on: "yoga", command: "supervisor.sh show" },
  { phase: "validate", on: "yoga anew", command: " snapshot " },
  { phase: "validate", on: "yoga anew", command: "supervisor.sh decide" },
] as const;

for (const mode of ["deploy", "dry-run", "build-only", "boot", "rollback"] as const) {
  const passed = phases[mode].map(({ name }) => name);
  const reached = stops.filter(({ phase, on, command }) =>
    mode === "rollback"
      ? on !== "builder" && command !== " hold "
      : passed.includes(phase) && (mode !== "build-only" || on === "builder"),
  );
  for (const { phase, on, command } of reached) {
    test(`a ${mode} whose bot dies in ${phase} at ${command.trim()} is carried on, and nothing of it is left`, async (t) => {
      const world = await createWorld(t, ["yoga"]);
      const host = world.host("yoga");
      if (mode === "rollback") {
        host.store.add(next);
        host.current = next;
        host.setProfile(next);
      }
      const first = await world.startBot();
      await world.clock.settle(first.engine.hosts());
      const shells = {
        builder: world.builderShell,
        yoga: world.shell("yoga"),
        "yoga anew": world.freshShell("yoga"),
      };
      const isSupervised = ["confirm", "switch", "validate"].includes(phase);
      let held = isSupervised ? null : shells[on].hold(command);
      const id = await (mode === "rollback" ? first.rollback("yoga", 1) : first.deploy("yoga", { mode }));
      if (isSupervised) {
        await first.asks(id);
        held = shells[on].hold(command);
        await first.engine.decide(id, "switch", alice);
      }
      await world.clock.until(() => held?.hasStarted() ?? false);
      assert.equal((await first.record(id)).phase, phase);
      first.kill();
      const bot = await world.startBot();
      await world.clock.settle(bot.engine.recover());
      if (!isSupervised && passed.includes("confirm")) {
        assert.equal((await bot.asks(id)).restarts, 1);
        await bot.engine.decide(id, "switch", alice);
      }
      const ended = await bot.ends(id);
      if (command === " start ") {
        assert.equal(ended.outcome, "failed");
        assert.match(ended.message ?? "", /the switch did not start; the running system is untouched/);
      } else {
        assert.equal(ended.outcome, wanted[mode], ended.message ?? "");
      }
      await world.clock.advance(minute);
      assert.deepEqual([...host.roots.keys()], []);
      assert.deepEqual([...world.builder.roots.keys()], mode === "build-only" ? [builtHere] : []);
      assert.deepEqual(ownedOn(world.builder), []);
      assert.deepEqual(ownedOn(host), []);
      assert.deepEqual(bot.errors, []);
    });
  }
}
