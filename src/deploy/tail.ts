/** The last lines of something long. */
export class Tail {
  readonly lines: string[] = [];
  readonly #size: number;
  readonly #mask: (line: string) => string;

  constructor(size: number, mask = (line: string) => line) {
    this.#size = size;
    this.#mask = mask;
  }

  push(line: string): void {
    this.lines.push(
      ...this.#mask(line)
        .split("\n")
        .filter((part) => part.trim() !== ""),
    );
    this.lines.splice(0, this.lines.length - this.#size);
  }

  /** The first word on what went wrong, for one sentence. */
  error(): string {
    const line = this.lines.find((text) => text.startsWith("error:") && text.trim() !== "error:");
    return line === undefined ? "" : `: ${line.replace(/^error: /, "")}`;
  }
}
