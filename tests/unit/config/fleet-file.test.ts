import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type FleetFile, parseFleetFile } from "../../../src/config/fleet-file.ts";
import { hostNamed, isLocal, trustedRefs } from "../../../src/fleet/host.ts";

function read(text: string): FleetFile {
  const result = parseFleetFile(text);
  assert.equal(result.kind, "ok", JSON.stringify(result));
  return result.kind === "ok" ? result.file : assert.fail();
}

function mistakes(text: string): readonly string[] {
  const result = parseFleetFile(text);
  return result.kind === "wrong" ? result.mistakes : [];
}

test("an empty file is all defaults", () => {
  const fleet = read("");
  assert.equal(fleet.defaults.ref, "origin/main");
  assert.deepEqual(hostNamed(fleet, "yoga"), {
    name: "yoga",
    target: { name: "yoga", address: "yoga", port: 22, user: "root", via: "builder", connectTimeout: 10 },
    tags: [],
    risk: "medium",
    roles: ["deployer"],
    critical: [],
    checks: [],
    settle: 15_000,
    approveWithin: 1_800_000,
    rebootWithin: 600_000,
    deadlines: { activateWithin: 300_000, ackWithin: 90_000, commitWithin: 300_000, rollbackWithin: 300_000 },
    substitutes: false,
    whenBusy: "wait",
    queueWithin: 7_200_000,
    lockAfterRollback: true,
    approvals: 1,
    windows: [],
    ignoreUnits: [],
    monitor: null,
    rollBackOnAlarm: false,
    console: null,
    secrets: [],
    notify: [],
  });
  assert.deepEqual(trustedRefs(fleet), ["origin/main"]);
});

test("a host takes what it does not say from the defaults", () => {
  const fleet = read(`
defaults: { ref: origin/prod, refs: [origin/prod, origin/next], targetUser: deploy, targetPort: 2222, settle: 30s }
hosts:
  yoga:
  vps:
    targetHost: vps.tail1234.ts.net
    targetPort: 22
    targetUser: root
    tags: [server, production]
    risk: high
    roles: [server-deployer]
    settle: 1m
    approveWithin: 2h
    substitutes: true
    critical: [nginx.service, "postgresql@14.service"]
    checks: [{ http: "http://localhost/healthz" }, { tcp: "localhost:5432" }, { command: [redis-cli, ping] }]
`);
  assert.deepEqual(trustedRefs(fleet), ["origin/prod", "origin/next"]);
  const yoga = hostNamed(fleet, "yoga");
  assert.deepEqual([yoga.target.user, yoga.target.port, yoga.settle], ["deploy", 2222, 30_000]);
  const vps = hostNamed(fleet, "vps");
  assert.deepEqual(vps.target, {
    name: "vps",
    address: "vps.tail1234.ts.net",
    port: 22,
    user: "root",
    via: "builder",
    connectTimeout: 10,
  });
  assert.deepEqual(
    [vps.settle, vps.approveWithin, vps.risk, vps.substitutes],
    [60_000, 7_200_000, "high", true],
  );
  assert.equal(vps.checks.length, 3);
});

test("a host whose address is local is the builder", () => {
  const fleet = read("hosts: { yoga: { targetHost: local } }");
  assert.equal(isLocal(hostNamed(fleet, "yoga")), true);
  assert.equal(isLocal(hostNamed(fleet, "vps")), false);
});

test("every mistake is named with its line", () => {
  const found = mistakes(
    [
      "defaults:", // 1
      "  targetPort: 99999", // 2
      "  colour: red", // 3
      "hosts:", // 4
      "  yoga:", // 5
      "    risk: huge", // 6
      "    settle: soon", // 7
      "    critical: [nginx]", // 8
      "    checks: [{ http: ftp://x }]", // 9
      "roles:", // 10
      "  admin: alice", // 11
    ].join("\n"),
  );
  const lines = Object.fromEntries(
    found.map((mistake) => [/: (.*?):/.exec(mistake)?.[1], /line (\d+)/.exec(mistake)?.[1]]),
  );
  assert.equal(lines["defaults.targetPort"], "2");
  assert.equal(lines["hosts.yoga.risk"], "6");
  assert.equal(lines["hosts.yoga.settle"], "7");
  assert.equal(lines["hosts.yoga.critical.0"], "8");
  assert.equal(lines["hosts.yoga.checks.0.http"], "9");
  assert.equal(lines["roles.admin"], "11");
  assert.match(found.join("\n"), /colour/);
  assert.equal(found.length, 7);
});

test("text that is no YAML is said with its line", () => {
  assert.match(mistakes("hosts:\n  yoga: {").join(), /line [23]/);
  assert.match(mistakes("hosts:\n\tyoga: 1").join(), /line 2/);
  assert.match(mistakes("hosts: {}\nhosts: {}").join(), /stands here a second time/);
});

test("a name with a star that somebody forgot to quote is a mistake, not a crash", () => {
  assert.equal(mistakes("roles:\n  viewer: [*]").length > 0, true);
});

test("nothing that ssh could take for an option or a user is an address", () => {
  for (const address of ["-oProxyCommand=x", "a b", "root@yoga", "yoga;reboot", "$(id)", "yoga\n", ""]) {
    const text = JSON.stringify({ hosts: { yoga: { targetHost: address } } });
    assert.match(mistakes(text).join(), /targetHost/, JSON.stringify(address));
  }
  for (const address of ["yoga", "10.0.0.1", "fd7a:115c:a1e0::1", "yoga.tail1234.ts.net"]) {
    assert.deepEqual(mistakes(JSON.stringify({ hosts: { yoga: { targetHost: address } } })), []);
  }
});

test("units, users, tags, host names and refs are checked", () => {
  for (const [text, word] of [
    ["hosts: { yoga: { critical: ['a;b.service'] } }", /not the name of a unit/],
    ["hosts: { yoga: { targetUser: 'Root' } }", /not a user name/],
    ["hosts: { yoga: { tags: ['@web'] } }", /not a tag/],
    ["hosts: { 'yo ga': {} }", /hosts/],
    ["defaults: { ref: '--upload-pack=x' }", /not the name of a git/],
    ["defaults: { refs: [] }", /refs/],
    ["hosts: { yoga: { checks: [{ tcp: localhost }] } }", /checks.0.tcp/],
    ["hosts: { yoga: { checks: [{ http: 'http://x', tcp: 'x:1' }] } }", /not a check/],
  ] as const) {
    assert.match(mistakes(text).join(), word, text);
  }
});

test("a commitWithin that is shorter than the health check takes is refused", () => {
  assert.match(mistakes("defaults: { commitWithin: 1m }").join(), /defaults: commitWithin is shorter/);
  assert.match(mistakes("hosts: { yoga: { settle: 5m } }").join(), /yoga: commitWithin is shorter/);
  assert.deepEqual(mistakes("defaults: { commitWithin: 75s }"), []);
  const check = "checks: [{ tcp: 'x:1' }]";
  assert.match(mistakes(`hosts: { yoga: { commitWithin: 100s, ${check} } }`).join(), /yoga: commitWithin/);
  assert.deepEqual(mistakes(`hosts: { yoga: { commitWithin: 115s, ${check} } }`), []);
});

test("settings that do not go together are told with line and column, once each", () => {
  const file = [
    "defaults:",
    "  commitWithin: 1m",
    "hosts:",
    "  yoga: { critical: [sshd.service, nginx.service], ignoreUnits: ['nginx*'] }",
    "  zephyrus:",
    "    targetHost: local",
    "    via: direct",
    "  vps: { tags: [web], settle: 5m }",
  ].join("\n");
  assert.deepEqual(
    mistakes(file).map((mistake) => mistake.slice(0, 60)),
    [
      "line 2, column 3: defaults: commitWithin is shorter than settle, the c",
      "line 8, column 23: hosts.vps: commitWithin is shorter than settle, the c",
      "line 7, column 5: hosts.zephyrus: via: direct needs an address in targe",
      "line 4, column 36: hosts.yoga.critical.1: nginx.service is critical, and",
    ].map((mistake) => mistake.slice(0, 60)),
  );
});

test("a file of any text is read or refused", () => {
  const yamlish = fc.array(
    fc.constantFrom(
      "hosts:",
      "  yoga:",
      "  - ",
      "defaults: {",
      "}",
      "[",
      "risk: low",
      "\t",
      "\n",
      "&a",
      "'",
      '"',
      ": ",
      "#",
      "|",
      "? ",
    ),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        yamlish.map((parts) => parts.join("")),
      ),
      (text) => {
        try {
          parseFleetFile(text);
        } catch (error) {
          // openFleetFile makes a mistake of it, as of a file that cannot be read.
          assert.match(String(error), /alias/i);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a host is reached through the builder, or directly where it or the defaults say so", () => {
  const via = (text: string, name: string) => {
    const result = parseFleetFile(text);
    assert.equal(result.kind, "ok");
    return result.kind === "ok" ? hostNamed(result.file, name).target.via : null;
  };
  assert.equal(via("", "yoga"), "builder");
  assert.equal(via("hosts: { yoga: { via: direct } }", "yoga"), "direct");
  const all = "{ defaults: { via: direct }, hosts: { yoga: { targetHost: local }, vps: { via: builder } } }";
  assert.equal(via(all, "zephyrus"), "direct");
  assert.equal(via(all, "vps"), "builder");
  assert.equal(via(all, "yoga"), "builder", "the builder itself is wherever the builder is");
  const wrong = parseFleetFile("hosts: { yoga: { targetHost: local, via: direct } }");
  assert.match(wrong.kind === "wrong" ? wrong.mistakes.join() : "", /yoga: via: direct needs an address/);
});

test("a console is an https address, and secrets are absolute paths", () => {
  const good = parseFleetFile(
    'hosts: { yoga: { console: "https://console.example/1", secrets: [/run/secrets/db] } }',
  );
  assert.equal(good.kind === "ok" && good.file.hosts["yoga"]?.console, "https://console.example/1");
  for (const wrong of [
    "console: http://console.example",
    "console: javascript:alert(1)",
    "secrets: [db]",
    "secrets: [-rf]",
  ]) {
    assert.equal(parseFleetFile(`hosts: { yoga: { ${wrong} } }`).kind, "wrong", wrong);
  }
});

test("a host is watched for a second at least, and a day at most", () => {
  const watched = (time: string) => parseFleetFile(`hosts: { yoga: { monitor: ${time} } }`);
  const fleet = read("hosts: { yoga: { monitor: 10m, rollBackOnAlarm: true } }");
  assert.equal(hostNamed(fleet, "yoga").monitor, 600_000);
  assert.equal(hostNamed(fleet, "yoga").rollBackOnAlarm, true);
  assert.equal(watched("24h").kind, "ok");
  for (const time of ["0s", "25h", "-5m", "soon"]) {
    assert.equal(watched(time).kind, "wrong", time);
  }
});

test("a host notifies channels by name or id, and what is none is told with its line", () => {
  const fleet = read(
    'hosts: { yoga: { notify: ["#status", "slack:C0123456", "discord:175928847299117063", "slack:#büro-1"] } }',
  );
  assert.deepEqual(hostNamed(fleet, "yoga").notify, [
    "slack:#status",
    "slack:C0123456",
    "discord:175928847299117063",
    "slack:#büro-1",
  ]);
  for (const wrong of [
    "status",
    "#",
    "# status",
    "#Status",
    "<!channel>",
    "discord:#status",
    "teams:x",
    "slack:U0123456",
  ]) {
    const parsed = parseFleetFile(`hosts:\n  yoga: { notify: [${JSON.stringify(wrong)}] }`);
    assert.equal(parsed.kind, "wrong", wrong);
    assert.match(
      parsed.kind === "wrong" ? parsed.mistakes.join() : "",
      /line 2, column \d+: .*is not a channel/,
    );
  }
});
