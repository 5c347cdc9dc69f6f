import { randomBytes } from "node:crypto";
import { chmod, chown, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { addressOf, builderAddressFor, type Network } from "./addresses.ts";
import { type Keys, knownHost } from "./keys.ts";
import { emptyMachine, type Place } from "./machine.ts";
import { hostNames, isHost, machineDir, machineFiles, machineNames } from "./places.ts";
import type { Seed } from "./seed.ts";
import { copyTree } from "./trees.ts";

/** The layer that makes a machine this one: names, keys, its profile. Written before it boots, over an empty layer. */
export async function provision(place: Place, network: Network, keys: Keys, seed: Seed): Promise<void> {
  await emptyMachine(place);
  const { machine } = place;
  const others = isHost(machine) ? [] : hostNames.map((host) => builderAddressFor(network, host));
  const addresses = [addressOf(network, machine), ...others];
  const upper = join(machineDir(place.fleet, machine), "upper");
  const write = async (path: string, text: string, mode = 0o644) => {
    await mkdir(dirname(join(upper, path)), { recursive: true });
    await writeFile(join(upper, path), text);
    await chmod(join(upper, path), mode);
  };

  await copyTree(join(machineFiles, isHost(machine) ? "host" : "builder"), upper);
  await write("etc/hostname", `${machine}\n`);
  await write("etc/machine-id", `${randomBytes(16).toString("hex")}\n`);
  await write(
    "etc/hosts",
    `127.0.0.1 localhost\n${machineNames.map((name) => `${addressOf(network, name)} ${name}\n`).join("")}`,
  );
  await write("etc/resolv.conf", "");
  await write("etc/ssh/ssh_host_ed25519_key", keys.hostKey[machine].secret, 0o600);
  await write("etc/ssh/ssh_host_ed25519_key.pub", keys.hostKey[machine].public);
  await write(
    "etc/ssh/sshd_config.d/05-address.conf",
    `${addresses.map((address) => `ListenAddress ${address}\n`).join("")}Port ${network.port}\nHostKey /etc/ssh/ssh_host_ed25519_key\n`,
  );
  await mkdir(join(upper, "root/.ssh"), { recursive: true, mode: 0o700 });
  await chmod(join(upper, "root"), 0o700);
  await write("root/.ssh/authorized_keys", isHost(machine) ? keys.builder.public : keys.bot.public, 0o600);

  if (isHost(machine)) {
    await chmod(join(upper, "etc/sudoers"), 0o440);
    await firstGeneration(upper, seed.toplevels[machine]);
    if (machine === "zephyrus") await addDeployUser(upper, seed.hostLayers, keys);
  } else {
    await write("root/.ssh/id_ed25519", keys.builder.secret, 0o600);
    await write(
      "root/.ssh/known_hosts",
      hostNames.map((host) => knownHost(host, network.port, keys.hostKey[host])).join(""),
    );
    if (network.port !== 22)
      await write("root/.ssh/config", `Host ${hostNames.join(" ")}\n  Port ${network.port}\n`);
  }
}

async function firstGeneration(upper: string, toplevel: string): Promise<void> {
  const profiles = join(upper, "nix/var/nix/profiles");
  await mkdir(profiles, { recursive: true });
  await symlink(toplevel, join(profiles, "system-1-link"));
  await symlink("system-1-link", join(profiles, "system"));
}

/** A machine where root does not log in: `deploy` does, under the README's rule for sudo. */
async function addDeployUser(upper: string, layers: readonly string[], keys: Keys): Promise<void> {
  const [base] = layers;
  if (base === undefined) throw new Error("add the user deploy: there is no base tree");
  const append = async (path: string, line: string, mode: number) => {
    await writeFile(join(upper, path), `${await readFile(join(base, path), "utf8")}${line}\n`);
    await chmod(join(upper, path), mode);
  };
  await append("etc/passwd", "deploy:x:1000:1000::/home/deploy:/bin/bash", 0o644);
  await append("etc/group", "deploy:x:1000:", 0o644);
  // "*" and not "!": sshd takes an account with "!" for a locked one.
  await append("etc/shadow", "deploy:*:20000:0:99999:7:::", 0o640);
  const ssh = join(upper, "home/deploy/.ssh");
  await mkdir(ssh, { recursive: true, mode: 0o700 });
  await writeFile(join(ssh, "authorized_keys"), keys.builder.public, { mode: 0o600 });
  for (const path of [dirname(ssh), ssh, join(ssh, "authorized_keys")]) await chown(path, 1000, 1000);
  await mkdir(join(upper, "etc/sudoers.d"), { recursive: true });
  await writeFile(
    join(upper, "etc/sudoers.d/deploy"),
    "deploy ALL=(root) NOPASSWD: /run/current-system/sw/bin/env\n",
  );
  await chmod(join(upper, "etc/sudoers.d/deploy"), 0o440);
}
