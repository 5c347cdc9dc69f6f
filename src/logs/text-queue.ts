const blockSize = 64 * 1024;

/**
 * Lines that wait to be written, as bytes. Each is encoded when it comes: one long text out of many short ones takes
 * ten times as long.
 */
export class TextQueue {
  #full: Buffer[] = [];
  #block = Buffer.alloc(0);
  #used = 0;
  /** Bytes. */
  length = 0;

  push(text: string): void {
    const most = text.length * 3;
    if (this.#used + most > this.#block.length) {
      this.#close();
      this.#block = Buffer.allocUnsafe(Math.max(blockSize, most));
    }
    const written = this.#block.write(text, this.#used);
    this.#used += written;
    this.length += written;
  }

  /** Everything, which then waits no more. */
  take(): Buffer {
    this.#close();
    const all = Buffer.concat(this.#full);
    this.#full = [];
    this.length = 0;
    return all;
  }

  /** What could not be written comes before everything else again. */
  putBack(bytes: Buffer): void {
    this.#close();
    this.#full.unshift(bytes);
    this.length += bytes.length;
  }

  #close(): void {
    if (this.#used > 0) {
      this.#full.push(this.#block.subarray(0, this.#used));
      this.#block = this.#block.subarray(this.#used);
      this.#used = 0;
    }
  }
}
