import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { commands } from "../../../commands/index.ts";
import { normalise, parseCommand } from "../../../src/chat/parse.ts";

function input(text: string): unknown {
  const parsed = parseCommand(text, commands);
  assert.equal(parsed.kind, "command", JSON.stringify(parsed));
  return parsed.kind === "command" ? { name: parsed.spec.name, ...Object(parsed.input) } : null;
}

function mistake(text: string): string {
  const parsed = parseCommand(text, commands);
  assert.equal(parsed.kind, "mistake", `${text} → ${JSON.stringify(parsed)}`);
  return parsed.kind === "mistake" ? `${parsed.message} ${parsed.help}` : "";
}

const alone = { keepGoing: false, canary: null, wave: 1 };
const plain = { mode: "deploy", ref: null, isForced: false, reason: null };
const deploy = { name: "deploy", hosts: ["yoga"], ...alone, ...plain };
const listing = { name: "generations", host: "yoga", prune: null, format: null };

test("commands as people type them", () => {
  const table: readonly (readonly [string, object])[] = [
    ["/deploy yoga", deploy],
    ["deploy yoga", deploy],
    ["/DEPLOY yoga", deploy],
    ["  /deploy   yoga  ", deploy],
    ["/switchyard deploy yoga", deploy],
    ["switchyard deploy yoga", deploy],
    ["/deploy yoga --dry-run", { ...deploy, mode: "dry-run" }],
    ["/deploy yoga --boot", { ...deploy, mode: "boot" }],
    ["/deploy --dry-run yoga", { ...deploy, mode: "dry-run" }],
    ["/deploy yoga --build-only", { ...deploy, mode: "build-only" }],
    ["/deploy yoga --check", { ...deploy, flakeCheck: true }],
    ["/deploy yoga --ref origin/next", { ...deploy, ref: "origin/next" }],
    ["/deploy yoga --ref=origin/next", { ...deploy, ref: "origin/next" }],
    ['/deploy yoga --reason "a; b | c"', { ...deploy, reason: "a; b | c" }],
    ["/deploy yoga --reason 'say \"hi\"'", { ...deploy, reason: 'say "hi"' }],
    ["/build-all", { name: "build-all", jobs: null, ref: null }],
    ["/build-all --jobs 2", { name: "build-all", jobs: 2, ref: null }],
    ["/rollback yoga", { name: "rollback", host: "yoga", to: null }],
    ["/rollback yoga --list", { name: "rollback", host: "yoga", to: null }],
    ["/rollback yoga previous", { name: "rollback", host: "yoga", to: "previous" }],
    ["/rollback yoga 123", { name: "rollback", host: "yoga", to: 123 }],
    ["/rollback yoga 7@105ea5a47ba2", { name: "rollback", host: "yoga", to: 7, system: "105ea5a47ba2" }],
    ["/generations yoga", listing],
    ["/generations yoga --csv", { ...listing, format: "csv" }],
    ["/generations yoga --json", { ...listing, format: "json" }],
    ["/generations yoga --prune 5", { ...listing, prune: { keep: 5, olderThan: null } }],
    ["/generations yoga --older-than 5d", { ...listing, prune: { keep: null, olderThan: 432_000_000 } }],
    [
      "/generations yoga —prune 5 —older-than 36h",
      { ...listing, prune: { keep: 5, olderThan: 129_600_000 } },
    ],
    ["/gc yoga", { name: "gc", host: "yoga", verify: false }],
    ["/gc yoga --verify", { name: "gc", host: "yoga", verify: true }],
    ["/reboot yoga", { name: "reboot", host: "yoga" }],
    ["/diff yoga", { name: "diff", host: "yoga", ref: null }],
    ["/diff yoga --ref origin/next", { name: "diff", host: "yoga", ref: "origin/next" }],
    ["/stats", { name: "stats", host: null }],
    ["/stats yoga", { name: "stats", host: "yoga" }],
    ["/confirm d-20261123-7f3a", { name: "confirm", id: "d-20261123-7f3a", digest: null }],
    [
      "/confirm r-20261123-7f3a 5d41402abc4b",
      { name: "confirm", id: "r-20261123-7f3a", digest: "5d41402abc4b" },
    ],
    ["/cancel d-20261123-7f3a", { name: "cancel", id: "d-20261123-7f3a" }],
    ["/help", { name: "help", about: null }],
    ["/help /deploy", { name: "help", about: "deploy" }],
  ];
  for (const [text, expected] of table) {
    assert.deepEqual(input(text), expected, text);
  }
});

test("what a phone makes of a command reads as it was meant", () => {
  assert.deepEqual(input("/deploy yoga —dry-run"), { ...deploy, mode: "dry-run" });
  assert.deepEqual(input("/deploy yoga –dry-run"), { ...deploy, mode: "dry-run" });
  assert.deepEqual(input("/deploy yoga ——dry-run"), { ...deploy, mode: "dry-run" });
  assert.deepEqual(input("/deploy yoga —reason “a new kernel”"), { ...deploy, reason: "a new kernel" });
  assert.deepEqual(input("/deploy yoga --reason „neuer Kern“"), { ...deploy, reason: "neuer Kern" });
  assert.deepEqual(input("/deploy yoga --reason ‘a b’"), { ...deploy, reason: "a b" });
  assert.deepEqual(input("/deploy\u00a0yoga\n--dry-run"), { ...deploy, mode: "dry-run" });
  assert.equal(normalise("a — b"), "a — b", "a dash between words stays one");
  assert.equal(normalise("well-known"), "well-known");
});

test("what nobody can have meant gets a clear answer, with the usage", () => {
  for (const [text, words] of [
    ["", /There is no command\./],
    ["/", /There is no command\./],
    ["/switchyard", /There is no command\./],
    ["/destroy yoga", /There is no command \/destroy\..*\/deploy.*\/help/],
    ["/deploy", /takes a host, several.*Usage: \/deploy HOST…/],
    ["/deploy yoga --wave 0", /--wave takes a whole number/],
    ["/rollback yoga 1 2", /takes a host/],
    ["/lock yoga it's new", /quote is opened and not closed/],
    ["/deploy yoga --bogus", /\/deploy has no flag --bogus\..*Usage/],
    ["/deploy yoga -x", /\/deploy has no flag -x/],
    ["/deploy yoga --dry-run=yes", /--dry-run takes no value/],
    ["/deploy yoga --ref", /--ref needs a value/],
    ["/deploy yoga --ref --upload-pack=x", /--ref needs a value, which cannot start with a dash/],
    ["/deploy -oProxyCommand=x", /has no flag -o/],
    ["/deploy yoga --build-only --dry-run", /--build-only and --dry-run are different things: give one/],
    ["/deploy yoga --boot --dry-run", /--dry-run and --boot are different things/],
    ["/build-all yoga", /takes no host/],
    ["/build-all --jobs 0", /--jobs takes a whole number from 1 on, not "0"/],
    ["/build-all --jobs 1.5", /--jobs takes a whole number/],
    ["/build-all --jobs -1", /--jobs needs a value/],
    ["/build-all --jobs many", /--jobs takes a whole number/],
    ["/build-all --jobs 9999999999", /--jobs takes a whole number/],
    ["/rollback yoga 0", /neither the number of a generation/],
    ["/rollback yoga -1", /has no flag -1/],
    ["/rollback yoga 1e3", /neither the number/],
    ["/rollback yoga 3 4", /takes a host/],
    ["/generations yoga --prune 0", /--prune takes a whole number from 1/],
    ["/generations yoga --prune 5d", /--prune takes a whole number/],
    ["/generations yoga --older-than 5", /--older-than: "5" is not a duration/],
    ["/generations yoga --older-than 1m", /--older-than: "1m" is not a duration/],
    ["/generations yoga --prune 5 --csv", /neither when deleting/],
    ["/generations yoga --csv --json", /one of --csv and --json/],
    ["/gc", /takes one host/],
    ["/reboot", /takes one host/],
    ["/reboot yoga vps", /takes one host/],
    ["/confirm d-20261123-7f3a yes", /"yes" is no digest/],
    ["/confirm", /takes the id of one deployment/],
    ["/deploy yoga; reboot", /not run by a shell/],
    ["/deploy yoga && reboot", /not run by a shell/],
    ["/deploy yoga | sh", /not run by a shell/],
    ["/deploy $(id)", /not run by a shell/],
    ["/deploy ${", /not run by a shell/],
    ["/deploy yoga > /etc/passwd", /not run by a shell/],
    ["/deploy *", /not run by a shell/],
    [`/deploy yoga --reason "${"x".repeat(2_000)}"`, /longer than 2000 characters/],
  ] as const) {
    assert.match(mistake(text), words, text);
  }
});

test("the bot's own environment is nobody's business", () => {
  for (const text of ["/deploy $HOME", "/deploy \u0024{HOME}", '/deploy "$HOME"', "/deploy $PATH"]) {
    const parsed = parseCommand(text, commands);
    assert.equal(JSON.stringify(parsed).includes(String(process.env["HOME"] ?? "/root")), false, text);
  }
});

test("any text at all is a command or a mistake, and never throws", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      "/deploy",
      "yoga",
      "--ref",
      "--reason",
      "—",
      "“",
      "'",
      '"',
      "\\",
      "$",
      "${",
      "`",
      "--",
      "-",
      "=",
      "#",
      "{",
      "\0",
      "\n",
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const parsed = parseCommand(pieces.join(" "), commands);
      assert.equal(["command", "mistake"].includes(parsed.kind), true);
    }),
    { numRuns: 500 },
  );
});

test("an apostrophe that somebody forgot to close loses nothing in silence", () => {
  const parsed = parseCommand("/deploy yoga --reason it's new", commands);
  const isWhole = parsed.kind === "mistake" || JSON.stringify(parsed.input).includes("it's");
  assert.equal(isWhole, true, JSON.stringify(parsed));
});
