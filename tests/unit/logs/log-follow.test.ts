import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { leftOutLine } from "../../../src/logs/left-out.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { logEnd, partsOf } from "../../../src/logs/log-parts.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

const { signal } = new AbortController();
const over = { isOver: () => true, signal };

async function open(t: TestContext, bound: number) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  return { directory, clock, logs: logFiles(directory, clock, redactor([]), () => bound) };
}

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) {
    all.push(chunk);
  }
  return Buffer.concat(all).toString();
}

test("a follower that comes back again and again gets each byte at its place, once, or is told the exact count", async (t) => {
  const { directory, logs } = await open(t, 1_200);
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.oneof(
          fc.record({ lines: fc.integer({ min: 1, max: 60 }) }),
          fc.record({ reads: fc.nat({ max: 3 }) }),
        ),
        { maxLength: 40 },
      ),
      async (actions) => {
        round += 1;
        const path = `${round}.log`;
        const file = join(directory, path);
        await writeFile(file, "");
        const end = logEnd(file, () => 1_200);
        let all = "";
        let at = 0;
        let missing = 0;
        let got = 0;

        /** As the page does it: one answer, of which it may see a part only. */
        async function ask(most: number): Promise<number> {
          const piece = await logs.piece(path, at, over);
          assert.ok(piece.from >= at, "nothing comes twice");
          let left = piece.words;
          let read = 0;
          let words = "";
          if (piece.from > at && most > 0) {
            missing += piece.from - at;
          }
          let position = piece.from;
          for await (const chunk of piece.chunks) {
            if (read >= most) {
              break;
            }
            read += 1;
            words += Buffer.from(chunk.subarray(0, left)).toString();
            const bytes = Buffer.from(chunk.subarray(left));
            left -= Math.min(left, chunk.length);
            assert.equal(bytes.toString(), all.slice(position, position + bytes.length));
            position += bytes.length;
            got += bytes.length;
          }
          assert.equal(
            words,
            piece.words === 0 || read === 0 ? "" : `${leftOutLine(piece.from - at)}\n`,
            "the words are exact",
          );
          at = read === 0 ? at : position;
          return read;
        }

        for (const action of actions) {
          if ("lines" in action) {
            const lines = Array.from({ length: action.lines }, (_, line) => `${all.length} ${line}\n`).join(
              "",
            );
            all += lines;
            await end.append(Buffer.from(lines));
          } else {
            await ask(action.reads);
          }
        }
        for (let asks = 0; (await ask(Number.POSITIVE_INFINITY)) > 0; asks++) {
          assert.ok(asks < 5, "it comes to the end");
        }
        assert.equal(at, all.length);
        assert.equal(got + missing, all.length);
      },
    ),
    { numRuns: 100 },
  );
});

test("who follows closely loses nothing, however long the log", async (t) => {
  const { logs, clock } = await open(t, 8_000);
  const file = await logs.create("build", "yoga");
  let isOver = false;
  let got = "";
  const reading = (async () => {
    for await (const chunk of logs.read(file.path, { isOver: () => isOver, signal })) {
      got += Buffer.from(chunk).toString();
    }
  })();
  for (let line = 0; line < 600; line += 20) {
    for (let next = line; next < line + 20; next++) {
      file.line(`line ${next}`);
    }
    await file.close();
    await clock.until(async () => got.endsWith(` line ${line + 19}\n`), `line ${line + 19}`);
  }
  isOver = true;
  await clock.settle(reading);
  const lines = got.trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.slice(25)),
    Array.from({ length: 600 }, (_, line) => `line ${line}`),
  );
});

test("a follower that is slower than the work is told what it missed, and comes to the end", async (t) => {
  const { logs, clock, directory } = await open(t, 2_000);
  const file = await logs.create("build", "yoga");
  let isOver = false;
  file.line("the first");
  await file.close();
  const reading = logs.read(file.path, { isOver: () => isOver, signal })[Symbol.asyncIterator]();
  const first = Buffer.from((await reading.next()).value as Uint8Array).toString();
  assert.match(first, / the first\n$/);
  for (let line = 0; line < 600; line++) {
    file.line(`line ${line}`);
  }
  await file.close();
  isOver = true;
  const rest = await clock.settle(text({ [Symbol.asyncIterator]: () => reading }));
  const [head, next] = await partsOf(join(directory, file.path));
  const missing = (next?.start ?? 0) - (head?.size ?? 0);
  assert.ok(missing > 0);
  assert.match(
    rest,
    new RegExp(`^\\S+ line 0\n.*\n${leftOutLine(missing).replaceAll(/[()]/g, "\\$&")}\n.* line 599\n$`, "s"),
  );
});

test("a part that is dropped while it is read is read to its end", async (t) => {
  const { logs } = await open(t, 400_000);
  const file = await logs.create("build", "yoga");
  const long = "x".repeat(200);
  const write = async (from: number, to: number) => {
    for (let line = from; line < to; line++) {
      file.line(`line ${line} ${long}`);
    }
    await file.close();
  };
  // The beginning is full, and the first part begun.
  await write(0, 1_200);
  const piece = await logs.piece(file.path, 200_000, over);
  const reading = piece.chunks[Symbol.asyncIterator]();
  let got = Buffer.from((await reading.next()).value as Uint8Array).toString();
  await write(1_200, 5_000);
  got += await text({ [Symbol.asyncIterator]: () => reading });
  const numbers = got.match(/ line (\d+) /g)?.map((one) => Number(one.slice(6))) ?? [];
  assert.ok(numbers.length > 100);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) + index),
  );
});

test("who has more of a log than is left of it is told so, and goes on from its end", async (t) => {
  const { logs } = await open(t, 2_000);
  const file = await logs.create("build", "yoga");
  file.line("one");
  await file.close();
  const length = (await text(logs.read(file.path, null))).length;
  const piece = await logs.piece(file.path, length + 7, over);
  assert.equal(piece.from, length);
  assert.equal(
    await text(piece.chunks),
    "… the last 7 bytes above are not in this log any more; it goes on here\n",
  );
});

test("a log that retention removed is one text, also for who comes back", async (t) => {
  const { logs } = await open(t, 2_000);
  const first = await logs.piece("logs/build/gone.log", 0, over);
  const said = await text(first.chunks);
  assert.match(said, /removed by retention/);
  const next = await logs.piece("logs/build/gone.log", said.length, over);
  assert.equal(next.from, said.length);
  assert.equal(await text(next.chunks), "");
});
