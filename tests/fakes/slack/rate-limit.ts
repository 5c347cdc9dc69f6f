import type { Fields } from "./json.ts";

export interface RateLimits {
  /** chat.postMessage: one a second per channel, with short bursts. */
  readonly postsPerSecond?: number;
  readonly postBurst?: number;
  /** Requests a minute of each method, by its tier. */
  readonly tiers?: Partial<Record<Tier, number>>;
  /** How many times faster than real time quotas come back, so that a test need not wait. Retry-After is at least 1 s all the same. */
  readonly speed?: number;
}

type Tier = 1 | 2 | 3 | 4;

/** docs.slack.dev/reference/methods: the tier of each method; auth.test and chat.getPermalink allow hundreds. */
const tierOf: Record<string, Tier> = {
  "apps.connections.open": 1,
  "usergroups.list": 2,
  "usergroups.users.list": 2,
  "users.list": 2,
  "reactions.remove": 2,
  "chat.update": 3,
  "chat.delete": 3,
  "conversations.history": 3,
  "conversations.info": 3,
  "conversations.join": 3,
  "conversations.open": 3,
  "conversations.replies": 3,
  "users.conversations": 3,
  "reactions.add": 3,
  "chat.postEphemeral": 4,
  "users.info": 4,
  "views.open": 4,
  "views.publish": 4,
  "views.update": 4,
  "files.getUploadURLExternal": 4,
  "files.completeUploadExternal": 4,
};

/** Tier 1 says "1+ a minute" with some bursts; ten let a bot open all the connections it may have. */
const usual: Record<Tier, number> = { 1: 10, 2: 20, 3: 50, 4: 100 };

interface Bucket {
  tokens: number;
  at: number;
}

export interface RateLimiter {
  /** Seconds to wait, a whole number from 1 on; undefined when the request may pass. */
  take(method: string, args: Fields): number | undefined;
}

/** Every quota is a bucket: a minute's worth may be used at once, and it fills up evenly. */
export function rateLimiter(limits: RateLimits | false, now: () => number): RateLimiter {
  if (limits === false) {
    return { take: () => undefined };
  }
  const { postsPerSecond = 1, postBurst = 5, tiers = {}, speed = 1 } = limits;
  const buckets = new Map<string, Bucket>();

  function takeFrom(key: string, capacity: number, perSecond: number): number | undefined {
    const bucket = buckets.get(key) ?? { tokens: capacity, at: now() };
    buckets.set(key, bucket);
    const gained = ((now() - bucket.at) / 1000) * perSecond * speed;
    bucket.tokens = Math.min(capacity, bucket.tokens + gained);
    bucket.at = now();
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return undefined;
    }
    return Math.max(1, Math.ceil((1 - bucket.tokens) / (perSecond * speed)));
  }

  return {
    take(method, args) {
      if (method === "chat.postMessage") {
        return takeFrom(`${method} ${String(args["channel"])}`, postBurst, postsPerSecond);
      }
      const tier = tierOf[method];
      if (tier === undefined) {
        return undefined;
      }
      const perMinute = tiers[tier] ?? usual[tier];
      return takeFrom(method, perMinute, perMinute / 60);
    },
  };
}
