/** A mutant that no test kills, and why that is no hole. It is known by its text, as lines move. */
export interface Explained {
  readonly file: string;
  /** The changed source as it is, blanks squeezed. */
  readonly original: string;
  readonly replacement: string;
  readonly why: string;
}

export const explained: readonly Explained[] = [];
