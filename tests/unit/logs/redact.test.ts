import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { rules } from "@secretlint/secretlint-rule-preset-recommend";
import fc from "fast-check";
import { answerWords } from "../../../src/activation/answer-words.ts";
import { providerRules } from "../../../src/logs/provider-rules.ts";
import { redactJson, redactor } from "../../../src/logs/redact.ts";
import { OutputCollector } from "../../../src/remote/output.ts";
import { ownSecrets, planted, plantedSecrets } from "../../fakes/planted-secrets.ts";

const ordinary = readFileSync(new URL("../../fixtures/build-log.txt", import.meta.url), "utf8")
  .trimEnd()
  .split("\n");
const secrets = plantedSecrets();
const own = Object.values(ownSecrets);

test("every secret is masked, wherever and however often it stands", () => {
  const redact = redactor(["first-secret", null, "second+secret"]);
  assert.equal(redact.text("a first-secret b second+secret c first-secret"), "a ••• b ••• c •••");
  assert.equal(redact.text("nothing here"), "nothing here");
  assert.equal(redact.text("x=second%2Bsecret"), "x=•••");
});

test("a word for a supervisor is masked in each form from when it is known, also in a log that was open before", () => {
  const redact = redactor(["first-secret"]);
  const words = answerWords("the key of this test");
  const word = words("d-20261124-7f3a", "commit");
  const next = redact.stream();
  const forms = [word, Buffer.from(word).toString("hex"), Buffer.from(` ${word}`).toString("hex").slice(2)];
  const line = forms.join(" ");
  assert.equal(redact.text(line), line, "before it is known it is any hash");
  assert.equal(next(line), line);
  assert.equal(redact.learn(word), word);
  assert.equal(redact.text(line), "••• ••• •••");
  assert.equal(next(line), "••• ••• •••");
  assert.deepEqual([word.slice(0, 30), word.slice(30)].map(next).join("").includes(word.slice(0, 30)), false);
  assert.deepEqual(redact.value({ said: `first-secret ${word}` }), { said: "••• •••" });
});

test("the words of the latest deployments are known, and older ones are forgotten", () => {
  const redact = redactor([]);
  const words = answerWords("the key of this test");
  const word = (index: number) => words(`d-20261124-${1000 + index}`, "ack");
  for (let index = 0; index < 100; index++) {
    redact.learn(word(index));
  }
  assert.equal(redact.text(word(99)), "•••");
  assert.equal(redact.text(word(40)), "•••");
  assert.equal(redact.text(word(0)), word(0));
});

test("what is too short to be a secret masks nothing", () => {
  assert.equal(redactor(["", "a", "1234567"]).text("a 1234567"), "a 1234567");
});

test("each kind of secret is masked by itself", () => {
  const redact = redactor(own);
  assert.equal(secrets.length >= 50, true);
  for (const { kind, lines, needles } of secrets) {
    const next = redact.stream();
    for (const masked of [
      lines.map(next).join("\n"),
      redact.text(lines.join("\n")),
      redact.value([...lines]).join(),
    ]) {
      for (const needle of needles) {
        assert.equal(masked.includes(needle), false, `${kind}: ${masked}`);
      }
      assert.match(masked, /•••/);
    }
  }
});

test("ordinary lines stay byte for byte", () => {
  const redact = redactor(own);
  const next = redact.stream();
  for (const line of ordinary) {
    assert.equal(next(line), line);
    assert.equal(redact.text(line), line);
  }
  assert.equal(redact.value(ordinary), ordinary, "the same array, even");
});

test("in a log that comes in chunks cut anywhere no secret survives, and nothing else is touched", () => {
  const redact = redactor(own);
  const shuffled = fc.shuffledSubarray([...secrets], {
    minLength: secrets.length,
  });
  const places = fc.array(fc.nat(ordinary.length), { minLength: secrets.length, maxLength: secrets.length });
  const sizes = fc.array(fc.integer({ min: 1, max: 4_000 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(shuffled, places, sizes, (order, at, cuts) => {
      const log = ordinary.map((line) => [line]);
      order.forEach(({ lines }, index) => {
        log.splice((at[index] ?? 0) % log.length, 0, [...lines]);
      });
      const bytes = Buffer.from(`${log.flat().join("\n")}\n`);
      const next = redact.stream();
      const seen: string[] = [];
      const collector = new OutputCollector((line) => void seen.push(next(line)));
      for (let from = 0, cut = 0; from < bytes.length; cut++) {
        const size = cuts[cut % cuts.length] ?? 1;
        collector.push(bytes.subarray(from, from + size));
        from += size;
      }
      collector.end();
      const whole = seen.join("\n");
      for (const { kind, needles } of secrets) {
        for (const needle of needles) {
          assert.equal(whole.includes(needle), false, kind);
        }
      }
      assert.deepEqual(
        seen.filter((line) => !line.includes("•••")),
        ordinary.filter((line) => !line.includes("•••")),
      );
    }),
    { numRuns: 25 },
  );
});

test("a key whose lines come between the lines of others is masked, and the others are not", () => {
  const { lines, needles } = planted("a private key");
  const next = redactor([]).stream();
  const seen = lines.flatMap((line, index) => [next(line), next(`nginx> compiling part ${index} of 14 …`)]);
  assert.equal(
    needles.some((needle) => seen.join("\n").includes(needle)),
    false,
  );
  assert.equal(seen.filter((line) => line.startsWith("nginx> compiling part")).length, lines.length);
  assert.equal(next("/nix/store"), "/nix/store", "after its end all is as before");
});

test("a mention of a key leaves the lines after it alone", () => {
  const next = redactor([]).stream();
  next("expecting: -----BEGIN PRIVATE KEY-----");
  for (const line of ordinary) {
    assert.equal(next(line), line);
  }
});

test("a mention of a key in a text of many lines leaves the other lines alone", () => {
  const text = `${ordinary.join("\n")}\nexpecting: -----BEGIN PRIVATE KEY----- here\n--- end of report`;
  assert.equal(redactor([]).text(text), text.replace("-----BEGIN PRIVATE KEY----- here", "•••"));
});

test("a key that a build prints and never ends does not hide the rest of the log for ever", () => {
  const next = redactor([]).stream();
  next(planted("a private key").lines[0] ?? "");
  for (let line = 0; line < 400; line++) {
    next(`word${line}`);
  }
  assert.equal(next("Word"), "Word");
});

test("a secret that a cut line would leave in part is not left", () => {
  const { needles } = planted("GitHub, classic");
  const seen: string[] = [];
  const next = redactor([]).stream();
  const collector = new OutputCollector((line) => void seen.push(next(line)));
  collector.push(Buffer.from(`${"x ".repeat(8_180)}${needles[0]} more\nnext\n`));
  assert.match(seen[0] ?? "", /x … \(line cut\)$/);
  assert.equal(seen[0]?.includes((needles[0] ?? "").slice(0, 8)), false);
});

test("a record is masked leaf by leaf, and one without secrets stays the same object", () => {
  const redact = redactor(["first-secret"]);
  const record = {
    id: "d-20261124-7f3a",
    reason: 'say "first-secret"',
    n: 1,
    none: null,
    lines: ["a", "first-secret"],
  };
  assert.deepEqual(redact.value(record), {
    ...record,
    reason: 'say "•••"',
    lines: ["a", "•••"],
  });
  const clean = { ...record, reason: "because", lines: ["a"] };
  assert.equal(redact.value(clean), clean);
  assert.deepEqual(redact.value({ headers: { authorization: "x", accept: "y" } }), {
    headers: { authorization: "•••", accept: "y" },
  });
});

test("a line of JSON stays JSON, whatever was in it", () => {
  const redact = redactor(['quote"d-secret\\']);
  const line = JSON.stringify({ err: { message: 'x quote"d-secret\\ y' }, n: 1 });
  assert.deepEqual(JSON.parse(redactJson(redact, line)), { err: { message: "x ••• y" }, n: 1 });
  const clean = `${JSON.stringify({ msg: "well" })}\n`;
  assert.equal(redactJson(redact, clean), clean);
  assert.equal(redactJson(redact, 'no JSON quote"d-secret\\'), "no JSON •••");
});

test("no text takes long, whatever it repeats", () => {
  const redact = redactor(own);
  for (const piece of [
    "://",
    "a:",
    "@",
    "=",
    "token=",
    "password ",
    "eyJ",
    "-----BEGIN ",
    "xoxb-1-",
    "https://a:",
    "basic ",
    "A",
    "op://",
    "SG.",
    "ghs_1_a.",
    "cookie: ",
    "M",
    'key="',
    "?token=",
    "mysql://a:",
    "[",
    "\t",
  ]) {
    const text = piece.repeat(Math.ceil(16_384 / piece.length));
    const begin = performance.now();
    redact.stream()(text);
    redact.text(text);
    assert.equal(performance.now() - begin < 400, true, `${piece}: ${performance.now() - begin} ms`);
  }
});

test("the rules are the ones that the quick look before them knows", () => {
  const names = providerRules.map((name) => name.replace("@secretlint/secretlint-rule-", ""));
  assert.equal(rules.length, names.length + 3);
  assert.deepEqual(
    names.toSorted(),
    "1password anthropic aws basicauth cloudflare database-connection-string databricks docker figma github gitlab grafana groq hashicorp-vault huggingface linear notion npm openai sendgrid shopify slack stripe tailscale vercel".split(
      " ",
    ),
  );
});

test("hidden characters are shown as what they are in texts, records, lines of logs and lines of JSON", () => {
  const redact = redactor(own);
  const nasty = "fix \u202egnp\u0000 yo\u200bga";
  const shown = "fix \\u202egnp\\u0000 yo\\u200bga";
  assert.equal(redact.text(nasty), shown);
  assert.equal(redact.stream()(nasty), shown);
  assert.deepEqual(redact.value({ commit: { subject: nasty }, lines: [nasty] }), {
    commit: { subject: shown },
    lines: [shown],
  });
  assert.deepEqual(JSON.parse(redactJson(redact, JSON.stringify({ msg: nasty }))), { msg: shown });
});
