import type { Engine } from "../deploy/engine.ts";

/** What a command asks before it knows which permission it needs: nothing is done by these, and nothing is looked at on a host. */
const namesOnly: ReadonlySet<string | symbol> = new Set<keyof Engine>(["hosts", "inventory", "hostsOf"]);

/** The engine, which does nothing for a command before `first` is done: who asks for what stands in the audit by then. */
export function writeFirst(engine: Engine, first: () => Promise<void>): Engine {
  return new Proxy(engine, {
    get(target, key, receiver) {
      const method: unknown = Reflect.get(target, key, receiver);
      return typeof method !== "function" || namesOnly.has(key)
        ? method
        : async (...given: readonly unknown[]) => {
            await first();
            return Reflect.apply(method, target, given);
          };
    },
  });
}
