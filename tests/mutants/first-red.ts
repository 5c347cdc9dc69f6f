/** A reporter of `node --test` that ends the run at the first red test, or where no test ends within the time in its environment. */
const quietMs = Number(process.env["SWITCHYARD_MUTANT_QUIET_MS"] ?? 60_000);

interface Event {
  readonly type: string;
  readonly data: { readonly details?: { readonly passed?: boolean }; readonly name?: string };
}

// biome-ignore lint/style/noDefaultExport: node looks for it there.
export default async function* firstRed(events: AsyncIterable<Event>): AsyncGenerator<string> {
  const end = (why: string) => {
    process.stdout.write(why);
    process.exit(1);
  };
  // Without unref() the timer itself would keep the run from ending.
  const wait = () => setTimeout(end, quietMs, "no test ended\n").unref();
  let quiet = wait();
  for await (const { type, data } of events) {
    if (type !== "test:complete") {
      continue;
    }
    if (data.details?.passed === false) {
      end(`${data.name}\n`);
    }
    clearTimeout(quiet);
    quiet = wait();
  }
  clearTimeout(quiet);
  yield "";
}
