/** The logs of the fake's deployments, which can be read while they grow. */
export function fakeLogs(isOpen: (id: string) => boolean) {
  const texts = new Map<string, string>();
  const waiters = new Set<() => void>();
  let following = 0;

  function wake(): void {
    for (const waiter of [...waiters]) waiter();
  }

  function grown(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiter = () => {
        waiters.delete(waiter);
        signal.removeEventListener("abort", waiter);
        resolve();
      };
      waiters.add(waiter);
      signal.addEventListener("abort", waiter);
    });
  }

  return {
    wake,
    followers: () => following,
    write(id: string, chunk: string): void {
      texts.set(id, (texts.get(id) ?? "") + chunk);
      wake();
    },
    async *read(id: string, follow: boolean, signal: AbortSignal, from: number): AsyncGenerator<Uint8Array> {
      const encoder = new TextEncoder();
      let sent = from;
      following += 1;
      try {
        for (;;) {
          const all = encoder.encode(texts.get(id) ?? "");
          if (all.length > sent) yield all.subarray(sent);
          sent = all.length;
          if (!follow || signal.aborted || !isOpen(id)) return;
          await grown(signal);
        }
      } finally {
        following -= 1;
      }
    },
  };
}
