/** Where a supervised switch stands, read from the host itself. */
export type SupervisorState =
  | { readonly kind: "starting" | "activating" | "committing" }
  | { readonly kind: "activated" | "acked"; readonly exitCode: number }
  | { readonly kind: "rolling-back"; readonly why: string }
  | FinalState;

export type FinalState =
  | { readonly kind: "committed"; readonly profile: string }
  | { readonly kind: "rolled-back" | "rollback-failed" | "superseded" | "refused"; readonly why: string };

export interface Sighting {
  readonly state: SupervisorState;
  readonly current: string;
  readonly profile: string;
  readonly bootId: string;
  /** systemd's ActiveState of the supervisor's unit; `inactive` once it is over. */
  readonly unit: string;
  /** Where the log has to be read on from, in bytes. */
  readonly next: number;
  /** New log text since the offset that was asked for. */
  readonly log: string;
}

/** Reads what `supervisor.sh show` prints. Throws on anything else: a half answer is no answer. */
export function readSighting(stdout: string): Sighting {
  const match =
    /^state=(.*)\ncurrent=(.*)\nprofile=(.*)\nboot=(.*)\nunit=(.*)\nnext=(\d{1,15})\nlog=\n([\s\S]*)$/.exec(
      stdout,
    );
  if (match === null) {
    throw new Error("reading the supervisor's state: the answer is not one");
  }
  const [, state = "", current = "", profile = "", bootId = "", unit = "", next = "", log = ""] = match;
  return { state: readState(state), current, profile, bootId, unit, next: Number(next), log };
}

export function readState(line: string): SupervisorState {
  const at = line.indexOf(" ");
  const word = at < 0 ? line : line.slice(0, at);
  const rest = at < 0 ? "" : line.slice(at + 1);
  switch (word) {
    case "starting":
    case "activating":
    case "committing":
      return { kind: word };
    case "activated":
    case "acked":
      return { kind: word, exitCode: exitCodeIn(line, rest) };
    case "committed":
      return { kind: word, profile: rest };
    case "rolling-back":
    case "rolled-back":
    case "rollback-failed":
    case "superseded":
    case "refused":
      return { kind: word, why: rest };
    default:
      throw new Error(`reading the supervisor's state: ${JSON.stringify(line)} is not one`);
  }
}

function exitCodeIn(line: string, text: string): number {
  if (!/^\d{1,3}$/.test(text)) {
    throw new Error(`reading the supervisor's state: ${JSON.stringify(line)} has no exit code`);
  }
  return Number(text);
}

export function isFinal(state: SupervisorState): state is FinalState {
  switch (state.kind) {
    case "committed":
    case "rolled-back":
    case "rollback-failed":
    case "superseded":
    case "refused":
      return true;
    default:
      return false;
  }
}
