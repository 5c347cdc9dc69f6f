import { type DoctorLine, failed, ok, reasonOf, warn } from "./line.ts";

/** What a chat platform says of the bot's tokens and of its channel. */
export interface ChatExamined {
  /** Who the bot is, and in which channel, in a few words. */
  readonly text: string;
  /** Each with what to do. */
  readonly problems: readonly string[];
}

/** `examine` is null where the platform is not set up; `notified` are its channels that fleet.yaml names. */
export async function checkChat(
  name: string,
  examine: (() => Promise<ChatExamined>) | null,
  notified: readonly string[] = [],
): Promise<DoctorLine[]> {
  if (examine === null) {
    return notified.length === 0
      ? [ok(name, "not set up")]
      : [
          warn(
            name,
            `it is not set up, and hosts notify ${notified.join(", ")}`,
            "Set it up, or take these out of fleet.yaml: nobody is told there.",
          ),
        ];
  }
  try {
    const { text, problems } = await examine();
    return problems.length === 0 ? [ok(name, text)] : problems.map((problem) => lineOf(name, problem));
  } catch (error) {
    return [lineOf(name, reasonOf(error))];
  }
}

/** A problem reads `what is wrong: what to do`. */
function lineOf(name: string, problem: string): DoctorLine {
  const at = problem.lastIndexOf(": ");
  return at < 0
    ? failed(name, problem, "See the README's part on it.")
    : failed(name, problem.slice(0, at), problem.slice(at + 2));
}
