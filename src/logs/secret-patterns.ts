import { mask } from "./mask.ts";

interface Pattern {
  /** Cheap: a text without it is not looked at any further. */
  readonly trigger: RegExp;
  readonly secret: RegExp;
  /** Puts the mask in; what is not given is masked whole. */
  readonly put?: (...groups: string[]) => string;
}

/** Every repetition has a bound, so that no text takes long. */
const patterns: readonly Pattern[] = [
  // A reference to a vault is no secret itself, but names one.
  { trigger: /op:\/\//, secret: /\bop:\/\/[^\s"'`,;)\]}]{1,300}/g },
  {
    trigger: /:\/\/[^\s/@]{0,512}@/,
    secret: /(:\/\/[^\s/@:"']{0,256}):([^\s/@"']{1,256})@/g,
    put: (_, user) => `${user}:${mask}@`,
  },
  // A token in the place of the user: git's way of reading private repositories.
  { trigger: /:\/\/[^\s/@:"']{20,256}@/, secret: /:\/\/[^\s/@:"']{20,256}@/g, put: () => `://${mask}@` },
  {
    trigger: /[?&][\w-]{2,30}=/,
    secret:
      /([?&](?:access_?token|auth|api_?key|token|secret|client_secret|password|passwd|pwd|sig|signature|x-amz-signature|x-amz-security-token|x-goog-signature)=)[^&\s"'<>#]{1,2048}/gi,
    put: (_, name) => `${name}${mask}`,
  },
  {
    trigger: /authorization/i,
    secret:
      /(authorization["']?\s{0,4}[:=]\s{0,4}["']?(?:(?:bearer|basic|token|bot|digest|negotiate)\s{1,4})?)[^\s"',;]{3,4096}/gi,
    put: (_, head) => `${head}${mask}`,
  },
  {
    trigger: /bearer/i,
    secret: /(\bbearer\s{1,4})(?=[^\s"',;]{0,200}\d)[\w.~+/=-]{16,4096}/gi,
    put: (_, head) => `${head}${mask}`,
  },
  {
    trigger: /basic/i,
    secret: /(\bbasic\s{1,4})([A-Za-z0-9+/]{8,2048}={0,2})/gi,
    put: (all, head, coded) =>
      /^[\x20-\x7e]*:[\x20-\x7e]*$/.test(Buffer.from(coded ?? "", "base64").toString("latin1"))
        ? `${head}${mask}`
        : (all ?? ""),
  },
  {
    trigger: /cookie/i,
    secret: /((?:set-)?cookie\s{0,4}:\s{0,4}).{1,4096}/gi,
    put: (_, head) => `${head}${mask}`,
  },
  {
    trigger: /_session=/,
    secret: /(\bswitchyard_session=)[^\s;"']{1,200}/g,
    put: (_, head) => `${head}${mask}`,
  },
  // netrc, on one line and on several.
  {
    trigger: /password/,
    secret: /((?:\b(?:login|machine)\b[^\n]{0,400}|^\s{0,40})\bpassword\s{1,8})\S{1,400}/gm,
    put: (_, head) => `${head}${mask}`,
  },
  {
    trigger: /access-tokens/,
    secret: /(access-tokens\s{0,4}=\s{0,4})[^\n]{1,4096}/g,
    put: (_, head) => `${head}${mask}`,
  },
  // NAME=value and "name": "value"; not a path, a $VARIABLE or a command in its place.
  {
    trigger: /pass|secr|token|key|cred/i,
    secret:
      /((?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|secret[_-]?key|private[_-]?key|access[_-]?key|credentials?)(?:[_-]?(?:id|value|key|base64))?["']?\s{0,4}(?:=|:(?!\/\/)\s{0,4}["'])\s{0,4}["']?)(?![/$<{(•])[^\s"',;&]{8,2048}/gi,
    put: (_, head) => `${head}${mask}`,
  },
  // name: value, where prose may stand as well: words have no digits, and no capitals within.
  {
    trigger: /pass|secr|token|key|cred/i,
    secret:
      /((?:pass(?:word|wd|phrase)|secret|token|api[_-]?key|secret[_-]?key|private[_-]?key|access[_-]?key|credentials?)(?:[_-]?(?:id|value|key|base64))?["']?\s{0,4}:(?!\/\/)\s{0,4})(?![/$<{(•])([^\s"',;&]{8,2048})/gi,
    put: (all, head, value) =>
      /\d|[a-z][A-Z]|[A-Z][a-z]*[A-Z]/.test(value ?? "") ? `${head}${mask}` : (all ?? ""),
  },
  { trigger: /A(?:KIA|SIA|BIA|CCA|3T)/, secret: /\b(?:AKIA|ASIA|ABIA|ACCA|A3T[A-Z0-9])[A-Z0-9]{16}\b/g },
  { trigger: /eyJ/, secret: /\beyJ[\w-]{8,4096}\.eyJ[\w-]{4,8192}\.[\w-]{8,2048}/g },
  { trigger: /AGE-SECRET-KEY/, secret: /AGE-SECRET-KEY-[A-Z0-9-]{20,200}/g },
  // A bot token of Discord: the id in base64, a time, and a signature.
  {
    trigger: /[MNO][A-Za-z\d_-]{23,27}\./,
    secret: /\b[MNO][A-Za-z\d_-]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])/g,
  },
  { trigger: /AIza/, secret: /\bAIza[\w-]{35}/g },
  {
    trigger: /hooks\.slack/,
    secret: /https:\/\/hooks\.slack\.com\/(?:services|workflows|triggers)\/[^\s"']{10,300}/g,
  },
  {
    trigger: /discord/,
    secret: /(discord(?:app)?\.com\/api\/(?:v\d+\/)?webhooks\/\d{15,20}\/)[\w-]{20,100}/g,
    put: (_, head) => `${head}${mask}`,
  },
];

/** Every line of every log goes past this. What has none of these has nothing for the patterns. */
const anyTrigger =
  /:\/\/|[?&][\w-]{2,24}=|[Aa][Uu][Tt][Hh]|[Bb][Ee][Aa][Rr]|[Bb][Aa][Ss][Ii]|[Cc][Oo][Oo][Kk]|[Pp][Aa][Ss][Ss]|[Ss][Ee][Cc][Rr]|[Tt][Oo][Kk][Ee]|_session=|[Kk][Ee][Yy]|[Cc][Rr][Ee][Dd]|A(?:KIA|SIA|BIA|CCA|3T)|eyJ|AGE-|AIza|[MNO][A-Za-z\d_-]{23,27}\./;

/** Masks what looks like a secret by where it stands: headers, addresses, netrc, NAME=value. */
export function maskPatterns(text: string): string {
  if (!anyTrigger.test(text)) {
    return text;
  }
  let masked = text;
  for (const { trigger, secret, put = () => mask } of patterns) {
    if (trigger.test(masked)) {
      masked = masked.replaceAll(secret, put);
    }
  }
  return masked;
}
