import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { commands } from "../../../commands/index.ts";
import { dispatch } from "../../../src/chat/dispatch.ts";
import type { Identity } from "../../../src/chat/identity.ts";
import type { CommandTools } from "../../../src/chat/tools.ts";
import { aDeployment } from "../../fakes/records.ts";
import { fleetFrom } from "../../fakes/tools.ts";

/** Every role, on every surface, types every command for every host. What comes of it is compared with this table. */

const fleet = fleetFrom(`
hosts:
  yoga:
  vps: { roles: [server-deployer] }
people:
  viewer: { slack: viewer, discord: viewer, web: viewer }
  deployer: { slack: deployer, discord: deployer, web: deployer }
  server-deployer: { slack: server-deployer, discord: server-deployer, web: server-deployer }
  approver: { slack: approver, discord: approver, web: approver }
  admin: { slack: admin, discord: admin, web: admin }
roles:
  viewer: [viewer]
  deployer: [deployer]
  server-deployer: [server-deployer]
  approver: [approver]
  admin: [admin]
`);
const roles = ["nobody", "viewer", "deployer", "server-deployer", "approver", "admin"] as const;
const surfaces = ["slack", "discord", "web"] as const;
const hosts = ["yoga", "vps"] as const;
const ids = { yoga: "d-20261123-0001", vps: "d-20261123-0002" };

/** Which roles may: everybody may ask for help; whoever has any role may look. */
const look = "viewer deployer server-deployer approver admin";
const onHost = { yoga: "deployer admin", vps: "server-deployer admin" };
const decide = { yoga: "deployer approver admin", vps: "server-deployer approver admin" };
const table: Readonly<Record<string, string | Readonly<Record<(typeof hosts)[number], string>>>> = {
  "/deploy HOST": onHost,
  "/deploy HOST --dry-run": onHost,
  "/deploy HOST --boot": onHost,
  "/deploy HOST --build-only": "deployer admin",
  "/build-all": "deployer admin",
  "/rollback HOST": look,
  "/rollback HOST 1": onHost,
  "/diff HOST": "deployer admin",
  "/generations HOST": look,
  "/generations HOST --prune 5": onHost,
  "/gc HOST": onHost,
  "/reboot HOST": onHost,
  "/adopt HOST": "admin",
  "/confirm ID": decide,
  "/cancel ID": decide,
  "/lock HOST because": onHost,
  "/unlock HOST": onHost,
  "/look ID": look,
  "/status": look,
  "/status HOST": look,
  "/health HOST": look,
  "/hosts": look,
  "/history": look,
  "/history HOST": look,
  "/logs ID": look,
  "/stats": look,
  "/stats HOST": look,
  "/help": `nobody ${look}`,
};

const refused = {
  kind: "refused",
  code: "unavailable",
  message: "this test has no machines",
  help: null,
} as const;
/** An engine that does nothing: whoever gets that far was allowed to. */
const engine = new Proxy({} as CommandTools["engine"], {
  get: (_, name) => async () =>
    name === "inventory" ? { hosts: [], trouble: null } : name === "hosts" || name === "locks" ? [] : refused,
});
const tools: CommandTools = {
  engine,
  store: {
    open: async () => [],
    deployment: async (id) => aDeployment({ id, host: id === ids.yoga ? "yoga" : "vps", phase: "confirm" }),
    deployments: async () => [],
    run: async () => undefined,
    runByKey: async () => undefined,
    locks: async () => [],
  },
  troubles: () => [],
  readLog: async () => "",
  async *logLines() {},
  hasLog: async () => true,
  now: () => 0,
  fleet: () => fleet,
  commands,
};

function somebody(role: string, surface: Identity["surface"]): Identity {
  return { surface, id: role, name: role, groups: [] };
}

async function isAllowed(who: Identity, command: string, host: (typeof hosts)[number]): Promise<boolean> {
  const text = command.replace("HOST", host).replace("ID", ids[host]);
  const reply = await dispatch(tools, text, who);
  assert.ok(reply.kind !== "refused" || reply.code !== "bad-command", `${text}: ${JSON.stringify(reply)}`);
  return reply.kind !== "refused" || reply.code !== "not-allowed";
}

function expected(command: string, host: (typeof hosts)[number]): readonly string[] {
  const entry = table[command] ?? "";
  return (typeof entry === "string" ? entry : entry[host]).split(" ");
}

test("every command is in the table", () => {
  const named = new Set(Object.keys(table).map((line) => line.split(" ")[0]?.slice(1)));
  assert.deepEqual(
    commands.map(({ name }) => name).filter((name) => !named.has(name)),
    [],
  );
});

for (const command of Object.keys(table)) {
  test(`who may ${command}, by role, surface and host`, async () => {
    for (const host of hosts) {
      for (const surface of surfaces) {
        for (const role of roles) {
          assert.equal(
            await isAllowed(somebody(role, surface), command, host),
            expected(command, host).includes(role),
            `${role} on ${surface}, ${command}, ${host}`,
          );
        }
      }
    }
  });
}

test("the holder of the web page's token and the terminal may everything, and outsiders nothing but help", async () => {
  for (const command of Object.keys(table)) {
    for (const host of hosts) {
      for (const who of [somebody("token", "web"), somebody("root", "terminal")]) {
        assert.equal(await isAllowed(who, command, host), true, command);
      }
      const outsider: Identity = { ...somebody("outsider", "slack"), isOutsider: true };
      assert.equal(await isAllowed(outsider, command, host), command === "/help", command);
    }
  }
});

test("docs/permissions.md is this table", async () => {
  const cell = (command: string, host: (typeof hosts)[number]) =>
    roles.map((role) => (expected(command, host).includes(role) ? "yes" : "")).join(" | ");
  const rows = Object.keys(table).flatMap((command) =>
    typeof table[command] === "string"
      ? [`| \`${command}\` | any | ${cell(command, "yoga")} |`]
      : [
          `| \`${command}\` | \`roles: [deployer]\`, the default | ${cell(command, "yoga")} |`,
          `| \`${command}\` | \`roles: [server-deployer]\` | ${cell(command, "vps")} |`,
        ],
  );
  const text = [
    "# Who may do what",
    "",
    "The same on every surface. Made and checked by `tests/unit/chat/role-table.test.ts`, which has every role type every",
    "command for every host. Without a role `viewer` in fleet.yaml everybody in the workspace may look.",
    "",
    `| command | host | ${roles.join(" | ")} |`,
    `|---|---|${roles.map(() => "---|").join("")}`,
    ...rows,
    "",
  ].join("\n");
  const path = join(import.meta.dirname, "../../../docs/permissions.md");
  if (process.env["SWITCHYARD_WRITE_DOCS"] !== undefined) {
    await writeFile(path, text);
  }
  assert.equal(await readFile(path, "utf8"), text, "SWITCHYARD_WRITE_DOCS=1 writes it anew");
});
