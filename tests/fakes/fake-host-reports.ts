import type { FakeHost } from "./fake-host.ts";
import type { FakeSystem } from "./fake-system.ts";

export function profileLink(host: FakeHost): string {
  return host.profile === null ? "" : `system-${host.profile}-link`;
}

export function facts(host: FakeHost, compareWith: string | undefined): string {
  const kernel = compareWith === undefined ? host.bootedKernel : host.systemOf(compareWith).kernel;
  return [
    `current=${host.current}`,
    `profile=${profileLink(host)}`,
    `system=${host.generations.get(host.profile ?? -1) ?? "/nix/var/nix/profiles/system"}`,
    `boot=${host.bootId}`,
    `machine=${host.machine.machineId}`,
    `hostname=${host.machine.hostName}`,
    ...host.machine.hostKeys.map((key) => `hostkey=ssh-ed25519 ${key}`),
    `booted=${host.booted}`,
    ...places(host, "runs", host.current),
    ...places(host, "booted", host.booted),
    ...(kernel === host.bootedKernel ? [] : ["reboot=yes"]),
    "",
  ].join("\n");
}

/** The generations that are this system, and those that it is a specialisation of. */
function places(host: FakeHost, what: "runs" | "booted", toplevel: string): string[] {
  return [...host.generations].flatMap(([number, parent]) => [
    ...(parent === toplevel ? [`${what === "runs" ? what : "was-booted"}=system-${number}-link`] : []),
    ...Object.entries(host.systems.get(parent)?.specialisations ?? {})
      .filter(([, path]) => path === toplevel)
      .map(([name]) => `${what}-special=system-${number}-link ${parent} ${name}`),
  ]);
}

/** What /status asks for, beside the facts. */
export function look(host: FakeHost): string {
  const failed = Object.entries(host.systemOf(host.current).units)
    .filter(([, unit]) => unit.active === "failed")
    .map(([name]) => name);
  return `revision=${host.systemOf(host.current).revision}\nstate=${host.system}\nfailed=${failed.join(" ")} \n`;
}

export function snapshot(host: FakeHost): string {
  const units = Object.entries(host.systemOf(host.current).units).map(([id, unit]) =>
    [
      `Id=${id}`,
      "LoadState=loaded",
      `ActiveState=${unit.active}`,
      `SubState=${unit.sub ?? "running"}`,
      `NRestarts=${unit.restarts ?? 0}`,
      `InvocationID=${host.current}`,
      `Result=${unit.result ?? "success"}`,
      `WantedBy=${unit.wantedBy ?? "multi-user.target"}`,
      "RequiredBy=",
      "TriggeredBy=",
      "Transient=no",
      "ActiveEnterTimestamp=@1000",
    ].join("\n"),
  );
  const seconds = Math.floor(host.clock.now() / 1000);
  return `${host.system}\n${seconds}\n${units.join("\n\n")}\n\nend-of-snapshot\n`;
}

export function generations(host: FakeHost): string {
  return [...host.generations]
    .map(([number, toplevel]) =>
      [
        `system-${number}-link`,
        toplevel,
        String(1_700_000_000 + number),
        "24.11",
        "6.12.9",
        "",
        host.current,
        profileLink(host),
        toplevel === host.booted ? "yes" : "",
        Object.entries(host.systems.get(toplevel)?.specialisations ?? {}).find(
          ([, path]) => path === host.current,
        )?.[0] ?? "",
      ].join("\t"),
    )
    .join("\n");
}

export function diffClosures(before: FakeSystem, after: FakeSystem): string {
  const names = new Set([...Object.keys(before.packages), ...Object.keys(after.packages)]);
  return [...names]
    .filter((name) => before.packages[name] !== after.packages[name])
    .map((name) => `${name}: ${before.packages[name] ?? "∅"} → ${after.packages[name] ?? "∅"}, +1.0 KiB\n`)
    .join("");
}
