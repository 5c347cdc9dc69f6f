import { StringDecoder } from "node:string_decoder";

/** The longest line passed on; the rest of a longer one is dropped, with a mark. */
export const maxLineLength = 16_384;
/** A longer one is no token. */
const longestWord = 4_096;
const maxTail = 64 * 1024;
/** The most that a command without a line listener may print on one stream. */
export const maxCapture = 16 * 1024 * 1024;

/** Gathers one stream: whole lines to the listener, and the text (or only its tail) for the result. */
export class OutputCollector {
  #text = "";
  #tail: string[] = [];
  #tailLength = 0;
  #line = "";
  #decoder = new StringDecoder("utf8");
  #isOverflowing = false;
  readonly #onLine: ((line: string) => void) | undefined;

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** False once more was printed than is kept: the caller ends the command. */
  push(chunk: Buffer): boolean {
    return this.#take(this.#decoder.write(chunk));
  }

  end(): string {
    this.#take(this.#decoder.end());
    if (this.#line !== "") {
      this.#onLine?.(this.#line);
      this.#line = "";
    }
    return this.#onLine === undefined ? this.#text : this.#tail.join("").slice(-maxTail);
  }

  #take(text: string): boolean {
    if (this.#onLine === undefined) {
      if (this.#text.length + text.length > maxCapture) {
        return false;
      }
      this.#text += text;
      return true;
    }
    this.#keepTail(text);
    let from = 0;
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", from)) {
      this.#append(text.slice(from, at));
      this.#onLine(this.#line.endsWith("\r") ? this.#line.slice(0, -1) : this.#line);
      this.#line = "";
      this.#isOverflowing = false;
      from = at + 1;
    }
    this.#append(text.slice(from));
    return true;
  }

  /** Whole chunks, as joining them each time would cost more than all the rest. */
  #keepTail(text: string): void {
    this.#tail.push(text);
    this.#tailLength += text.length;
    for (let [first] = this.#tail; first !== undefined; [first] = this.#tail) {
      if (this.#tailLength - first.length < maxTail) {
        return;
      }
      this.#tail.shift();
      this.#tailLength -= first.length;
    }
  }

  #append(part: string): void {
    if (this.#isOverflowing) {
      return;
    }
    this.#line += part;
    if (this.#line.length > maxLineLength) {
      this.#line = `${cutLine(this.#line)} … (line cut)`;
      this.#isOverflowing = true;
    }
  }
}

/** Without the word that the cut goes through: the half of a token would no longer be known for one, and be shown. */
function cutLine(line: string): string {
  const cut = line.slice(0, maxLineLength);
  const start = Math.max(cut.lastIndexOf(" "), cut.lastIndexOf("\t"));
  return cut.length - start > longestWord ? cut : cut.slice(0, start).trimEnd();
}
