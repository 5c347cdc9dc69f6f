import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { ConfigError, readEnvironment } from "../../../src/config/env.ts";

const least = { SWITCHYARD_FLAKE: "/srv/fleet" };

function mistakes(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    readEnvironment(env, "/srv/bot");
    return [];
  } catch (error) {
    assert.equal(error instanceof ConfigError, true, String(error));
    return error instanceof ConfigError ? error.mistakes : [];
  }
}

test("the flake alone is enough: everything else has a default", () => {
  const { token, ...settings } = readEnvironment(least, "/srv/bot");
  assert.equal(token, null);
  assert.equal(settings.flake, "/srv/fleet");
  assert.deepEqual(settings.builder, { kind: "local" });
  assert.equal(settings.dataDir, "/srv/bot/data");
  assert.equal(settings.fleetFile, "/srv/bot/fleet.yaml");
  assert.deepEqual(settings.listen, { host: "127.0.0.1", port: 4040 });
  assert.equal(settings.logLevel, "info");
});

test("an empty variable, as an env file has them, is one that is not set", () => {
  assert.equal(
    readEnvironment({ ...least, SWITCHYARD_TOKEN: "", SWITCHYARD_DATA_DIR: "" }, "/srv/bot").dataDir,
    "/srv/bot/data",
  );
});

test("a builder over SSH: user, host, port, and addresses in brackets", () => {
  const keys = { SWITCHYARD_SSH_KEY: "key", SWITCHYARD_KNOWN_HOSTS: "/etc/known" };
  const builder = (address: string) => {
    const settings = readEnvironment({ ...least, ...keys, SWITCHYARD_BUILDER: address }, "/srv/bot");
    assert.equal(settings.sshKey, "/srv/bot/key");
    assert.equal(settings.knownHosts, "/etc/known");
    return settings.builder;
  };
  assert.deepEqual(builder("ssh://switchyard@builder:2222"), {
    kind: "ssh",
    user: "switchyard",
    host: "builder",
    port: 2222,
  });
  assert.deepEqual(builder("ssh://builder"), { kind: "ssh", user: "root", host: "builder", port: 22 });
  assert.deepEqual(builder("ssh://a@[fd7a::1]:23/"), { kind: "ssh", user: "a", host: "fd7a::1", port: 23 });
});

test("a builder over SSH needs a key and a known_hosts: there is no switch that turns that off", () => {
  const found = mistakes({ ...least, SWITCHYARD_BUILDER: "ssh://builder" });
  assert.equal(found.length, 2);
  assert.match(found.join("\n"), /SWITCHYARD_SSH_KEY is missing.*\n.*SWITCHYARD_KNOWN_HOSTS is missing/);
});

test("what is no builder is refused: a password, a path, another scheme, a bare name", () => {
  for (const builder of [
    "builder",
    "http://builder",
    "ssh://a:secret@builder",
    "ssh://builder/path",
    "ssh://",
    "LOCAL",
  ]) {
    assert.match(mistakes({ ...least, SWITCHYARD_BUILDER: builder }).join(), /SWITCHYARD_BUILDER/, builder);
  }
});

test("a flake is an absolute path on the builder, without its last slash", () => {
  assert.equal(readEnvironment({ SWITCHYARD_FLAKE: "/srv/fleet//" }, "/").flake, "/srv/fleet");
  assert.equal(readEnvironment({ SWITCHYARD_FLAKE: "/" }, "/").flake, "/");
  assert.match(mistakes({ SWITCHYARD_FLAKE: "fleet" }).join(), /SWITCHYARD_FLAKE is not an absolute path/);
  assert.match(mistakes({}).join(), /SWITCHYARD_FLAKE is missing/);
});

test("an address to listen on: names, IPv4, IPv6", () => {
  const listen = (text: string) => readEnvironment({ ...least, SWITCHYARD_LISTEN: text }, "/").listen;
  assert.deepEqual(listen("0.0.0.0:80"), { host: "0.0.0.0", port: 80 });
  assert.deepEqual(listen("[::1]:4040"), { host: "::1", port: 4040 });
  assert.deepEqual(listen("localhost:4040"), { host: "localhost", port: 4040 });
  for (const wrong of ["4040", "localhost", "a b:1", "::1:4040"]) {
    assert.match(mistakes({ ...least, SWITCHYARD_LISTEN: wrong }).join(), /SWITCHYARD_LISTEN/, wrong);
  }
});

test("a port that no socket has is refused here, not at the start of the server", () => {
  assert.match(mistakes({ ...least, SWITCHYARD_LISTEN: "127.0.0.1:99999" }).join(), /SWITCHYARD_LISTEN/);
});

test("every mistake is said at once, each with its name", () => {
  const found = mistakes({
    SWITCHYARD_FLAKE: "relative",
    SWITCHYARD_LISTEN: "nowhere",
    SWITCHYARD_TOKEN: "short",
    SWITCHYARD_LOG_LEVEL: "loud",
    SWITCHYARD_STORE: "postgres",
  });
  assert.deepEqual(found.map((mistake) => mistake.split(" ")[0]).toSorted(), [
    "SWITCHYARD_FLAKE",
    "SWITCHYARD_LISTEN",
    "SWITCHYARD_LOG_LEVEL",
    "SWITCHYARD_STORE",
    "SWITCHYARD_TOKEN",
  ]);
});

test("the missing keys of a builder are said with the other mistakes", () => {
  const found = mistakes({ SWITCHYARD_BUILDER: "ssh://builder" });
  assert.match(found.join("\n"), /SWITCHYARD_FLAKE/);
  assert.match(found.join("\n"), /SWITCHYARD_SSH_KEY/);
});

test("a builder that cannot be decoded is a mistake like any other", () => {
  assert.match(mistakes({ ...least, SWITCHYARD_BUILDER: "ssh://%zz@builder" }).join(), /SWITCHYARD_BUILDER/);
});

test("a secret may come from a file, and not from two places", async (t) => {
  const directory = await mkdtemp(join(tmpdir(), "switchyard-env-"));
  t.after(() => rm(directory, { recursive: true, force: true }));
  await writeFile(join(directory, "token"), "0123456789abcdef\n");
  const read = (env: Readonly<Record<string, string>>) => readEnvironment({ ...least, ...env }, directory);
  assert.equal(read({ SWITCHYARD_TOKEN_FILE: "token" }).token, "0123456789abcdef");
  assert.equal(read({ SWITCHYARD_TOKEN_FILE: join(directory, "token") }).token, "0123456789abcdef");
  assert.throws(
    () => read({ SWITCHYARD_TOKEN_FILE: "token", SWITCHYARD_TOKEN: "0123456789abcdef" }),
    /SWITCHYARD_TOKEN: both it and SWITCHYARD_TOKEN_FILE are set/,
  );
  assert.throws(() => read({ SWITCHYARD_TOKEN_FILE: "gone" }), /SWITCHYARD_TOKEN_FILE: reading gone/);
  await writeFile(join(directory, "token"), "short\n");
  assert.throws(() => read({ SWITCHYARD_TOKEN_FILE: "token" }), /SWITCHYARD_TOKEN is shorter than 16/);
});

test("a mistake never shows the secret itself", () => {
  assert.equal(
    mistakes({ ...least, SWITCHYARD_TOKEN: "hunter2" })
      .join()
      .includes("hunter2"),
    false,
  );
});

const discord = {
  DISCORD_TOKEN: "MTIz.abc-def.ghi_jkl",
  DISCORD_APPLICATION_ID: "175928847299117063",
  DISCORD_GUILD_ID: "175928847299117064",
  DISCORD_CHANNEL_ID: "175928847299117065",
};

test("Discord is on when its variables are set, and says which are missing", () => {
  assert.equal(readEnvironment(least, "/").discord, null);
  assert.deepEqual(readEnvironment({ ...least, ...discord }, "/").discord, {
    token: discord.DISCORD_TOKEN,
    applicationId: discord.DISCORD_APPLICATION_ID,
    guildId: discord.DISCORD_GUILD_ID,
    channelId: discord.DISCORD_CHANNEL_ID,
    apiUrl: null,
  });
  const found = mistakes({ ...least, DISCORD_TOKEN: discord.DISCORD_TOKEN });
  assert.deepEqual(
    found.map((mistake) => mistake.split(" ")[0]),
    ["DISCORD_APPLICATION_ID", "DISCORD_GUILD_ID", "DISCORD_CHANNEL_ID"],
  );
  assert.match(
    mistakes({ ...least, ...discord, DISCORD_GUILD_ID: "ops" }).join(),
    /DISCORD_GUILD_ID is not one of/,
  );
  assert.match(
    mistakes({ ...least, ...discord, DISCORD_TOKEN: "Bot abc def" }).join(),
    /DISCORD_TOKEN is no bot token/,
  );
});

test("logs are kept 90 days and 2 GB by default; other words for them are read, wrong ones named", () => {
  const read = (env: Record<string, string>) =>
    readEnvironment({ SWITCHYARD_FLAKE: "/srv/fleet", ...env }, "/");
  const day = 24 * 60 * 60 * 1000;
  assert.deepEqual(read({}).keepLogs, { age: 90 * day, size: 2e9 });
  const other = { SWITCHYARD_KEEP_LOGS: "2w", SWITCHYARD_LOGS_SIZE: "1.5 GiB" };
  assert.deepEqual(read(other).keepLogs, { age: 14 * day, size: 1.5 * 2 ** 30 });
  for (const wrong of ["0GB", "2", "GB", "-1GB", "2 parsecs", "1KB"]) {
    assert.throws(
      () => read({ SWITCHYARD_LOGS_SIZE: wrong }),
      /SWITCHYARD_LOGS_SIZE .* is not a size/,
      wrong,
    );
  }
  assert.throws(() => read({ SWITCHYARD_KEEP_LOGS: "1s" }), /SWITCHYARD_KEEP_LOGS/);
});

test("proxies are trusted by address or network, and nothing else is taken for one", () => {
  const read = (text: string) =>
    readEnvironment({ ...least, SWITCHYARD_TRUSTED_PROXIES: text }, "/srv/bot").trustedProxies;
  assert.deepEqual(readEnvironment(least, "/srv/bot").trustedProxies, []);
  assert.deepEqual(read("127.0.0.1"), ["127.0.0.1"]);
  assert.deepEqual(read("10.0.0.0/8 , fd00::/8,::1"), ["10.0.0.0/8", "fd00::/8", "::1"]);
  const refused: Readonly<Record<string, RegExp>> = {
    "10.0.0.0/33": /"10\.0\.0\.0\/33", which has no prefix from 1 to 32/,
    "10.0.0.0/08": /which has no prefix from 1 to 32/,
    "10.0.0.0/": /which has no prefix from 1 to 32/,
    "fd00::/129": /which has no prefix from 1 to 128/,
    "0.0.0.0/0": /which is every address/,
    "::/0": /which is every address/,
    "127.0.0.1,": /"", which is neither an address nor a network/,
    "127.0.0.1 10.0.0.1": /which is neither an address nor a network/,
    "127.0.0": /which is neither an address nor a network/,
    localhost: /which is neither an address nor a network/,
    "10.0.0.0/8/8": /which is neither an address nor a network/,
    "fe80::1%eth0": /which is neither an address nor a network/,
    "[::1]": /which is neither an address nor a network/,
  };
  for (const [text, why] of Object.entries(refused)) {
    const found = mistakes({ ...least, SWITCHYARD_TRUSTED_PROXIES: text });
    assert.equal(found.length, 1, text);
    assert.match(found[0] ?? "", /^SWITCHYARD_TRUSTED_PROXIES has /);
    assert.match(found[0] ?? "", why);
  }
});
