const seconds = 1_000;
const minutes = 60 * seconds;

/** How something that failed is done again: pauses double from `first` to `longest`. */
export interface Repair {
  /** Milliseconds between the first try and the second. */
  readonly first: number;
  /** The longest pause, in milliseconds: the slow rate at which it goes on. */
  readonly longest: number;
  /** Tries in all; null goes on at the slow rate, as an outage ends by itself. */
  readonly most: number | null;
}

/**
 * Everything that is done again by itself, and how often. What goes on for ever says so in /healthz for as long as it lasts;
 * what has a `most` ends in words there, and is told to the person who asked for it. An error that no repetition makes right (a token,
 * a scope, an archived channel) is not repeated: it is said with what to do, and `refused` and `channel` look whether that was done.
 */
export const repairs = {
  /** Signing in to a chat platform, and connecting to it: `chat-surface.ts`, `socket.ts`, `http.ts`, `gateway.ts`. */
  connection: { first: 1 * seconds, longest: 1 * minutes, most: null },
  /** Looks whether a token or an app that the platform refuses was put right. */
  refused: { first: 5 * minutes, longest: 60 * minutes, most: null },
  /** Looks whether the bot can work in its channel by now. */
  channel: { first: 1 * seconds, longest: 1 * minutes, most: null },
  /** The same where the platform says that all is well with the channel, and refuses posts all the same. */
  refusedPosts: { first: 30 * seconds, longest: 10 * minutes, most: null },
  /** The same for a channel that fleet.yaml names. */
  noticeChannel: { first: 15 * seconds, longest: 5 * minutes, most: null },
  /** Registering the commands of a Discord server. */
  register: { first: 1 * seconds, longest: 5 * minutes, most: null },
  /** A thread of a platform that is away. The first delivery that works wakes the others. */
  thread: { first: 1 * seconds, longest: 2 * minutes, most: null },
  /** An edit on a platform that is away. */
  edit: { first: 1 * seconds, longest: 1 * minutes, most: null },
  /** A message, or an edit, that the platform does not take; the last try of a post is without its blocks. */
  message: { first: 2 * seconds, longest: 1 * minutes, most: 5 },
  /** A file that cannot be sent. */
  file: { first: 5 * seconds, longest: 10 * minutes, most: 10 },
  /** New posts in one thread for messages that the platform says are gone. */
  threadPosts: { first: 1 * seconds, longest: 1 * minutes, most: 6 },
  /** Telling a trouble in a channel; it goes on for as long as the trouble is there. */
  troublePosts: { first: 2 * seconds, longest: 1 * minutes, most: null },
  /** What one person is told; Discord takes it for 15 minutes, Slack for 30. After that the person is told once that it was not shown. */
  answer: { first: 1 * seconds, longest: 5 * minutes, most: 11 },
  /** A picture of an answer, and the App Home. */
  picture: { first: 1 * seconds, longest: 30 * seconds, most: 4 },
  /** A session on an SSH connection whose sshd has none free (`ssh-command.ts`). */
  sshSession: { first: 150, longest: 1 * seconds, most: 8 },
  /** A deployment whose work broke is taken up again. */
  takeUp: { first: 10 * seconds, longest: 1 * minutes, most: null },
} as const satisfies Readonly<Record<string, Repair>>;

/**
 * Discord resets the token of a bot that begins more than 1,000 sessions in 24 hours. discord.js waits 5 s between two, and
 * begins them for as long as it lives; so they are counted here, for all its sessions.
 */
export const sessionStarts = { most: 40, within: 60 * minutes } as const;

/**
 * Milliseconds before the next try when `failures` tries in a row have failed; null where that was the last one. `random` (0 to 1)
 * takes up to a quarter off, so that what failed at the same moment does not come back at the same moment.
 */
export function nextWait({ first, longest, most }: Repair, failures: number, random: number): number | null {
  if (most !== null && failures >= most) {
    return null;
  }
  const full = Math.min(longest, first * 2 ** Math.min(30, Math.max(0, failures - 1)));
  return Math.round(full * (1 - random / 4));
}

/** The same for what goes on for ever. */
export function slowly(repair: Repair & { readonly most: null }, failures: number, random: number): number {
  return nextWait(repair, failures, random) ?? repair.longest;
}

/** Milliseconds until one more may be begun, after those at `starts`; 0 where it may be now. */
export function waitForStart(
  { most, within }: { readonly most: number; readonly within: number },
  starts: readonly number[],
  now: number,
): number {
  const oldest = starts.at(-most);
  return oldest === undefined ? 0 : Math.max(0, oldest + within - now);
}
