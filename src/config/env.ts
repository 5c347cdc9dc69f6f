import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { z } from "zod";
import { type BuilderAddress, builder, listen, trustedProxies } from "./addresses.ts";
import { duration } from "./durations.ts";
import { byteSize } from "./sizes.ts";

const snowflake = z.string().regex(/^\d{15,20}$/, "is not one of Discord's ids, such as 175928847299117063");

const envSchema = z.object({
  SWITCHYARD_FLAKE: z
    .string({ error: "is missing: the path of the fleet's git repository on the builder" })
    .regex(/^\/[^\0\n]*$/, "is not an absolute path on the builder"),
  SWITCHYARD_BUILDER: builder.prefault("local"),
  SWITCHYARD_SSH_KEY: z.string().optional(),
  SWITCHYARD_KNOWN_HOSTS: z.string().optional(),
  SWITCHYARD_DATA_DIR: z.string().default("data"),
  SWITCHYARD_FLEET_FILE: z.string().default("fleet.yaml"),
  SWITCHYARD_STORE: z.enum(["lowdb"]).default("lowdb"),
  SWITCHYARD_LISTEN: listen.prefault("127.0.0.1:4040"),
  SWITCHYARD_ALLOWED_HOSTS: z
    .string()
    .regex(
      /^[A-Za-z0-9.-]+( *, *[A-Za-z0-9.-]+)*$/,
      "is not a list of host names, such as switchyard.example, deploy.example",
    )
    .transform((text) => text.split(",").map((name) => name.trim()))
    .optional(),
  SWITCHYARD_TRUSTED_PROXIES: trustedProxies.optional(),
  SWITCHYARD_TOKEN: z.string().min(16, "is shorter than 16 characters").optional(),
  SWITCHYARD_LOG_LEVEL: z
    .enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"])
    .default("info"),
  SWITCHYARD_KEEP_LOGS: duration(24 * 60 * 60 * 1000, 100 * 365.25 * 24 * 60 * 60 * 1000).prefault("90d"),
  SWITCHYARD_LOGS_SIZE: byteSize(10e6).prefault("2GB"),
  SLACK_BOT_TOKEN: z
    .string()
    .startsWith("xoxb-", "does not begin with xoxb-: it is the bot token of the app")
    .optional(),
  SLACK_APP_TOKEN: z
    .string()
    .startsWith("xapp-", "does not begin with xapp-: it is the app-level token")
    .optional(),
  SLACK_SIGNING_SECRET: z.string().min(8).optional(),
  SLACK_CHANNEL: z.string().optional(),
  SLACK_COMMAND_PREFIX: z
    .string()
    .regex(/^[a-z0-9_-]{1,16}$/, "is not a prefix of small letters, digits and dashes")
    .optional(),
  SLACK_API_URL: z.url().optional(),
  SLACK_LISTEN: listen.prefault("127.0.0.1:4041"),
  DISCORD_TOKEN: z
    .string()
    .regex(/^[\w.-]{10,}$/, "is no bot token: copy it from the application's page Bot, without the word Bot")
    .optional(),
  DISCORD_APPLICATION_ID: snowflake.optional(),
  DISCORD_GUILD_ID: snowflake.optional(),
  DISCORD_CHANNEL_ID: snowflake.optional(),
  DISCORD_API_URL: z.url().optional(),
});

export interface SlackSettings {
  readonly botToken: string;
  /** For Socket Mode; without it Slack calls over HTTP, and the signing secret is needed. */
  readonly appToken: string | null;
  readonly signingSecret: string | null;
  readonly listen: { readonly host: string; readonly port: number };
  readonly channel: string;
  readonly commandPrefix: string;
  readonly apiUrl: string | null;
}

export interface DiscordSettings {
  readonly token: string;
  readonly applicationId: string;
  readonly guildId: string;
  readonly channelId: string;
  /** Another base of the REST API, which also says where the gateway is. */
  readonly apiUrl: string | null;
}

export interface Settings {
  readonly flake: string;
  readonly builder: BuilderAddress;
  /** The bot's own; there whenever the builder is reached over SSH. */
  readonly sshKey: string | null;
  readonly knownHosts: string | null;
  readonly dataDir: string;
  readonly fleetFile: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Names by which a proxy in front lets people reach the page. */
  readonly allowedHosts: readonly string[];
  /** Addresses and networks of proxies whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  readonly token: string | null;
  readonly logLevel: string;
  /** Milliseconds, and bytes of all logs together. */
  readonly keepLogs: { readonly age: number; readonly size: number };
  /** Null while no Slack variable is set. */
  readonly slack: SlackSettings | null;
  /** Null while no Discord variable is set. */
  readonly discord: DiscordSettings | null;
}

/** Secrets may also come from a file named by `…_FILE`: sops, agenix and systemd credentials give files. */
const secretNames = [
  "SWITCHYARD_TOKEN",
  "SLACK_BOT_TOKEN",
  "SLACK_APP_TOKEN",
  "SLACK_SIGNING_SECRET",
  "DISCORD_TOKEN",
] as const;

/** Every variable that means something to the bot. */
export const settingNames: readonly string[] = [
  ...Object.keys(envSchema.shape),
  ...secretNames.map((name) => `${name}_FILE`),
];

/** Every mistake in the configuration at once, each with the name of what is wrong. */
export class ConfigError extends Error {
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(
      `the configuration has ${mistakes.length === 1 ? "a mistake" : `${mistakes.length} mistakes`}:\n${mistakes.map((mistake) => `  ${mistake}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.mistakes = mistakes;
  }
}

/** Reads the environment; `directory` is what relative paths are relative to. */
export function readEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  directory: string,
): Settings {
  const mistakes: string[] = [];
  // An empty variable, as an env file has them, means: not set.
  const values = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  for (const name of secretNames) {
    const file = values[`${name}_FILE`];
    if (file !== undefined && values[name] !== undefined) {
      mistakes.push(`${name}: both it and ${name}_FILE are set; keep one`);
    } else if (file !== undefined) {
      try {
        values[name] = readFileSync(resolve(directory, file), "utf8").trim();
      } catch (error) {
        mistakes.push(
          `${name}_FILE: reading ${file}: ${error instanceof Error ? error.message : String(error)}`,
        );
      }
    }
  }
  mistakes.push(...missingTogether(values));
  const result = envSchema.safeParse(values);
  if (!result.success) {
    mistakes.push(...result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`));
  }
  if (!result.success || mistakes.length > 0) {
    throw new ConfigError(mistakes);
  }
  const data = result.data;
  return {
    flake: data.SWITCHYARD_FLAKE.replace(/(?<=.)\/+$/, ""),
    builder: data.SWITCHYARD_BUILDER,
    sshKey: pathIn(directory, data.SWITCHYARD_SSH_KEY),
    knownHosts: pathIn(directory, data.SWITCHYARD_KNOWN_HOSTS),
    dataDir: resolve(directory, data.SWITCHYARD_DATA_DIR),
    fleetFile: resolve(directory, data.SWITCHYARD_FLEET_FILE),
    listen: data.SWITCHYARD_LISTEN,
    allowedHosts: data.SWITCHYARD_ALLOWED_HOSTS ?? [],
    trustedProxies: data.SWITCHYARD_TRUSTED_PROXIES ?? [],
    token: data.SWITCHYARD_TOKEN ?? null,
    logLevel: data.SWITCHYARD_LOG_LEVEL,
    keepLogs: { age: data.SWITCHYARD_KEEP_LOGS, size: data.SWITCHYARD_LOGS_SIZE },
    slack: readSlack(data),
    discord: readDiscord(data),
  };
}

function pathIn(directory: string, path: string | undefined): string | null {
  return path === undefined ? null : resolve(directory, path);
}

/** What a command that only looks at the data directory needs of the environment. */
export function readDataDir(env: Readonly<Record<string, string | undefined>>, directory: string): string {
  return resolve(directory, env["SWITCHYARD_DATA_DIR"] || "data");
}

/** What the command for tokens needs of the environment. */
export interface WebPlace {
  readonly dataDir: string;
  /** Where people reach the page. */
  readonly url: string;
}

export function readWebPlace(env: Readonly<Record<string, string | undefined>>, directory: string): WebPlace {
  const values = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const wanted = {
    SWITCHYARD_DATA_DIR: true,
    SWITCHYARD_LISTEN: true,
    SWITCHYARD_ALLOWED_HOSTS: true,
  } as const;
  const result = envSchema.pick(wanted).safeParse(values);
  if (!result.success) {
    throw new ConfigError(result.error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`));
  }
  const { SWITCHYARD_DATA_DIR, SWITCHYARD_LISTEN, SWITCHYARD_ALLOWED_HOSTS } = result.data;
  const { host, port } = SWITCHYARD_LISTEN;
  const [name] = SWITCHYARD_ALLOWED_HOSTS ?? [];
  const own = host === "0.0.0.0" || host === "::" ? "localhost" : host.includes(":") ? `[${host}]` : host;
  return {
    dataDir: resolve(directory, SWITCHYARD_DATA_DIR),
    // A name of its own means a proxy in front, which ends TLS.
    url: name === undefined ? `http://${own}:${port}` : `https://${name}`,
  };
}

/** Variables that are needed because others are set; looked for in what was typed, so that nothing hides them. */
function missingTogether(values: Readonly<Record<string, string | undefined>>): string[] {
  const has = (name: string) => values[name] !== undefined;
  const isSlack = has("SLACK_BOT_TOKEN") || has("SLACK_APP_TOKEN") || has("SLACK_SIGNING_SECRET");
  const isDiscord = [
    "DISCORD_TOKEN",
    "DISCORD_APPLICATION_ID",
    "DISCORD_GUILD_ID",
    "DISCORD_CHANNEL_ID",
  ].some(has);
  const rules: readonly (readonly [name: string, isNeeded: boolean, why: string])[] = [
    ...["SWITCHYARD_SSH_KEY", "SWITCHYARD_KNOWN_HOSTS"].map(
      (name) =>
        [
          name,
          values["SWITCHYARD_BUILDER"]?.startsWith("ssh:") === true,
          "a builder over SSH needs a key, and a known_hosts file with the builder's host key",
        ] as const,
    ),
    ["SLACK_BOT_TOKEN", isSlack, "the app's OAuth page shows it (xoxb-…)"],
    [
      "SLACK_APP_TOKEN",
      isSlack && !has("SLACK_SIGNING_SECRET"),
      "for Socket Mode give the app-level token (xapp-…), for HTTP give SLACK_SIGNING_SECRET instead",
    ],
    ["SLACK_CHANNEL", isSlack, "the channel for the threads, as its id (C…) or #name"],
    ["DISCORD_TOKEN", isDiscord, "the application's page Bot shows it"],
    ["DISCORD_APPLICATION_ID", isDiscord, "the application's page General Information shows it"],
    ["DISCORD_GUILD_ID", isDiscord, "the server: Copy Server ID, in developer mode"],
    ["DISCORD_CHANNEL_ID", isDiscord, "the channel for the threads: Copy Channel ID, in developer mode"],
  ];
  return rules.flatMap(([name, isNeeded, why]) =>
    isNeeded && !has(name) ? [`${name} is missing: ${why}`] : [],
  );
}

function readSlack(data: z.infer<typeof envSchema>): SlackSettings | null {
  return data.SLACK_BOT_TOKEN === undefined
    ? null
    : {
        botToken: data.SLACK_BOT_TOKEN,
        appToken: data.SLACK_APP_TOKEN ?? null,
        signingSecret: data.SLACK_SIGNING_SECRET ?? null,
        listen: data.SLACK_LISTEN,
        channel: data.SLACK_CHANNEL ?? "",
        commandPrefix: data.SLACK_COMMAND_PREFIX ?? "",
        apiUrl: data.SLACK_API_URL ?? null,
      };
}

function readDiscord(data: z.infer<typeof envSchema>): DiscordSettings | null {
  return data.DISCORD_TOKEN === undefined
    ? null
    : {
        token: data.DISCORD_TOKEN,
        applicationId: data.DISCORD_APPLICATION_ID ?? "",
        guildId: data.DISCORD_GUILD_ID ?? "",
        channelId: data.DISCORD_CHANNEL_ID ?? "",
        apiUrl: data.DISCORD_API_URL ?? null,
      };
}
