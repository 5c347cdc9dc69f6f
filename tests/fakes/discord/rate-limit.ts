import { createHash } from "node:crypto";

export interface RateLimits {
  /** How many times faster than real time the quotas come back. `Retry-After` is at least 1 s all the same. */
  readonly speed?: number;
  /** Requests a second in all, interactions aside. */
  readonly global?: number;
}

interface Quota {
  readonly count: number;
  readonly milliseconds: number;
}

/** Discord tells its quotas in headers alone; these have been seen often. */
const quotas: Record<string, Quota> = {
  create_message: { count: 5, milliseconds: 5000 },
  update_message: { count: 5, milliseconds: 5000 },
};

const generous: Quota = { count: 50, milliseconds: 1000 };

interface Bucket {
  left: number;
  resetAt: number;
}

export interface Pass {
  readonly headers: Record<string, string>;
  /** How long to wait, when it may not pass. */
  readonly wait: { readonly seconds: number; readonly scope: "user" | "global" } | undefined;
}

export interface RateLimiter {
  /** `major` is the channel, the guild or the webhook: each has a bucket of its own. */
  take(operation: string, major: string, isInteraction: boolean): Pass;
}

export function rateLimiter(limits: RateLimits | false, now: () => number): RateLimiter {
  const { speed = 1, global = 50 } = limits === false ? {} : limits;
  const buckets = new Map<string, Bucket>();

  function bucketOf(key: string, { count, milliseconds }: Quota): Bucket {
    const known = buckets.get(key);
    if (known !== undefined && now() < known.resetAt) {
      return known;
    }
    const fresh = { left: count, resetAt: now() + milliseconds / speed };
    buckets.set(key, fresh);
    return fresh;
  }

  const secondsTo = (bucket: Bucket) => Math.max(0, bucket.resetAt - now()) / 1000;

  return {
    take(operation, major, isInteraction) {
      const quota = quotas[operation] ?? generous;
      const own = bucketOf(`${operation} ${major}`, quota);
      const shared = bucketOf("global", { count: global, milliseconds: 1000 });
      const isLimited = limits !== false;
      if (isLimited && !isInteraction && shared.left < 1) {
        return { headers: {}, wait: { seconds: secondsTo(shared), scope: "global" } };
      }
      shared.left -= isInteraction ? 0 : 1;
      const isFull = isLimited && own.left < 1;
      own.left -= isFull ? 0 : 1;
      return {
        headers: {
          "x-ratelimit-limit": String(quota.count),
          "x-ratelimit-remaining": String(isLimited ? own.left : quota.count - 1),
          "x-ratelimit-reset": (own.resetAt / 1000).toFixed(3),
          "x-ratelimit-reset-after": secondsTo(own).toFixed(3),
          "x-ratelimit-bucket": createHash("md5").update(operation).digest("hex"),
        },
        wait: isFull ? { seconds: secondsTo(own), scope: "user" } : undefined,
      };
    },
  };
}
