import type { HealthSnapshot } from "../deploy/health-snapshot.ts";

const restartScheduled = "5eb03494b6584870a536b337290809b3";
const mainProcessExited = "98e322203f7a4ed290d09fe03c09fe15";
const longestName = 256;
const mostUsers = 10;
const mostUnits = 20;

type Since = Pick<HealthSnapshot, "cursor" | "restarts" | "users" | "unasked">;

/** Reads what stands behind a snapshot's units: the journal's end, systemd's own messages since the baseline, failed units of users. */
export function readSince(lines: readonly string[]): Since {
  const restarts = new Map<string, { count: number; exit: string }>();
  const users = new Map<string, string[]>();
  const unasked = new Map<string, string>();
  let cursor = "";
  for (const [index, line] of lines.entries()) {
    const [, user = "", failed = ""] = /^user ([^\s]{1,64}) ([\w.@\\:-]{1,256})$/.exec(line) ?? [];
    if (user !== "") {
      const units = users.get(user) ?? [];
      if (units.length < mostUnits && (users.has(user) || users.size < mostUsers)) {
        users.set(user, [...units, failed]);
      }
      continue;
    }
    const [, silent = "", exit = ""] = /^user ([^\s]{1,64}) unasked=(\d{1,3})$/.exec(line) ?? [];
    if (silent !== "") {
      if (unasked.size < mostUsers) {
        unasked.set(silent, whyUnasked(exit));
      }
      continue;
    }
    const entry = entryIn(line);
    if (index === 0) {
      cursor = /^[\w=;]{1,300}$/.test(entry["__CURSOR"] ?? "") ? (entry["__CURSOR"] ?? "") : "";
      continue;
    }
    const unit = entry["UNIT"] ?? "";
    if (unit === "" || unit.length > longestName) {
      continue;
    }
    const known = restarts.get(unit) ?? { count: 0, exit: "" };
    if (entry["MESSAGE_ID"] === restartScheduled) {
      restarts.set(unit, { ...known, count: known.count + 1 });
    } else if (entry["MESSAGE_ID"] === mainProcessExited) {
      restarts.set(unit, { ...known, exit: exitWords(entry) });
    }
  }
  return {
    ...(cursor === "" ? {} : { cursor }),
    ...(restarts.size === 0 ? {} : { restarts: Object.fromEntries(restarts) }),
    ...(users.size === 0 ? {} : { users: Object.fromEntries(users) }),
    ...(unasked.size === 0 ? {} : { unasked: Object.fromEntries(unasked) }),
  };
}

/** The exit code is that of `timeout`: 127 where there is no program of that name, 124 after its time. */
function whyUnasked(exit: string): string {
  switch (exit) {
    case "127":
      return "the host has no setpriv (util-linux)";
    case "124":
      return "their systemd did not answer within 3 s";
    default:
      return `asking their systemd ended with ${exit}`;
  }
}

/** The fields of one line of `journalctl --output=json` that are text; none where it is no such line. */
function entryIn(line: string): Readonly<Record<string, string>> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).filter(([, field]) => typeof field === "string"))
      : {};
  } catch {
    return {};
  }
}

function exitWords(entry: Readonly<Record<string, string>>): string {
  const [code = "", status = ""] = [entry["EXIT_CODE"], entry["EXIT_STATUS"]].map((word) =>
    /^[\w-]{1,20}$/.test(word ?? "") ? word : "",
  );
  return code === "exited" ? `exited with ${status}` : `${code} ${status}`.trim();
}
