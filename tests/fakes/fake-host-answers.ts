import type { Command, Exit } from "../../src/remote/shell.ts";
import type { FakeHost } from "./fake-host.ts";
import { actScript, answerAct, sight } from "./fake-host-acts.ts";
import { diffClosures, facts, generations, look, snapshot } from "./fake-host-reports.ts";
import { endOwned, leftovers, unroot } from "./fake-leftovers.ts";
import { startFakeSupervisor } from "./fake-supervisor.ts";

/** Scripts are known by the name that they are given as `$0`. */
export async function answer(host: FakeHost, { argv, input }: Command): Promise<Partial<Exit>> {
  const [file = "", second = "", text = "", label = "", ...args] = argv;
  if (file === "sh" && second === "-c") {
    return script(host, text, label, args);
  }
  if (file.endsWith("/bin/switch-to-configuration") && second === "dry-activate") {
    const system = host.systemOf(file.replace("/bin/switch-to-configuration", ""));
    return { exitCode: system.dryActivateExit, stderr: system.dryActivate };
  }
  if (file.endsWith("/sw/bin/env") && argv[3]?.endsWith("/supervisor.sh")) {
    const id = argv[3].split("/").at(-2) ?? "";
    const supervisor = host.supervisors.get(id);
    return supervisor === undefined
      ? { exitCode: 2, stderr: `sh: cannot open ${argv[3]}: No such file` }
      : supervisor.answer(argv.slice(4), input);
  }
  if (file === "test" && second === "-x") {
    const toplevel = argv[2]?.replace("/bin/switch-to-configuration", "") ?? "";
    return { exitCode: host.store.has(toplevel) ? 0 : 1 };
  }
  if (file === "timeout" && argv[3] === "--configuration-revision") {
    return { stdout: `${host.systemOf(host.current).revision}\n` };
  }
  if (file === "journalctl") {
    return { stdout: host.journal };
  }
  if (file === "rm") {
    for (const path of argv.slice(3)) {
      host.roots.delete(path);
    }
    return {};
  }
  const act = answerAct(host, argv);
  if (act !== undefined) {
    return act;
  }
  if (file === "nix" && argv.includes("diff-closures")) {
    const [before = "", after = ""] = argv.slice(-2);
    return { stdout: diffClosures(host.systemOf(before), host.systemOf(after)) };
  }
  throw new Error(`${host.name}: the fake does not know ${JSON.stringify(argv)}`);
}

function script(host: FakeHost, text: string, label: string, args: readonly string[]): Partial<Exit> {
  switch (label) {
    case "end-owned":
      return endOwned(host, args[0]);
    case "leftovers":
      return { stdout: leftovers(host, host.roots, args[0]) };
    case "unroot":
      return unroot(host.roots, args);
    case "facts":
      return {
        stdout: text.includes("is-system-running")
          ? `${facts(host, args[1])}${look(host)}${text.includes("free=") ? sight(host) : ""}`
          : facts(host, args[1]),
      };
    case "specialisation": {
      const [, parent = "", name = ""] = /^(.+)\/specialisation\/(.+)$/.exec(args[0] ?? "") ?? [];
      const path = host.systemOf(parent).specialisations[name];
      return path === undefined ? { exitCode: 1 } : { stdout: `${path}\n` };
    }
    case "traces":
      return { stdout: `entry=${host.bootDefault}\n` };
    case "programs": {
      const isLacking = (path: string) =>
        host.lackingTools.has(path.split("/").at(-1) ?? "") ||
        host.withoutSwitchProgram.has(path.replace("/bin/switch-to-configuration", ""));
      return {
        stdout: args
          .filter(isLacking)
          .map((path) => `${path}\n`)
          .join(""),
      };
    }
    case "secrets":
      return {
        stdout: args
          .filter((path) => !host.files.has(path))
          .map((path) => `missing ${path}\n`)
          .join(""),
      };
    case "df":
      return { stdout: ` Avail Mounted on\n${host.free.get(args[0] ?? "") ?? 0} ${args[0]}\n` };
    case "snapshot":
      return { stdout: snapshot(host) };
    case "health":
      return { stdout: host.healthReport };
    case "generations":
      return { stdout: generations(host) };
    case "inhibitors": {
      const [now, next] = args.map(
        (path) => host.systemOf(path.replace("/switch-inhibitors", "")).inhibitors,
      );
      return { exitCode: now === next ? 1 : 0 };
    }
    case "probe":
      return { exitCode: host.isNixosLockHeld ? 75 : 0 };
    case "hold": {
      const [directory, id, old = "", now = ""] = args;
      host.roots.set(`${directory}/${id}-old`, old);
      host.roots.set(`${directory}/${id}-new`, now);
      return {};
    }
    case "start":
      return startFakeSupervisor(host, args);
    case "dead":
    case "reboot":
      return actScript(host, label, args);
    case "claim": {
      const [id = ""] = args;
      if (host.supervisors.has(id)) {
        return { exitCode: 1 };
      }
      host.abandoned.add(id);
      return {};
    }
    default:
      throw new Error(`${host.name}: the fake does not know the script ${label}`);
  }
}
