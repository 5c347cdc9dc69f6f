import assert from "node:assert/strict";
import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { scriptHost } from "../../fakes/script-host.ts";

const bash = "#!/bin/bash\n";
/** NixOS's own way (nixos/modules/system/activation/activation-script.nix): what fails is told, and the rest goes on. */
const nixos = (snippet: string, name = "secrets") => `${bash}_status=0
trap "_status=1 _localstatus=\\$?" ERR
_localstatus=0
${snippet}
if (( _localstatus > 0 )); then
  printf "Activation script snippet '%s' failed (%s)\\n" "${name}" "$_localstatus"
fi
exit $_status
`;

interface Case {
  readonly what: string;
  readonly activate: string;
  /** What the switch program exits with. */
  readonly exit: number;
  /** Why it is rolled back; null where the system is kept. */
  readonly why: RegExp | null;
}

const cases: readonly Case[] = [
  {
    what: "a failed snippet is found behind exit 4, and named",
    activate: nixos("false"),
    exit: 4,
    why: /activation script of the new system failed with 1: Activation script snippet 'secrets' failed \(1\)/,
  },
  {
    what: "an activation that stops without a word is found behind exit 4",
    activate: `${bash}exit 3\n`,
    exit: 4,
    why: /failed with 3$/,
  },
  {
    what: "an unset variable that ends the activation is found behind exit 4",
    activate: `${bash}set -u\n: "$nowhere"\n`,
    exit: 4,
    why: /failed with 127|failed with 1$/,
  },
  {
    what: "a failed activation is found behind exit 0",
    activate: `${bash}exit 1\n`,
    exit: 0,
    why: /failed with 1$/,
  },
  {
    what: "an activation that went well keeps the system, whatever it printed",
    activate: `${bash}echo "Failed to run activate script"; echo "Activation script snippet 'users' failed (1)"\n`,
    exit: 4,
    why: null,
  },
  {
    what: "without a marker the switch program's own line counts",
    activate: `${bash}trap true EXIT\necho "Failed to run activate script"\n`,
    exit: 4,
    why: /activation script of the new system failed$/,
  },
  {
    what: "an activation that is killed is found by that line as well",
    activate: `${bash}echo "Failed to run activate script"\nkill -KILL $$\n`,
    exit: 4,
    why: /activation script of the new system failed$/,
  },
  {
    what: "without a marker a line that only contains the words does not count",
    activate: `${bash}trap true EXIT\necho "note: Failed to run activate script, once"\n`,
    exit: 4,
    why: null,
  },
  {
    what: "a bash script that the activation runs says nothing about the activation",
    activate: `${bash}bash -c "exit 7" other/activate || true\n`,
    exit: 4,
    why: null,
  },
  {
    what: "an old unit that failed, and a good activation: the bot judges",
    activate: nixos("true"),
    exit: 4,
    why: null,
  },
];

describe("whether the activation itself succeeded is known whatever the switch program exits with", {
  concurrency: 4,
}, () => {
  for (const { what, activate, exit, why } of cases) {
    test(what, async (t) => {
      const host = await scriptHost(t);
      const path = join(host.root, "activate");
      await writeFile(path, activate);
      await chmod(path, 0o755);
      const seen = await host.switch({ exits: { "new-test": [exit] }, decision: "commit" });
      assert.match(seen.state, why === null ? /^committed / : /^rolled-back /, seen.log);
      if (why !== null) {
        assert.match(seen.state, why);
      }
      assert.equal(seen.current, why === null ? "new" : "old");
    });
  }

  test("a marker that lay there before the activation says nothing of it", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "run/d-20261124-7f3a/activation"), "0\n");
    await writeFile(
      join(host.root, "activate"),
      `${bash}trap true EXIT\necho "Failed to run activate script"\n`,
      { mode: 0o755 },
    );
    const seen = await host.switch({ exits: { "new-test": [4] }, decision: "commit" });
    assert.match(seen.state, /^rolled-back the activation script of the new system failed$/);
  });

  test("an old system's activation that fails is no failure of the roll back", async (t) => {
    const host = await scriptHost(t);
    await writeFile(join(host.root, "activate"), `${bash}exit 1\n`);
    await chmod(join(host.root, "activate"), 0o755);
    const seen = await host.switch({ exits: { "new-test": [4], "old-test": [4] }, decision: "commit" });
    assert.match(seen.state, /^rolled-back /);
    assert.equal(seen.current, "old");
  });
});
