/** What one evaluator of a NixOS system needs; measured were 0.5 GB for small ones, and real ones take more. */
const memoryEach = 2 * 1024 ** 3;

/**
 * Deals hosts out to evaluators: about one a core, as many as memory allows, and each host in one of them.
 * Hosts share most of their evaluation, so fewer evaluators are usually faster (platform measurements).
 */
export function planEvaluators(hosts: readonly string[], cores: number, freeMemory: number): string[][] {
  const byMemory = Math.floor(freeMemory / memoryEach);
  const count = Math.max(1, Math.min(cores, byMemory, Math.ceil(hosts.length / 2)));
  const batches: string[][] = Array.from({ length: Math.min(count, hosts.length) }, () => []);
  for (const [index, host] of hosts.entries()) {
    batches[index % batches.length]?.push(host);
  }
  return batches;
}
