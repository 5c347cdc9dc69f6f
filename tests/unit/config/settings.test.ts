import assert from "node:assert/strict";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError } from "../../../src/config/env.ts";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { readSettings } from "../../../src/config/settings.ts";

const directory = mkdtempSync(join(tmpdir(), "switchyard-settings-"));
const least = { SWITCHYARD_FLAKE: "/srv/fleet" };

function mistakes(env: Readonly<Record<string, string>>): string {
  try {
    readSettings(env, directory);
    return "";
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.mistakes.join("\n");
  }
}

test("a path that was set and is not there refuses the start", () => {
  for (const name of ["SWITCHYARD_FLEET_FILE", "SWITCHYARD_SSH_KEY", "SWITCHYARD_KNOWN_HOSTS"]) {
    assert.match(
      mistakes({ ...least, [name]: "/nope.yaml" }),
      new RegExp(`^${name}: /nope.yaml is not there: .+$`),
    );
    assert.match(mistakes({ ...least, [name]: directory }), new RegExp(`^${name}: .* is not a file`));
  }
  assert.equal(mistakes(least), "", "fleet.yaml that nobody named may be absent");
});

test("an unknown variable of ours is refused with what was meant, one of Slack's or Discord's is a warning", () => {
  assert.equal(
    mistakes({ ...least, SWITCHYARD_LISTN: "127.0.0.1:1" }),
    "SWITCHYARD_LISTN is no setting. Did you mean SWITCHYARD_LISTEN?",
  );
  assert.match(mistakes({ ...least, SWITCHYARD_ZZZZZZZZZZZZZZZZZZZZZZ: "" }), /is no setting\. Take it out/);
  const read = readSettings({ ...least, SLACK_CHANEL: "#ops", DISCORD_TOKENN: "x" }, directory);
  assert.match(
    read.warnings.join("\n"),
    /SLACK_CHANEL .* SLACK_CHANNEL\?\nDISCORD_TOKENN .* DISCORD_TOKEN\?/,
  );
});

test("mistakes of the environment and of fleet.yaml are told at once, with line and column", () => {
  const file = join(directory, "wrong.yaml");
  writeFileSync(file, "defaults:\n  settel: 5s\nhosts:\n  yoga:\n    risk: hgih\n    approvals: two\n");
  const said = mistakes({ SWITCHYARD_FLEET_FILE: file, SWITCHYARD_STOR: "x" });
  assert.match(said, /SWITCHYARD_FLAKE is missing/);
  assert.match(said, /SWITCHYARD_STOR .* SWITCHYARD_STORE\?/);
  assert.match(said, /line 2, column 3: defaults: there is no setting "settel" here\. Did you mean settle\?/);
  assert.match(said, /line 5, column 11: hosts\.yoga\.risk: is none of low, medium, high/);
  assert.match(said, /line 6, column 16: hosts\.yoga\.approvals: is not a number, such as 2/);
});

const keys = [
  ...[
    "ref",
    "refs",
    "unlockedInputs",
    "targetUser",
    "targetPort",
    "via",
    "settle",
    "approveWithin",
    "activateWithin",
  ],
  ...[
    "ackWithin",
    "commitWithin",
    "rollbackWithin",
    "rebootWithin",
    "substitutes",
    "whenBusy",
    "queueWithin",
  ],
  ...["lockAfterRollback", "approvals", "windows"],
].map((key) => `defaults: { ${key}: VALUE }`);
const hostKeys = [
  "targetHost",
  "tags",
  "risk",
  "critical",
  "monitor",
  "rollBackOnAlarm",
  "checks",
  "roles",
  "notify",
  "console",
  "secrets",
];
const places = [
  ...keys,
  ...hostKeys.map((key) => `hosts: { yoga: { ${key}: VALUE } }`),
  ...["people: { alice: VALUE }", "people: { alice: { web: VALUE } }", "roles: { admin: VALUE }"],
  ...["hosts: VALUE", "defaults: VALUE", "people: VALUE", "roles: VALUE", "hosts: { yoga: VALUE }"],
];

test("every setting of a wrong type is told in our words, with its place", () => {
  for (const place of places) {
    for (const value of ["{ x: 1 }", "[[1]]", "-7", "1.5", "maybe so", "[]"]) {
      const parsed = parseFleetFile(place.replace("VALUE", value));
      for (const mistake of parsed.kind === "wrong" ? parsed.mistakes : []) {
        assert.match(mistake, /^(line \d+, column \d+|yoga|defaults): ?/, `${place} ${value}`);
        assert.doesNotMatch(
          mistake,
          /Invalid|expected|received|Too (small|big)|Unrecognized|undefined/,
          mistake,
        );
      }
    }
  }
});

test("a setting that stands twice and a tab are told with their place", () => {
  const said = (text: string) => {
    const parsed = parseFleetFile(text);
    return parsed.kind === "wrong" ? parsed.mistakes.join("\n") : "";
  };
  assert.match(said("roles: {}\nroles: {}\n"), /line 2, column 1: this setting stands here a second time/);
  assert.match(said("hosts:\n\tyoga: 1"), /line 2, column \d+: /);
});
