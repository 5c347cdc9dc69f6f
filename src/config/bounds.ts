/** Commands and clicks in a minute. A pipeline that deploys 40 hosts one by one stays far below. */
const commands = {
  decider: 240,
  other: 30,
  /** People who decide nothing, together. */
  others: 300,
} as const;
/** What is read in a minute. A page asks for five things when it is opened, and for one at each key that is typed. */
const looks = { decider: 1_800, other: 300, others: 3_000 } as const;

/**
 * How much one person may take, so that nobody shuts others out. A decider is a person who may say yes on some host (`isDecider`).
 * Counted per person and not per address: behind a reverse proxy or one NAT a whole team has one address.
 */
export const bounds = {
  /** Answers that stay open, of each kind (events, logs). A page has one of each, and a team may share the owner's token. */
  streams: {
    person: 40,
    /** People who decide nothing, together. */
    others: 80,
    /** Everybody. `others` and one decider leave 20 for the other deciders. */
    all: 140,
  },
  commands: { within: 60_000, ...commands },
  /** Each kind is counted on its own; people who decide nothing have one room together for all kinds that share a name. */
  asks: {
    usual: { ...commands, shares: "commands" },
    /** So that who has used up the rest can still decide, and roll back. */
    urgent: { ...commands, shares: "commands" },
    "before-yes": { ...commands, shares: "before-yes" },
    look: { ...looks, shares: "looks" },
    complete: { ...looks, shares: "completions" },
  },
  urgent: ["confirm", "cancel", "rollback"],
  /**
   * Wrong tokens in a minute, typed at the sign-in or sent as a bearer. One address may be a whole team's, so a right token is taken
   * all the same.
   */
  wrongTokens: { within: 60_000, address: 20, all: 200 },
  /** Requests with a key that are remembered over a restart: how many, for how long (milliseconds), and answers up to so many characters. */
  requestKeys: { kept: 1_000, lasts: 24 * 60 * 60_000, longest: 16_384 },
  /** People who are counted at a time; of more, those seen longest ago are begun again. */
  people: 10_000,
  /** What was to be told in a channel that could not be posted to is no news after this, and is told there no more; in milliseconds. */
  notices: { owedFor: 24 * 60 * 60_000 },
} as const;
