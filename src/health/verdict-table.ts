/** What a unit in trouble means for a switch, as data: read it, it is the policy. */

/** How a unit came in the way of the switch. */
export type Reach =
  /** The switch stopped, started, restarted or reloaded it. */
  | "touched"
  /** It needs a unit that was touched (Requires, BindsTo, PartOf …). */
  | "depends"
  | "untouched";

export type TroubleKind =
  | "failed"
  /** systemd restarts it again and again. */
  | "flapping"
  /** It did not run before, and is still on its way after all patience. */
  | "starting"
  /** It ran before, something wants it, and it does not run. */
  | "gone"
  /** systemd tells a state that is not known here. */
  | "odd";

/** `degraded`: kept, and said to be not all well. `note`: kept, and only mentioned. */
export type Effect = "rolls-back" | "degraded" | "note";

type Row = Readonly<Record<TroubleKind, { readonly ordinary: Effect; readonly critical: Effect }>>;

const always = (effect: Effect) => ({ ordinary: effect, critical: effect });

/** What stood in the way of the switch. */
const involved: Row = {
  failed: always("rolls-back"),
  flapping: always("rolls-back"),
  // systemd has not given it up, and a first start may take minutes. What is critical cannot be waited for longer.
  starting: { ordinary: "degraded", critical: "rolls-back" },
  gone: always("rolls-back"),
  odd: always("degraded"),
};

export const verdictTable: Readonly<Record<Reach, Row>> = {
  touched: involved,
  depends: involved,
  untouched: {
    failed: { ordinary: "degraded", critical: "rolls-back" },
    flapping: { ordinary: "degraded", critical: "rolls-back" },
    starting: { ordinary: "note", critical: "degraded" },
    gone: { ordinary: "degraded", critical: "rolls-back" },
    odd: always("note"),
  },
};

/** What was so before the switch began is not its doing. */
export const oldTrouble: Effect = "degraded";
