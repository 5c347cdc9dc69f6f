import type { Shell } from "../../src/remote/shell.ts";
import type { Store } from "../../src/store/store.ts";

/** Work of a process that was killed neither succeeds nor fails: it never comes back. */
export async function untilDeath<T>(life: AbortSignal, work: () => Promise<T>): Promise<T> {
  if (!life.aborted) {
    try {
      const value = await work();
      if (!life.aborted) {
        return value;
      }
    } catch (error) {
      if (!life.aborted) {
        throw error;
      }
    }
  }
  return new Promise(() => {});
}

export function mortalShell(shell: Shell, life: AbortSignal): Shell {
  return { ...shell, run: (command) => untilDeath(life, () => shell.run(command)) };
}

export function mortalStore(store: Store, life: AbortSignal): Store {
  return new Proxy(store, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" && name !== "notices"
        ? (...args: unknown[]) => untilDeath(life, () => Reflect.apply(value, target, args))
        : value;
    },
  });
}
