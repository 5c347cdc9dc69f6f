import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { leftOutLine, leftOutWords } from "../../../src/logs/left-out.ts";
import { logFiles } from "../../../src/logs/log-files.ts";
import { endOf, logEnd, partsFolder, partsOf } from "../../../src/logs/log-parts.ts";
import { redactor } from "../../../src/logs/redact.ts";
import { localShell } from "../../../src/remote/local-shell.ts";
import { manualClock } from "../../fakes/manual-clock.ts";
import { scratchDirectory } from "../../fakes/scratch.ts";

async function text(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) {
    all.push(chunk);
  }
  return Buffer.concat(all).toString();
}

async function open(t: TestContext, limit: number, secrets: readonly string[] = []) {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  const setting = { bound: limit };
  const logs = logFiles(directory, clock, redactor(secrets), () => setting.bound);
  const onDisk = async (path: string) =>
    (await partsOf(join(directory, path))).reduce((sum, { size }) => sum + size, 0);
  return { directory, clock, setting, logs, onDisk };
}

/** Beginning, the number of bytes that the words between name, and end. */
function cut(whole: string): { head: string; missing: number; tail: string } {
  const [words = "", exact, plain] =
    new RegExp(`… (?:.*\\((\\d+) bytes?\\)|(\\d+) bytes?) ${leftOutWords}\n`).exec(whole) ?? [];
  const at = words === "" ? whole.length : whole.indexOf(words);
  return {
    head: whole.slice(0, at),
    missing: Number(exact ?? plain ?? 0),
    tail: whole.slice(at + words.length),
  };
}

test("whatever comes in whatever pieces: beginning, words and end, within the bound, and the count is exact", async (t) => {
  const directory = await scratchDirectory(t);
  const clock = manualClock();
  let round = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 40, max: 2_000 }),
      fc.array(fc.array(fc.string({ unit: "grapheme", maxLength: 90 }), { minLength: 1, maxLength: 12 }), {
        maxLength: 30,
      }),
      fc.boolean(),
      async (bound, batches, restarts) => {
        round += 1;
        const path = `${round}.log`;
        const file = join(directory, path);
        let end = logEnd(file, () => bound);
        let all = Buffer.alloc(0);
        await writeFile(file, "");
        for (const batch of batches) {
          const lines = batch.map((line) => `${line.replaceAll(/[\n…]/g, "x")}\n`).join("");
          const bytes = Buffer.from(lines);
          all = Buffer.concat([all, bytes]);
          assert.equal((await end.append(bytes)).length, 0);
          const parts = await partsOf(file);
          assert.ok(parts.reduce((sum, { size }) => sum + size, 0) <= bound, "the bound holds all the time");
          // As after a crash: only the files are known.
          end = restarts ? logEnd(file, () => bound) : end;
        }
        const logs = logFiles(directory, clock, redactor([]), () => bound);
        const [head, next] = await partsOf(file);
        const begins = all.subarray(0, head?.size).toString();
        const from = next?.start ?? all.length;
        const missing = from - (head?.size ?? 0);
        const words = `${begins.endsWith("\n") ? "" : "\n"}${leftOutLine(missing)}\n`;
        assert.equal(
          await text(logs.read(path, null)),
          `${begins}${missing === 0 ? "" : words}${all.subarray(from)}`,
        );
        const kept = all.length - missing;
        assert.ok(missing === 0 || kept > 0.2 * bound, `${kept} of ${bound} bytes are kept`);
      },
    ),
    { numRuns: 150 },
  );
});

test("lines are whole on both sides of what is left out", async (t) => {
  const { logs, onDisk } = await open(t, 4_000);
  const file = await logs.create("build", "yoga");
  for (let line = 0; line < 1_000; line++) {
    file.line(`line ${line} ${"x".repeat(line % 60)}`);
  }
  await file.close();
  assert.ok((await onDisk(file.path)) <= 4_000);
  const { head, missing, tail } = cut(await text(logs.read(file.path, null)));
  assert.ok(missing > 0);
  for (const line of `${head}${tail}`.trimEnd().split("\n")) {
    assert.match(line, /^\d{4}-\d\d-\S+Z line \d+ x*$/);
  }
  assert.match(head, /^\S+ line 0 \n/);
  assert.match(tail, / line 999 x+\n$/);
});

test("what the log says in its middle are the words of a host's own log", async () => {
  const script = await readFile("src/activation/switch-program.sh", "utf8");
  assert.ok(script.includes(` MiB ${leftOutWords}"`), leftOutWords);
  assert.equal(leftOutLine(1), `… 1 byte ${leftOutWords}`);
  assert.equal(leftOutLine(3_670_016), `… 3.5 MiB (3670016 bytes) ${leftOutWords}`);
});

test("secrets are masked before anything is cut", async (t) => {
  const secret = "s3cret-token-of-the-page";
  const { logs, directory } = await open(t, 2_000, [secret]);
  const file = await logs.create("build", "yoga");
  for (let line = 0; line < 300; line++) {
    file.line(`${"x".repeat(line % 47)} ${secret} ${"y".repeat(line % 13)}`);
  }
  await file.close();
  const folder = partsFolder(join(directory, file.path));
  for (const path of [
    join(directory, file.path),
    ...(await readdir(folder)).map((name) => join(folder, name)),
  ]) {
    const kept = await readFile(path, "utf8");
    assert.match(kept, /•••/);
    assert.doesNotMatch(kept, /s3cret|token-of/);
  }
});

test("a bot that is killed while it writes loses nothing of what was kept, and the log goes on", {
  timeout: 60_000,
}, async (t) => {
  const { logs, directory, onDisk } = await open(t, 20_000);
  const file = await logs.create("build", "yoga");
  const child = spawn(process.execPath, ["tests/fakes/log-lines.ts", directory, file.path, "20000"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  t.after(() => child.kill("SIGKILL"));
  const gone = once(child, "close");
  let written = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    written = Number(line);
    if (written > 20_000) {
      child.kill("SIGKILL");
    }
  }
  await gone;
  assert.ok((await onDisk(file.path)) <= 20_000);
  const kept = cut(await text(logs.read(file.path, null)));
  const numbers = [...kept.tail.matchAll(/ line (\d+)\n/g)].map(([, number]) => Number(number));
  assert.ok((numbers.at(-1) ?? 0) >= written, "what was written is there");
  assert.ok(numbers.length > 100);
  assert.deepEqual(
    numbers,
    numbers.map((_, index) => (numbers[0] ?? 0) + index),
  );
  const again = await logs.reopen(file.path);
  again.line("after");
  await again.close();
  const now = cut(await text(logs.read(file.path, null)));
  assert.equal(now.head, kept.head);
  assert.ok(now.missing >= kept.missing);
  assert.match(now.tail, / after\n$/);
  assert.ok((await onDisk(file.path)) <= 20_000);
});

test("a crash between dropping a part and beginning the next one leaves a log that reads well and goes on", async (t) => {
  const { logs, directory } = await open(t, 4_000);
  const file = await logs.create("build", "yoga");
  for (let line = 0; line < 400; line++) {
    file.line(`line ${line}`);
  }
  await file.close();
  const parts = await partsOf(join(directory, file.path));
  assert.equal(parts.length, 3);
  await rm(parts[1]?.file ?? "");
  const after = cut(await text(logs.read(file.path, null)));
  assert.equal(after.missing, (parts[2]?.start ?? 0) - (parts[0]?.size ?? 0));
  const again = await logs.reopen(file.path);
  again.line("after");
  await again.close();
  assert.match(await text(logs.read(file.path, null)), / line 399\n\S+ after\n$/);
});

test("a disk that refuses a part's folder costs no line", async (t) => {
  const { logs, directory, clock } = await open(t, 4_000);
  const file = await logs.create("build", "yoga");
  await writeFile(partsFolder(join(directory, file.path)), "in the way");
  for (let line = 0; line < 90; line++) {
    file.line(`line ${line}`);
  }
  await file.close();
  const { size } = await stat(join(directory, file.path));
  assert.ok(size <= 2_000, `${size} bytes: the beginning does not grow instead`);
  await rm(partsFolder(join(directory, file.path)));
  await clock.advance(1_000);
  await file.close();
  const lines = (await text(logs.read(file.path, null))).trimEnd().split("\n");
  assert.deepEqual(
    lines.map((line) => line.slice(25)),
    Array.from({ length: 90 }, (_, line) => `line ${line}`),
  );
});

test("a smaller bound in fleet.yaml counts for what is written from then on", async (t) => {
  const { logs, setting, onDisk } = await open(t, 40_000);
  const file = await logs.create("build", "yoga");
  for (let line = 0; line < 300; line++) {
    file.line(`line ${line}`);
  }
  await file.close();
  const before = await onDisk(file.path);
  setting.bound = 4_000;
  for (let line = 300; line < 2_000; line++) {
    file.line(`line ${line}`);
  }
  await file.close();
  assert.ok((await onDisk(file.path)) <= before + 2_000, "its beginning stays");
  assert.match(await text(logs.read(file.path, null)), /^\S+ line 0\n.* line 299\n… .* line 1999\n$/s);
});

test("the end of a log, and its lines, are those of the whole", async (t) => {
  const { logs } = await open(t, 4_000);
  const file = await logs.create("build", "yoga");
  for (let line = 0; line < 500; line++) {
    file.line(`line ${line}`);
  }
  await file.close();
  const whole = await text(logs.read(file.path, null));
  const lines: string[] = [];
  for await (const line of logs.lines(file.path)) {
    lines.push(line);
  }
  assert.equal(`${lines.join("\n")}\n`, whole);
  assert.equal(await logs.tail(file.path, 1e6), whole);
  for (const bytes of [1, 40, 500, 1_100, 2_000, 2_600, 3_500]) {
    const tail = await logs.tail(file.path, bytes);
    assert.ok(whole.endsWith(tail), `${bytes} bytes`);
    assert.ok(tail.length <= bytes + leftOutLine(1e9).length, `${bytes} bytes: ${tail.length}`);
    assert.ok(tail.length >= Math.min(bytes - 40, whole.length - 120), `${bytes} bytes: ${tail.length}`);
  }
});

test("the log of what was refused after all is taken away with its parts", async (t) => {
  const { logs, directory } = await open(t, 1_000);
  const file = await logs.create("deploy", "yoga");
  for (let line = 0; line < 100; line++) {
    file.line(`line ${line}`);
  }
  await file.remove();
  assert.deepEqual(await readdir(join(directory, "logs/deploy")), []);
});

test("a command that prints far more than the bound ends well, and its last words are in the log", async (t) => {
  const { logs, onDisk } = await open(t, 1e6);
  const file = await logs.create("build", "yoga");
  const exit = await localShell().run({
    argv: [
      "sh",
      "-c",
      'yes "a line of a very talkative build" | head -n 300000; head -c 3000000 /dev/zero | tr "\\0" x; echo; echo "its last words"',
    ],
    timeout: 120_000,
    onLine: (line) => file.line(line),
    whenReady: file.whenReady,
  });
  await file.close();
  assert.equal(exit.exitCode, 0);
  assert.ok((await onDisk(file.path)) <= 1e6);
  const { head, missing, tail } = cut(await text(logs.read(file.path, null)));
  assert.ok(head.length > 4e5 && missing > 1e7 && tail.length > 1e5);
  assert.match(tail, / its last words\n$/);
});

test("a folder that another program made where parts belong disturbs no reader", async (t) => {
  const { logs, directory } = await open(t, 4_000);
  const file = await logs.create("build", "yoga");
  file.line("one");
  await file.close();
  await mkdir(join(partsFolder(join(directory, file.path)), "notes"), { recursive: true });
  assert.match(await text(logs.read(file.path, null)), /^\S+ one\n$/);
});

test("a part that was begun and not written, as a power loss leaves one, does not make the log unreadable", async (t) => {
  const { directory, logs } = await open(t, 4_000);
  const file = await logs.create("build", "yoga");
  for (let line = 0; line < 200; line++) {
    file.line(`line ${line} ${"x".repeat(80)}`);
  }
  await file.close();
  const path = join(directory, file.path);
  await writeFile(join(partsFolder(path), String(endOf(await partsOf(path)) + 500)), "");
  assert.match(await text(logs.read(file.path, null)), /line 199/);
});
