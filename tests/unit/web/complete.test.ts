import assert from "node:assert/strict";
import { test } from "node:test";
import { commands } from "../../../commands/index.ts";
import { commandHelp } from "../../../src/chat/spec.ts";

interface Asked {
  readonly start: string;
  readonly local: readonly { readonly value: string }[];
  readonly ask: { readonly of: string; readonly typed: string; readonly host: string | null } | null;
  readonly about: string;
}

/** The page's own file, which has no types. */
const file = new URL("../../../adapters/web/page/console/complete.js", import.meta.url).href;
const { asking } = (await import(file)) as { asking(text: string, help: unknown): Asked };

const help = commandHelp(commands);
const at = (text: string) => asking(text, help);
const offered = (text: string) => at(text).local.map(({ value }) => value);

test("the first word is a command, with or without its slash", () => {
  assert.deepEqual(offered("/roll"), ["/rollback"]);
  assert.deepEqual(offered("dep"), ["/deploy"]);
  assert.deepEqual(offered(""), []);
});

test("a word is asked for by what it names, and what depends on a host knows which", () => {
  assert.deepEqual(at("/deploy yo").ask, { of: "hosts", typed: "yo", host: null });
  assert.deepEqual(at("/rollback yoga ").ask, { of: "generation", typed: "", host: "yoga" });
  assert.deepEqual(at("/logs d-2026").ask, { of: "deployment", typed: "d-2026", host: null });
  assert.deepEqual(at("/help ro").ask, { of: "command", typed: "ro", host: null });
  assert.equal(at("/deploy yo").start, "/deploy ");
});

test("flags come once what must be there stands, each once, and a phone's dash reads as two", () => {
  assert.deepEqual(offered("/deploy "), []);
  const several = ["--keep-going", "--canary", "--wave", "--watch"];
  const flags = [
    "--boot",
    "--build-only",
    "--check",
    "--dry-run",
    "--ref",
    "--force",
    "--no-rollback",
    "--reason",
    ...several,
  ];
  assert.deepEqual([...offered("/deploy yoga ")].sort(), [...flags].sort());
  assert.deepEqual(offered("/deploy yoga --dry-run --d"), []);
  assert.deepEqual(offered("/deploy yoga —dr"), ["--dry-run"]);
  assert.equal(at("/deploy yoga --dr").ask, null);
});

test("after a flag that takes something, that is asked for and nothing else", () => {
  const asked = at("/deploy yoga --ref origin/b");
  assert.deepEqual(asked.ask, { of: "ref", typed: "origin/b", host: "yoga" });
  assert.deepEqual(asked.local, []);
  assert.notEqual(asked.about, "");
  assert.equal(at("/deploy yoga --ref origin/main ").ask?.of, "hosts", "there may be more of them");
  assert.equal(at("/health yoga ").ask, null);
});

test("inside quotes, after an unknown command and after the last word nothing is offered", () => {
  for (const text of ['/deploy yoga --reason "new ', "/nonsense yo", "/hosts x"]) {
    assert.deepEqual([at(text).local, at(text).ask], [[], null], text);
  }
});
