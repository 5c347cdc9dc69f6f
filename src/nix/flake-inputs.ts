import { z } from "zod";

export interface FlakeInput {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
}

const locksSchema = z.object({
  locks: z.object({
    nodes: z.record(
      z.string(),
      z.object({ locked: z.object({ lastModified: z.number().optional() }).optional() }),
    ),
  }),
});

/** The locked inputs in what `nix flake metadata --json` prints (its `locks` are flake.lock), the oldest first. */
export function readFlakeInputs(metadata: unknown): FlakeInput[] {
  const nodes = locksSchema.safeParse(metadata).data?.locks.nodes ?? {};
  return Object.entries(nodes)
    .flatMap(([name, { locked }]) =>
      locked?.lastModified === undefined ? [] : [{ name, modifiedAt: locked.lastModified * 1000 }],
    )
    .sort((a, b) => a.modifiedAt - b.modifiedAt);
}

const day = 24 * 60 * 60 * 1000;
/** Days. Security fixes of nixpkgs come weekly. */
const oldAfter = 90;

export interface InputAges {
  readonly isOld: boolean;
  readonly text: string;
}

/** How old the inputs are; null for a flake without any. */
export function inputAges(inputs: readonly FlakeInput[], now: number): InputAges | null {
  const [oldest, newest] = [inputs[0], inputs.at(-1)];
  if (oldest === undefined || newest === undefined) {
    return null;
  }
  const said = ({ name, modifiedAt }: FlakeInput) => `${name}, ${days(now - modifiedAt)}`;
  return {
    isOld: now - oldest.modifiedAt > oldAfter * day,
    text:
      inputs.length === 1
        ? `the input is ${said(oldest)} old`
        : `the oldest of ${inputs.length} inputs is ${said(oldest)} old; the newest is ${said(newest)} old`,
  };
}

function days(span: number): string {
  const count = Math.max(0, Math.floor(span / day));
  return `${count} day${count === 1 ? "" : "s"}`;
}
