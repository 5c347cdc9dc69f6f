import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Bot, startBot } from "./bot.ts";
import { skip, useFleet, useHosts } from "./machine.ts";

const host = "hetzner-vps";
const user = "anna";
/** A login gives a manager its XDG_RUNTIME_DIR by PAM; the machines have no pam_systemd, so its unit gets it here. */
const logIn = `
id ${user} >/dev/null 2>&1 || useradd --create-home ${user}
mkdir -p /run/systemd/system/user@.service.d
printf '[Service]\\nEnvironment=XDG_RUNTIME_DIR=/run/user/%%i\\n' >/run/systemd/system/user@.service.d/place.conf
systemctl daemon-reload
systemctl start "user@$(id -u ${user}).service"`;
const logOut = `
systemctl stop "user@$(id -u ${user}).service" "user-runtime-dir@$(id -u ${user}).service"
rm -r /run/systemd/system/user@.service.d
systemctl daemon-reload
userdel --remove ${user} || true`;
const failing = `
uid=$(id -u ${user})
setpriv --reuid="$uid" --regid="$uid" --clear-groups env XDG_RUNTIME_DIR="/run/user/$uid" \\
  systemd-run --user --quiet --unit=mail-sync /bin/false`;

describe("beside a real user manager", { skip }, () => {
  const fleet = useFleet();
  useHosts(fleet, host);
  let bot: Bot;
  const run = (script: string) => fleet().exec(host, ["sh", "-ec", script]);

  before(async () => {
    await fleet().reset(host);
    bot = await startBot(fleet());
    await run(logIn);
  });
  after(async () => {
    await bot?.stop();
    await run(logOut);
    await fleet().reset(host);
  });

  test("a unit of somebody who is logged in that fails after the switch is told, and rolls nothing back", async () => {
    const id = await bot.start(`/deploy ${host}`);
    await bot.asks(id);
    await bot.act(id, "switch");
    await bot.until(id, ({ phase }) => phase === "validate", 90);
    await run(failing);
    const ended = await bot.ended(id);
    assert.match(ended.outcome ?? "", /^deployed/, ended.message ?? "");
    assert.match(ended.lines.join("\n"), new RegExp(`mail-sync.service of ${user} failed`));
  });
});
