import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { readSighting, readState } from "../../../src/activation/state.ts";
import { readResults } from "../../../src/deploy/evaluation.ts";
import { healthSnapshotSchema } from "../../../src/deploy/health-snapshot.ts";
import { journalLines, unitsIn } from "../../../src/health/journal.ts";
import { parseHealthReport } from "../../../src/health/report.ts";
import { readSnapshot, unitsToKeep } from "../../../src/health/snapshot.ts";
import { judge } from "../../../src/health/verdict.ts";
import { isTrouble } from "../../../src/logs/trouble.ts";
import { readDiffClosures } from "../../../src/nix/diff-closures.ts";
import { readDryActivate } from "../../../src/nix/dry-activate.ts";
import { planEvaluators } from "../../../src/nix/evaluators.ts";
import { flakeUrl, hostNamePattern, isRefName, isStorePath, storePathName } from "../../../src/nix/flake.ts";
import { readFreeSpace } from "../../../src/nix/free-space.ts";
import { readGenerations } from "../../../src/nix/generations.ts";
import { hintFor } from "../../../src/nix/hints.ts";
import { parseHostFacts } from "../../../src/nix/host-facts.ts";
import { parseHostLook } from "../../../src/nix/host-look.ts";
import { nixLogReader } from "../../../src/nix/internal-json.ts";
import { parseKeygen } from "../../../src/remote/known-hosts.ts";
import { lastLines } from "../../../src/remote/shell.ts";
import { attempt, hostileText, survives } from "./survive.ts";

const path = "/nix/store/abcdfghijklmnpqrsvwxyz0123456789-nixos-system-yoga-26.05";
const log = readFileSync(new URL("../../fixtures/build-log.txt", import.meta.url), "utf8");
const facts = `current=${path}\nprofile=system-12-link\nsystem=${path}\nboot=0d9f1f52-9df2-4f3a-8c52-6a4e3f0e2a11\nreboot=yes\n`;
const unit = (id: string) =>
  `Id=${id}\nLoadState=loaded\nActiveState=active\nSubState=running\nNRestarts=2\nInvocationID=ab12\nResult=success\nWantedBy=multi-user.target\nRequiredBy=\nTriggeredBy=\nTransient=no\nActiveEnterTimestamp=@1764000000\n`;
const snapshot = `running\n1764000900\n${unit("nginx.service")}\n${unit("sshd.socket")}\nend-of-snapshot\n`;
const report = `state=running\nuptime=4711.12\nload=0.10 0.20 0.30\ncores=2\nMemTotal:  2048 kB\nMemAvailable: 1024 kB\nSwapTotal: 0 kB\nSwapFree: 0 kB\ndisk=/dev/vda 100 40 60 40% /\nfailed=web.service\ncritical=nginx.service active\n--- journal\n2026-11-24T10:00:00 yoga nginx: no\n--- end of report\n`;
const sighting = `state=activated 0\ncurrent=${path}\nprofile=system-12-link\nboot=ab-12\nunit=active\nnext=120\nlog=\nswitching …\n`;
const nixLines = [
  `@nix ${JSON.stringify({ action: "start", id: 1, type: 105, text: "building", fields: [`${path}.drv`, "", 1, 1] })}`,
  `@nix ${JSON.stringify({ action: "start", id: 2, type: 104, text: "", fields: [] })}`,
  `@nix ${JSON.stringify({ action: "result", id: 2, type: 105, fields: [1, 12, 0, 0] })}`,
  `@nix ${JSON.stringify({ action: "result", id: 1, type: 101, fields: ["\u001b[32mok\u001b[0m"] })}`,
  `@nix ${JSON.stringify({ action: "msg", level: 0, msg: "error: no" })}`,
  `@nix ${JSON.stringify({ action: "stop", id: 1 })}`,
];

const parsers: readonly (readonly [
  name: string,
  parse: (text: string) => unknown,
  samples: readonly string[],
])[] = [
  [
    "diff-closures",
    readDiffClosures,
    ["nginx: 1.27.4 → 1.27.5, +12.3 KiB\nfoo: ∅ → 1.0\nbar: 2.0 → ∅, -4.0 MiB\nbaz: +8.1 KiB\n"],
  ],
  [
    "dry-activate",
    readDryActivate,
    [
      "would stop the following units: a.service, b.service\nwould start the following units: a.service\nwould restart the following units: c.service\n",
    ],
  ],
  [
    "the generations",
    readGenerations,
    [`system-1-link\t${path}\t1764000000\t26.05\t6.12\tabc\t${path}\tsystem-1-link\n`],
  ],
  ["a host's facts", (text) => parseHostFacts("yoga", text), [facts]],
  [
    "a look at a host",
    (text) => parseHostLook("yoga", text),
    [`${facts}revision=abc\nstate=running\nfailed=web.service \n`],
  ],
  ["the free space", readFreeSpace, ["   Avail Mounted on\n12345678 /nix\n"]],
  [
    "the results of an evaluation",
    (text) => readResults({ exitCode: 0, stdout: text, stderr: text }, 1),
    [JSON.stringify([{ drvPath: `${path}.drv`, outputs: { out: path } }])],
  ],
  [
    "hints",
    (text) => hintFor(text.split("\n")),
    [
      log.slice(0, 3_000),
      "error: attribute 'x' missing\n",
      "'/nix/store/x-source/a' does not exist",
      "The option `a.b' does not exist",
      "assertion 'x' failed",
    ],
  ],
  ["the lines of trouble", (text) => text.split("\n").filter(isTrouble), [log.slice(0, 2_000)]],
  ["the last lines", (text) => lastLines(text, 5), [log.slice(0, 1_000)]],
  ["the journal", journalLines, ["Nov 24 yoga nginx[1]: no\n".repeat(20)]],
  ["the units in a problem", (text) => unitsIn([text]), ["nginx.service failed (exit-code)"]],
  ["a health report", (text) => parseHealthReport("yoga", text), [report]],
  [
    "the supervisor's state",
    readState,
    ["activated 0", "acked 4", "committed system-2-link", "rolling-back no ack", "starting"],
  ],
  ["a sighting of the supervisor", readSighting, [sighting]],
  [
    "ssh-keygen's answer",
    parseKeygen,
    ["# Host yoga found: line 1\nyoga ssh-ed25519 AAAAC3Nz comment\n@revoked yoga ssh-rsa AAAA\n"],
  ],
];

for (const [name, parse, samples] of parsers) {
  test(`${name}: whatever comes is read or refused, and in time`, () => survives(parse, samples, 4_000));
}

test("the units of a host: whatever comes is read or refused, and can be kept in a record", () => {
  const read = (text: string) => {
    const found = readSnapshot(text);
    assert.deepEqual(healthSnapshotSchema.parse(found), found);
    const seen = { before: readSnapshot(snapshot), middle: found, after: found, touched: new Set<string>() };
    judge({ ...seen, critical: ["nginx.service"], checks: [] });
    unitsToKeep(found);
    return found;
  };
  survives(read, [snapshot], 4_000);
  const odd = readSnapshot(snapshot.replace("nginx.service", "__proto__"));
  assert.deepEqual(Object.keys(odd.units), ["__proto__", "sshd.socket"]);
});

test("nix's own log: lines in any order and of any kind give lines and progress", () => {
  survives(nixLogReader("builds"), nixLines, 4_000);
  fc.assert(
    fc.property(fc.array(hostileText(nixLines), { maxLength: 8 }), (lines) => {
      const read = nixLogReader("copyPaths");
      lines.forEach((line) => {
        attempt(read, line);
      });
    }),
    { numRuns: 1_000 },
  );
});

test("names of refs, hosts and paths: nothing that passes could be an option, a path upwards or a second word", () => {
  const samples = ["origin/main", "yoga", path, "v1.0", "feature/x"];
  const check = (text: string) => {
    for (const passes of [isRefName(text), hostNamePattern.test(text)]) {
      assert.equal(passes && (text.startsWith("-") || text.includes("..") || /\s/.test(text)), false, text);
    }
    assert.equal(isStorePath(text) && /[\s'"$;]/.test(text), false);
    return [storePathName(text), text.isWellFormed() ? flakeUrl(text, null) : ""];
  };
  survives(check, samples, 4_000);
});

test("evaluators are planned for any machine", () => {
  fc.assert(
    fc.property(
      fc.array(fc.string(), { maxLength: 40 }),
      fc.integer(),
      fc.double({ noNaN: true }),
      (hosts, cores, memory) => {
        const planned = planEvaluators(hosts, cores, memory);
        assert.deepEqual(planned.flat().toSorted(), hosts.toSorted());
      },
    ),
    { numRuns: 2_000 },
  );
});
