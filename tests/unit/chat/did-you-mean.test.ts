import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../../commands/index.ts";
import { parseCommand } from "../../../src/chat/parse.ts";
import { parseFleetFile } from "../../../src/config/fleet-file.ts";
import { selectHosts } from "../../../src/fleet/select.ts";
import { nearest } from "../../../src/words/did-you-mean.ts";

const mistake = (text: string) => {
  const parsed = parseCommand(text, commands);
  return parsed.kind === "mistake" ? parsed.message : "";
};

test("a mistyped command or flag gets a suggestion", () => {
  assert.equal(mistake("/deply yoga"), "There is no command /deply. Did you mean /deploy?");
  assert.match(mistake("/deploy yoga --dry-rnu"), /no flag --dry-rnu\. Did you mean --dry-run\?$/);
  assert.match(mistake("/Helth yoga"), /Did you mean \/health\?$/);
  assert.equal(mistake("/frobnicate"), "There is no command /frobnicate.");
});

test("a mistyped host or tag gets a suggestion", () => {
  const parsed = parseFleetFile("hosts: { yoga: { tags: [server] } }");
  assert.ok(parsed.kind === "ok");
  const said = (word: string) => {
    const found = selectHosts([word], ["yoga", "hetzner-vps"], parsed.file);
    return found.kind === "mistake" ? found.message : "";
  };
  assert.equal(said("yogaa"), 'There is no host "yogaa". Did you mean yoga?');
  assert.equal(said("@servr"), "No host has the tag @servr. Did you mean @server?");
  assert.equal(said("nowhere"), 'There is no host "nowhere".');
});

test("what is far from everything gets no suggestion, and neither does nothing", () => {
  assert.equal(nearest("", ["a"]), null);
  assert.equal(nearest("xyz", ["deploy", "status"]), null);
  assert.equal(nearest("deploy", []), null);
});
