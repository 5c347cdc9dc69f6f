import assert from "node:assert/strict";
import { test } from "node:test";
import { supervisorArgv } from "../../../src/activation/plan.ts";
import { toolPaths } from "../../../src/activation/tools.ts";
import { storePath } from "../../fakes/fake-system.ts";
import { readable } from "../../fakes/readable.ts";
import { alice, botName, createWorld } from "../../fakes/world.ts";

test("a deployment runs exactly these commands", async (t) => {
  const world = await createWorld(t, ["yoga"]);
  const bot = await world.startBot();
  await world.clock.settle(bot.engine.hosts());
  world.ran.splice(0);
  const id = await bot.deploy("yoga");
  const { revision } = await bot.asks(id);
  await bot.engine.decide(id, "switch", alice);
  await bot.ends(id);

  const old = storePath("nixos-system-yoga-1");
  const names = {
    [revision ?? ""]: "REV",
    [storePath(`source-${revision}`)]: "SOURCE",
    [old]: "OLD",
    [storePath("nixos-system-yoga-2")]: "NEW",
    [storePath("nixos-system-yoga-2.drv")]: "DRV",
    [botName]: "BOT",
    [id]: "ID",
    "nix --extra-experimental-features nix-command␣flakes": "nix",
    [supervisorArgv(id, old).join(" ")]: "supervisor.sh",
  };
  const lines = readable(world.ran, names)
    // The plan and the unit are compared in tests of their own.
    .map((line) => line.replace(/( start ID) id=[\s\S]*/, "$1 …").replace(/( --expr) [\s\S]*/, "$1 …"))
    // How often the supervisor is looked at is the clock's business.
    .filter((line) => !line.includes("supervisor.sh show"));
  const afterCheck = lines.findIndex((line) => line.includes("--dry-run"));
  const inCheck = (on: string) => lines.slice(0, afterCheck).filter((line) => line.startsWith(`${on}: `));

  // Builder and host are looked at side by side, so each has its own order; the builder's size is read in between.
  assert.deepEqual(
    inCheck("builder").filter((line) => line !== "builder: sh -c <script>" && !line.includes(" df ")),
    [
      "builder: sh -c <script> leftovers .cache/switchyard/roots",
      "builder: git -C /srv/fleet remote",
      "builder: git -C /srv/fleet fetch --quiet --prune origin",
      "builder: git -C /srv/fleet rev-parse --verify --quiet --end-of-options refs/remotes/origin/main^{commit}",
      "builder: git -C /srv/fleet merge-base --is-ancestor REV refs/remotes/origin/main",
      "builder: git -C /srv/fleet show --no-patch --format=%s%x00%an%x00%aI REV --",
      "builder: nix eval --json --expr …",
      "builder: nix flake metadata --no-accept-flake-config --no-update-lock-file --json git+file:///srv/fleet?rev=REV&allRefs=1",
      "builder: sh -c <script> parse SOURCE",
      "builder: ssh -o BatchMode=yes -o StrictHostKeyChecking=yes -o ConnectTimeout=10 -o ServerAliveInterval=10 -o ServerAliveCountMax=3 -o ControlMaster=no -o ControlPath=none -p 22 -- root@yoga true",
      "builder: nix eval --no-accept-flake-config --no-update-lock-file --json git+file:///srv/fleet?rev=REV&allRefs=1#nixosConfigurations --apply builtins.attrNames",
      "builder: git -C /srv/fleet status --porcelain=v1 -z --no-renames",
    ],
  );
  assert.deepEqual(inCheck("yoga"), [
    "yoga: sh -c <script> leftovers /nix/var/nix/gcroots/switchyard",
    "yoga: sh -c <script> facts /nix/var/nix/profiles/system",
    `yoga: sh -c <script> programs OLD/bin/switch-to-configuration ${toolPaths("OLD").join(" ")}`,
    "yoga: sh -c <script> df /nix/store",
    "yoga: sh -c <script> df /boot",
    "yoga: sh -c <script> snapshot ∅ *.service *.socket *.timer *.path *.mount *.target *.swap *.automount",
    "yoga: timeout 5 OLD/sw/bin/nixos-version --configuration-revision",
  ]);
  assert.equal(inCheck("builder").includes("builder: sh -c <script> df /nix/store"), true);
  assert.deepEqual(lines.slice(afterCheck), [
    // build
    'builder: nix build --no-accept-flake-config --no-update-lock-file --dry-run --json --no-link git+file:///srv/fleet?rev=REV&allRefs=1#nixosConfigurations."yoga".config.system.build.toplevel',
    "builder: mkdir -p -- /home/builder/.cache/switchyard/roots",
    "builder: nix build --log-format internal-json -v --out-link /home/builder/.cache/switchyard/roots/BOT.ID-built DRV^*",
    // copy
    "builder: cat NEW/etc/hostname",
    "yoga: sh -c <script> hold /nix/var/nix/gcroots/switchyard BOT.ID OLD NEW",
    "builder: env NIX_SSHOPTS=-o␣BatchMode=yes␣-o␣StrictHostKeyChecking=yes␣-o␣ConnectTimeout=10␣-o␣ServerAliveInterval=10␣-o␣ServerAliveCountMax=3␣-o␣ControlMaster=no␣-o␣ControlPath=none␣-p␣22 nix copy --log-format internal-json -v --to ssh://root@yoga?remote-program=env%20SWITCHYARD_OWNER%3DBOT.ID%20nix-store NEW",
    "yoga: test -x NEW/bin/switch-to-configuration",
    // dry-activate
    "yoga: sh -c <script> probe /run/nixos/switch-to-configuration.lock OLD",
    "yoga: sh -c <script> inhibitors OLD/switch-inhibitors NEW/switch-inhibitors",
    "yoga: NEW/bin/switch-to-configuration dry-activate",
    "yoga: nix store diff-closures OLD NEW",
    "yoga: sh -c <script> facts /nix/var/nix/profiles/system NEW",
    "builder: git -C /srv/fleet remote",
    "builder: git -C /srv/fleet fetch --quiet --prune origin",
    "builder: git -C /srv/fleet merge-base --is-ancestor REV refs/remotes/origin/main",
    // confirm, after the click: is it still the host that the card shows, and how is it now?
    "yoga: sh -c <script> facts /nix/var/nix/profiles/system",
    "yoga: sh -c <script> snapshot ∅ *.service *.socket *.timer *.path *.mount *.target *.swap *.automount",
    // switch
    "yoga: sh -c <script> start ID …",
    "yoga anew: supervisor.sh ack",
    // validate, in the middle of the settle time and at its end
    "yoga anew: sh -c <script> snapshot ∅ *.service *.socket *.timer *.path *.mount *.target *.swap *.automount",
    "yoga anew: sh -c <script> acted ID ^((stopping|reloading|restarting|starting)␣the␣following␣units|the␣following␣new␣units␣were␣started):␣",
    "yoga anew: sh -c <script> snapshot ∅ *.service *.socket *.timer *.path *.mount *.target *.swap *.automount",
    "yoga anew: sh -c <script> snapshot ∅ *.service *.socket *.timer *.path *.mount *.target *.swap *.automount",
    "yoga anew: sh -c <script> facts /nix/var/nix/profiles/system",
    "yoga anew: supervisor.sh decide commit ∅",
    "yoga: sh -c <script> facts /nix/var/nix/profiles/system",
    "yoga: sh -c <script> traces ID",
    // tidying up
    "builder: sh -c <script> leftovers .cache/switchyard/roots",
    "yoga: sh -c <script> leftovers /nix/var/nix/gcroots/switchyard",
    "builder: sh -c <script> unroot .cache/switchyard/roots BOT.ID-built",
    "yoga: sh -c <script> unroot /nix/var/nix/gcroots/switchyard BOT.ID-old BOT.ID-new",
  ]);
});
