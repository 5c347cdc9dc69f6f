import type { Progress } from "./up-down.ts";

const width = 28;

/** One line that is drawn over on a terminal; elsewhere a line for each step and each tenth. */
export function progressLine(out: NodeJS.WriteStream = process.stderr) {
  let last = "";
  const draw = ({ step, done, total }: Progress): string => {
    const filled = Math.round((width * done) / total);
    return `${"█".repeat(filled)}${"░".repeat(width - filled)} ${String(Math.round((100 * done) / total)).padStart(3)} %  ${step}`;
  };
  return {
    step(progress: Progress): void {
      if (out.isTTY) {
        out.write(`\r\u001B[K${draw(progress)}`);
        return;
      }
      const text = `${String(Math.floor((10 * progress.done) / progress.total) * 10).padStart(3)} %  ${progress.step}`;
      if (text !== last) out.write(`${text}\n`);
      last = text;
    },
    done(): void {
      if (out.isTTY) out.write("\n");
    },
  };
}
