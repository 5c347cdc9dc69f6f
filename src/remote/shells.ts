import type { BuilderAddress } from "../config/addresses.ts";
import { deadlines } from "../config/deadlines.ts";
import type { Settings } from "../config/env.ts";
import { directShell } from "./direct.ts";
import { hopShell, type Target } from "./hop.ts";
import { localShell } from "./local-shell.ts";
import { createMasters } from "./masters.ts";
import type { Shell } from "./shell.ts";
import { sshShell } from "./ssh-shell.ts";

/** Where commands can be run: on the builder, and on the hosts, through it or straight. */
export interface Shells {
  /** For what may take long: evaluations, builds, copies. */
  readonly builder: Shell;
  /** The builder too, for short questions that must not wait. */
  readonly control: Shell;
  host(target: Target): Shell;
  /** As `host`, with a new connection for each command. */
  fresh(target: Target): Shell;
  close(): Promise<void>;
}

export function connectShells(settings: Settings): Shells {
  const builder = openBuilder(settings);
  // Hosts are spoken to over a connection of their own: builds and copies may fill the other one for hours, and a
  // switch that is under way must not wait behind them.
  const control = openBuilder(settings);
  const { user } = userOf(settings.builder);
  // A host that is the builder itself is spoken to as the builder's user, through sudo where that is not root.
  const targetFor = (target: Target): Target => (target.address === "local" ? { ...target, user } : target);
  const direct = new Map<string, Shell>();
  const masters = createMasters(Date.now);

  /** One connection a host, opened when first needed. */
  function directly(target: Target): Shell {
    const key = JSON.stringify(target);
    const shell = direct.get(key) ?? directShell(settings, target);
    direct.set(key, shell);
    return shell;
  }

  function fresh(target: Target): Shell {
    if (target.via === "direct") {
      return oneShot(target.name, () => directShell(settings, target));
    }
    return target.address === "local"
      ? hopShell(
          oneShot("builder", () => openBuilder(settings)),
          targetFor(target),
          "fresh",
        )
      : hopShell(control, target, "fresh");
  }

  return {
    builder,
    control,
    host: (target) =>
      target.via === "direct" ? directly(target) : hopShell(control, targetFor(target), masters),
    fresh,
    close: async () => {
      await Promise.all([builder, control, ...direct.values()].map((shell) => shell.close()));
    },
  };
}

function openBuilder(settings: Settings): Shell {
  const { builder } = settings;
  return builder.kind === "local"
    ? localShell()
    : sshShell({
        name: "builder",
        user: builder.user,
        host: builder.host,
        port: builder.port,
        keyFile: settings.sshKey ?? "",
        knownHostsFile: settings.knownHosts ?? "",
        connectTimeout: deadlines.connect,
      });
}

function userOf(builder: BuilderAddress): { user: string } {
  return { user: builder.kind === "ssh" ? builder.user : process.getuid?.() === 0 ? "root" : "builder" };
}

/** A shell that connects anew for every command. */
function oneShot(name: string, open: () => Shell): Shell {
  return {
    name,
    async run(command) {
      const shell = open();
      try {
        return await shell.run(command);
      } finally {
        await shell.close();
      }
    },
    close: async () => {},
  };
}
