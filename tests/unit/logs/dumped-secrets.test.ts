import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import fc from "fast-check";
import { redactor } from "../../../src/logs/redact.ts";
import { OutputCollector } from "../../../src/remote/output.ts";

const secrets = [
  "Zq7wRtP9kLmVbe3TyHxN5cJdAs8f",
  "xoxq-Zq7%wR/tP+9k\"Lm'Vb&e3$Ty",
  "a1b2c3d4e5f60718293a4b5c6d7e8f90",
];

const rows = (bytes: Buffer, width: number) =>
  Array.from({ length: Math.ceil(bytes.length / width) }, (_, row) => ({
    at: row * width,
    bytes: [...bytes.subarray(row * width, (row + 1) * width)],
  }));
const two = (byte: number) => byte.toString(16).padStart(2, "0");
const eight = (at: number) => at.toString(16).padStart(8, "0");
const seen = (bytes: readonly number[]) =>
  bytes.map((byte) => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : ".")).join("");
const groups = (bytes: readonly number[], size: number) =>
  bytes.map((byte, index) => (index > 0 && index % size === 0 ? ` ${two(byte)}` : two(byte))).join("");
const words = (bytes: readonly number[], size: number) =>
  (groups(bytes, size).match(/[0-9a-f]+/g) ?? []).map((word) =>
    (word.match(/../g) ?? []).toReversed().join(""),
  );

const dumps: Readonly<Record<string, (bytes: Buffer) => string[]>> = {
  xxd: (all) =>
    rows(all, 16).map(({ at, bytes }) => `${eight(at)}: ${groups(bytes, 2).padEnd(39)}  ${seen(bytes)}`),
  "xxd -g1": (all) =>
    rows(all, 16).map(({ at, bytes }) => `${eight(at)}: ${groups(bytes, 1).padEnd(47)}  ${seen(bytes)}`),
  "xxd -c 8 -g4": (all) =>
    rows(all, 8).map(({ at, bytes }) => `${eight(at)}: ${groups(bytes, 4).padEnd(17)}  ${seen(bytes)}`),
  "xxd -b": (all) =>
    rows(all, 6).map(
      ({ at, bytes }) =>
        `${eight(at)}: ${bytes
          .map((byte) => byte.toString(2).padStart(8, "0"))
          .join(" ")
          .padEnd(53)}  ${seen(bytes)}`,
    ),
  "xxd -i": (all) =>
    rows(all, 12).map(({ bytes }) => `  ${bytes.map((byte) => `0x${two(byte)}`).join(", ")},`),
  "hexdump -C": (all) =>
    rows(all, 16).map(({ at, bytes }) => {
      const halves = [bytes.slice(0, 8), bytes.slice(8)].map((half) => groups(half, 1));
      return `${eight(at)}  ${halves.join("  ").padEnd(48)}  |${seen(bytes)}|`;
    }),
  hexdump: (all) =>
    rows(all, 16).map(({ at, bytes }) => `${eight(at).slice(1)} ${words(bytes, 2).join(" ")}`),
  "od -c": (all) =>
    rows(all, 16).map(
      ({ at, bytes }) =>
        `000${at.toString(8).padStart(4, "0")}${[...seen(bytes)].map((one) => `   ${one}`).join("")}`,
    ),
  "od -An -tx1": (all) => rows(all, 16).map(({ bytes }) => ` ${groups(bytes, 1)}`),
  "od -tx1z": (all) =>
    rows(all, 16).map(
      ({ at, bytes }) =>
        `000${at.toString(8).padStart(4, "0")} ${groups(bytes, 1).padEnd(47)}  >${seen(bytes)}<`,
    ),
  "od -b": (all) =>
    rows(all, 16).map(
      ({ at, bytes }) =>
        `000${at.toString(8).padStart(4, "0")} ${bytes.map((byte) => byte.toString(8).padStart(3, "0")).join(" ")}`,
    ),
  "bytes with dashes": (all) => [groups([...all], 1).replaceAll(" ", "-")],
  "a list of numbers": (all) => [`[${[...all].join(", ")}]`],
  "bytes of UTF-16": (all) => [[...all].map((byte) => `${two(byte)} 00`).join(" ")],
};

const logPrefix = ["", "nginx-1.2> ", "Nov 28 00:00:01 yoga app[12]: "];

/** The bytes that may stay: a line that ends five bytes into a secret cannot be known for it. */
function isGone(masked: string, secret: string, print: (bytes: Buffer) => string[]): boolean {
  const parts = Array.from({ length: secret.length - 5 }, (_, at) => secret.slice(at, at + 6));
  return (
    !parts.some((part) =>
      print(Buffer.from(part)).some((line) => {
        const shown = line
          .replace(/^[0-9a-f]{7,8}:? +/, "")
          .replace(/ {2,}[|>]?\S{2,}$/, "")
          .trim();
        return shown.length > 10 && masked.includes(shown);
      }),
    ) && !parts.some((part) => masked.includes(part))
  );
}

test("a known secret in a dump is masked, bytes and text, at any place in it and however the log is cut", () => {
  const redact = redactor(secrets);
  const cases = fc.record({
    secret: fc.constantFrom(...secrets),
    dump: fc.constantFrom(...Object.keys(dumps)),
    before: fc.nat(20),
    behind: fc.nat(20),
    prefix: fc.constantFrom(...logPrefix),
    cuts: fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
  });
  fc.assert(
    fc.property(cases, ({ secret, dump, before, behind, prefix, cuts }) => {
      const print = dumps[dump] ?? (() => []);
      const lines = print(Buffer.from(`${"=".repeat(before)}${secret}${"=".repeat(behind)}`)).map(
        (line) => prefix + line,
      );
      const bytes = Buffer.from(`${lines.join("\n")}\n`);
      const next = redact.stream();
      const streamed: string[] = [];
      const collector = new OutputCollector((line) => void streamed.push(next(line)));
      for (let from = 0, cut = 0; from < bytes.length; cut++) {
        const size = cuts[cut % cuts.length] ?? 1;
        collector.push(bytes.subarray(from, from + size));
        from += size;
      }
      collector.end();
      const whole = redact.text(lines.join("\n"));
      assert.equal(streamed.length, lines.length);
      assert.equal(whole.split("\n").length, lines.length);
      for (const masked of [streamed.join("\n"), whole]) {
        assert.match(masked, /•••/);
        assert.equal(isGone(masked, secret, print), true, `${dump}\n${masked}`);
      }
    }),
    { numRuns: 600 },
  );
});

test("a dump of anything else stays as it is", () => {
  const redact = redactor(secrets);
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(dumps)),
      fc.uint8Array({ maxLength: 80 }),
      (print, bytes) => {
        const next = redact.stream();
        for (const line of print(Buffer.from(bytes))) {
          assert.equal(next(line), line);
          assert.equal(redact.text(line), line);
        }
      },
    ),
    { numRuns: 300 },
  );
});

test("a secret in a dump as od itself prints it is masked", () => {
  const [secret = ""] = secrets;
  const next = redactor(secrets).stream();
  for (const format of ["-c", "-tx1z", "-x", "-o", "-tx8", "-tu1", "-tu2"]) {
    const printed = execFileSync("od", [format], { input: secret, encoding: "utf8" }).trimEnd().split("\n");
    const masked = printed.map(next);
    assert.deepEqual(
      masked.map((line) => /•••$/.test(line)),
      [true, true, false],
      `${format}\n${masked.join("\n")}`,
    );
  }
});

test("a message of several lines is read as such lines are: Nix repeats the end of a log in one", () => {
  const secret = secrets[0] ?? "";
  const all = Buffer.concat([Buffer.from("sixteen bytes !!"), Buffer.from(secret)]);
  const dump = (dumps["xxd"] ?? (() => []))(all);
  const message = ["last 25 log lines:", ...dump.map((line) => ` > ${line}`)].join("\n");
  const masked = redactor([secret]).stream()(message);
  assert.equal(masked.includes(secret.slice(4, 12)), false, masked);
  assert.equal(masked.split("\n").length, message.split("\n").length);
});
