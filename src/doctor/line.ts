/** One thing that the doctor looked at. */
export interface DoctorLine {
  readonly state: "ok" | "warning" | "failed";
  /** Such as `builder` or `host yoga`. */
  readonly part: string;
  readonly text: string;
  /** What to do about it; null where all is well. */
  readonly mend: string | null;
}

export const ok = (part: string, text: string): DoctorLine => ({ state: "ok", part, text, mend: null });
export const warn = (part: string, text: string, mend: string): DoctorLine => ({
  state: "warning",
  part,
  text,
  mend,
});
export const failed = (part: string, text: string, mend: string): DoctorLine => ({
  state: "failed",
  part,
  // Errors of a shell begin with the machine's name.
  text: text.startsWith(`${part}: `) ? text.slice(part.length + 2) : text,
  mend,
});

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const marks = { ok: "✓", warning: "!", failed: "✗" } as const;

/** For the terminal: a line each, and what to do beneath it. */
export function lineText({ state, part, text, mend }: DoctorLine): string {
  return `${marks[state]} ${part}: ${text}${mend === null ? "" : `\n    → ${mend}`}`;
}

export function summary(lines: readonly DoctorLine[]): string {
  const count = (state: DoctorLine["state"]) => lines.filter((line) => line.state === state).length;
  const [well, odd, bad] = [count("ok"), count("warning"), count("failed")];
  return bad === 0 && odd === 0
    ? `All ${well} are well.`
    : `${well} well, ${odd} to look at, ${bad} to mend.`;
}

export function isWell(lines: readonly DoctorLine[]): boolean {
  return lines.every(({ state }) => state !== "failed");
}
