import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError, readWebPlace } from "../../src/config/env.ts";
import { spendLoginCode } from "../../src/store/login-codes.ts";
import { hashToken, readWebTokens, webTokensPath } from "../../src/store/web-tokens.ts";
import { tokenCommand } from "../../src/token-command.ts";
import { scratchDirectory } from "../fakes/scratch.ts";

test("add prints the token and a link that signs in, and how to give the person a role", async (t) => {
  const place = { dataDir: await scratchDirectory(t), url: "http://127.0.0.1:4040" };
  const said = await tokenCommand(["add", "alice"], place);
  const token = /swy_\S+/.exec(said)?.[0] ?? "";
  assert.equal((await readWebTokens(webTokensPath(place.dataDir)))[0]?.hash, hashToken(token));
  const code = /http:\/\/127\.0\.0\.1:4040\/login#(\S+)/.exec(said)?.[1] ?? "";
  assert.equal(code.includes(token), false, "the link does not hold the token");
  assert.equal(await spendLoginCode(place.dataDir, code, Date.now()), hashToken(token));
  assert.ok(said.includes("people: { alice: { web: alice } }"));
});

test("link prints a new login link for a person or the owner, and makes no token", async (t) => {
  const place = { dataDir: await scratchDirectory(t), url: "http://127.0.0.1:4040" };
  const codeIn = (said: string) => /login#(\S+)$/.exec(said)?.[1] ?? "";
  await assert.rejects(tokenCommand(["link", "alice"], place), /alice has no token/);
  await assert.rejects(tokenCommand(["link"], place), /has made no token of its own/);
  const token = /swy_\S+/.exec(await tokenCommand(["add", "alice"], place))?.[0] ?? "";
  const alices = codeIn(await tokenCommand(["link", "alice"], place));
  assert.equal(await spendLoginCode(place.dataDir, alices, Date.now()), hashToken(token));
  await writeFile(join(place.dataDir, "web-token"), "the-owners-token\n");
  const owners = codeIn(await tokenCommand(["link"], place));
  assert.equal(await spendLoginCode(place.dataDir, owners, Date.now()), hashToken("the-owners-token"));
});

test("list names people and never a token; revoke ends one", async (t) => {
  const place = { dataDir: await scratchDirectory(t), url: "" };
  assert.match(await tokenCommand(["list"], place), /Nobody has a token/);
  await tokenCommand(["add", "alice"], place);
  const listed = await tokenCommand(["list"], place);
  assert.match(listed, /^alice +since \d{4}-\d\d-\d\d$/);
  assert.match(await tokenCommand(["revoke", "alice"], place), /has ended/);
  await assert.rejects(tokenCommand(["revoke", "alice"], place), /nobody of that name/);
});

test("what cannot be read as a command prints how to use it; a bad name says why", async (t) => {
  const place = { dataDir: await scratchDirectory(t), url: "" };
  for (const args of [[], ["add"], ["sell", "alice"], ["add", "alice", "bob"]]) {
    await assert.rejects(tokenCommand(args, place), /npm run --silent token -- add NAME/, args.join(" "));
  }
  await assert.rejects(tokenCommand(["add", "token"], place), /the owner's own/);
});

test("the command needs nothing of the environment but the data directory and the page's address", () => {
  assert.deepEqual(readWebPlace({}, "/srv"), { dataDir: "/srv/data", url: "http://127.0.0.1:4040" });
  assert.equal(readWebPlace({ SWITCHYARD_LISTEN: "0.0.0.0:80" }, "/").url, "http://localhost:80");
  const behind = { SWITCHYARD_ALLOWED_HOSTS: "deploy.example, other.example", SWITCHYARD_LISTEN: "" };
  assert.equal(readWebPlace(behind, "/").url, "https://deploy.example");
  assert.throws(() => readWebPlace({ SWITCHYARD_LISTEN: "nonsense" }, "/"), ConfigError);
});
