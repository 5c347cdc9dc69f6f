/** What is put right by doing it again is done so often at most, and less and less often; then it is said in /healthz. */
export const repairs = {
  /** A thread, or a message in one, that the platform says is gone: posted anew so often in one thread. */
  threadPosts: { most: 5, firstPause: 1_000 },
} as const;

/** Milliseconds before the next try, when `done` were made. */
export function repairPause({ firstPause }: { readonly firstPause: number }, done: number): number {
  return firstPause * 2 ** done;
}
