/** What may be wrong with the bot itself, the worst first. */
export interface TroubleKind {
  /** What everybody may see in /healthz; null where it is what stands behind the colon of the key, such as `slack`. */
  readonly part: string | null;
  /** What to do, where the report has no better words. */
  readonly mend: string;
}

/** The one list. The causes come with each report; they name paths and errors. */
export const troubleKinds = {
  disk: { part: "disk", mend: "Free some space there." },
  locks: {
    part: "locks",
    mend: "See that no host is in the middle of a switch; then an admin ends it: /unlock all, or /unlock HOST where hosts are named.",
  },
  records: {
    part: "records",
    mend: "Move the kept file away when you have what you need of it: that ends this message.",
  },
  audit: {
    part: "audit",
    mend: "See the disk and the owner of the data directory; what waits in memory is written then.",
  },
  fleet: { part: "fleet.yaml", mend: "Correct the file; it is read again when it changes." },
  tokens: { part: "tokens", mend: "See web-tokens.json and the disk; it is read again when it changes." },
  deliveries: { part: "deliveries", mend: "See the disk and the owner of the data directory." },
  sessions: { part: "sessions", mend: "See the disk and the owner of the data directory." },
  /** `stuck:d-…`: a deployment whose work breaks again and again. */
  stuck: {
    part: "deployments",
    mend: "Its log and the bot's log have the error. It is taken up again every 60 s at most; /cancel ends what has not switched yet.",
  },
  builder: { part: "builder", mend: "`npm run doctor` looks at everything on the way." },
  inventory: { part: "hosts", mend: "`npm run doctor` looks at everything on the way." },
  /** `chat:slack`, `chat:discord`. */
  chat: { part: null, mend: "See its tokens and the network; `npm run doctor` tries both." },
  /** `notices:slack:#status`: a channel that fleet.yaml names, and that cannot be posted to. */
  notices: { part: "notices", mend: "Invite the bot to the channel, or take it out of fleet.yaml." },
} as const satisfies Readonly<Record<string, TroubleKind>>;

export type TroubleName = keyof typeof troubleKinds;
/** A kind, and after a colon what it is about where there may be several. */
export type TroubleKey = TroubleName | `${TroubleName}:${string}`;

const order = Object.keys(troubleKinds);

export function kindOf(key: TroubleKey): TroubleKind {
  return troubleKinds[nameOf(key)];
}

/** Its name in /healthz. */
export function partOf(key: TroubleKey): string {
  return kindOf(key).part ?? (key.slice(nameOf(key).length + 1) || nameOf(key));
}

/** Smaller for what is worse. */
export function weightOf(key: TroubleKey): number {
  return order.indexOf(nameOf(key));
}

function nameOf(key: TroubleKey): TroubleName {
  return key.split(":", 1)[0] as TroubleName;
}
