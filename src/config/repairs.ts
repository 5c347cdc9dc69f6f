/** Bounds on repairs that repeat an act, with pauses that double. When a bound is reached, /healthz says so. */
export const repairs = {
  /** New posts in one thread for messages that the platform says are gone. */
  threadPosts: { most: 5, firstPause: 1_000 },
  /** Tries to tell a trouble in a channel; after so many the pause grows no more, and it goes on for as long as the trouble is there. */
  troublePosts: { most: 5, firstPause: 2_000 },
} as const;

/** Milliseconds before the next try, when `done` were made. */
export function repairPause({ firstPause }: { readonly firstPause: number }, done: number): number {
  return firstPause * 2 ** done;
}
