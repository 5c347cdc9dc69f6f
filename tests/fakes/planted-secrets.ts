/** A secret as it turns up in a log. Made at run time, so that nothing in this repository looks like a real one. */
export interface Planted {
  readonly kind: string;
  readonly lines: readonly string[];
  /** None of these may be read anywhere. */
  readonly needles: readonly string[];
}

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
let state = 12_345;

/** Characters that look random, and are the same in each run. */
function noise(length: number, alphabet = letters): string {
  let text = "";
  while (text.length < length) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    text += alphabet[Math.floor(state / 65_536) % alphabet.length] ?? "";
  }
  return text;
}

const upper = letters.slice(0, 26) + letters.slice(52);
const hex = "0123456789abcdef";
const digits = "0123456789";
const base64 = (text: string) => Buffer.from(text).toString("base64");

function one(
  kind: string,
  secret: string,
  line: (secret: string) => string = (text) => `found ${text} here`,
): Planted {
  return { kind, lines: [line(secret)], needles: [secret] };
}

function key(kind: string, label: string, prefix = "", count = 12): Planted {
  const body = [...Array.from({ length: count }, () => noise(64)), `${noise(21)}=`];
  const dashes = "-".repeat(5);
  const lines = [`${dashes}BEGIN ${label}${dashes}`, ...body, `${dashes}END ${label}${dashes}`];
  return { kind, lines: lines.map((line) => prefix + line), needles: body };
}

function keyOnOneLine(kind: string): Planted {
  const { lines, needles } = key(kind, "PRIVATE KEY");
  return { kind, lines: [`config: {"key": "${lines.join("\\n")}\\n"}`], needles };
}

/** What the bot itself was given. */
export const ownSecrets = {
  page: noise(43),
  slackBot: `${"xo"}xb-${noise(12, digits)}-${noise(13, digits)}-${noise(24)}`,
  slackApp: `${"xa"}pp-1-A${noise(10, upper)}-${noise(13, digits)}-${noise(64, hex)}`,
  signing: noise(32, hex),
  discord: `${"MT"}${noise(24)}.${noise(6)}.${noise(38)}`,
};

export function plantedSecrets(): readonly Planted[] {
  const { page, slackBot, slackApp, signing, discord } = ownSecrets;
  const password = () => `pw${noise(12)}`;
  return [
    one("the page's token", page, (text) => `GET /login?token=${text} 303`),
    one("the page's token alone", page, (text) => `token ${text}.`),
    one("the bot's token of Slack", slackBot),
    one("the app's token of Slack", slackApp),
    one("Slack's signing secret", signing, (text) => `the secret ${text} was refused`),
    one("Discord's token", discord, (text) => `login with "${text}"`),
    {
      kind: "the page's token in base64",
      lines: [`as ${base64(page)}`],
      needles: [base64(page).slice(0, 50)],
    },
    { kind: "its address form", lines: [`x=${encodeURIComponent(`${page}`)}&y`], needles: [page] },
    one("another bot's token of Slack", `${"xo"}xb-${noise(12, digits)}-${noise(12, digits)}-${noise(24)}`),
    one(
      "a user's token of Slack",
      `${"xo"}xp-${noise(12, digits)}-${noise(12, digits)}-${noise(12, digits)}-${noise(32, hex)}`,
    ),
    one(
      "a webhook of Slack",
      `T${noise(9, upper)}/B${noise(9, upper)}/${noise(24)}`,
      (text) => `POST https://hooks.slack.com/services/${text}`,
    ),
    one(
      "a webhook of Discord",
      noise(68),
      (text) => `POST https://discord.com/api/webhooks/${noise(18, digits)}/${text}`,
    ),
    one("another bot's token of Discord", `${"MT"}${noise(22)}.${noise(6)}.${noise(27)}`),
    one("GitHub, classic", `${"gh"}p_${noise(36)}`),
    one(
      "GitHub, of an app",
      `${"gh"}s_${noise(36)}`,
      (text) => `remote: https://x-access-token:${text}@github.com/a/b.git`,
    ),
    one("GitHub, fine-grained", `${"github"}_pat_${noise(82)}`),
    one("GitLab", `${"gl"}pat-${noise(20)}`),
    one("npm", `${"np"}m_${noise(36)}`),
    one("npm, in .npmrc", noise(36), (text) => `//npm.example/:_authToken=${text}`),
    one("AWS, key id", `${"AK"}IA${noise(16, upper)}`),
    one("AWS, secret key", noise(40), (text) => `aws_secret_access_key = ${text}`),
    one("Google", `${"AI"}za${noise(35)}`),
    one("Stripe", `${"sk"}_live_${noise(40)}`),
    one("SendGrid", `${"S"}G.${noise(22)}.${noise(43)}`),
    one("Shopify", `${"shp"}at_${noise(32, hex)}`),
    one("Anthropic", `${"sk"}-ant-api03-${noise(93)}AA`),
    one("OpenAI", `${"sk"}-${noise(20)}T3Blb${"kFJ"}${noise(20)}`),
    one("Hugging Face", `${"h"}f_${noise(34, letters.slice(0, 52))}`),
    one("Grafana", `${"gl"}sa_${noise(32)}_${noise(8, hex)}`),
    one("Vault", `${"hv"}s.${noise(95)}`),
    one("Docker", `${"dckr"}_pat_${noise(27)}`),
    one("Tailscale", `${"ts"}key-auth-${noise(16)}-${noise(32)}`),
    one("Databricks", `${"da"}pi${noise(32, hex)}`),
    one("Linear", `${"lin"}_api_${noise(40)}`),
    one("a JWT", `${"ey"}J${noise(33)}.${"ey"}J${noise(60)}.${noise(43)}`),
    one("age", `${"AGE-SECRET"}-KEY-1${noise(58, upper)}`),
    one("1Password, a reference", "op://Private/hetzner/password"),
    one("a bearer header", noise(40), (text) => `> Authorization: Bearer ${text}`),
    one("a bearer word", noise(40), (text) => `curl -H 'x: bearer ${text}'`),
    one("a basic header", base64(`alice:${password()}`), (text) => `> authorization: basic ${text}`),
    one("a basic word", base64(`alice:${password()}`), (text) => `auth="Basic ${text}"`),
    one("a cookie", noise(43), (text) => `< Set-Cookie: session=${text}; Path=/; HttpOnly`),
    one(
      "a password in an address",
      password(),
      (text) => `fatal: unable to access 'https://alice:${text}@git.example/fleet.git/'`,
    ),
    one(
      "a password of a database",
      password(),
      (text) => `postgresql://app:${text}@db.internal:5432/app?sslmode=require`,
    ),
    one("a password with odd characters", `p#${noise(8)}%40!`, (text) => `redis://:${text}@cache:6379/0`),
    one(
      "a token in an address",
      noise(40),
      (text) => `GET https://cache.example/nar/x.nar?access_token=${text}&y=1 403`,
    ),
    one("netrc, on one line", password(), (text) => `machine cache.example login alice password ${text}`),
    one("netrc, on several", password(), (text) => `  password ${text}`),
    one("nix's access tokens", noise(40), (text) => `access-tokens = github.com=${text}`),
    one("an environment", password(), (text) => `export DB_PASSWORD="${text}"`),
    one("YAML", password(), (text) => `  db_password: ${text}`),
    one("JSON", password(), (text) => `{"client_secret": "${text}", "n": 1}`),
    key("a private key", "RSA PRIVATE KEY"),
    key("a private key of OpenSSH behind a package's name", "OPENSSH PRIVATE KEY", "nginx-1.27.0> "),
    key("a private key of EC", "EC PRIVATE KEY", "", 3),
    keyOnOneLine("a private key in JSON"),
  ];
}

export function planted(kind: string): Planted {
  const found = plantedSecrets().find((one) => one.kind === kind);
  if (found === undefined) {
    throw new Error(`no secret of the kind ${kind}`);
  }
  return found;
}
