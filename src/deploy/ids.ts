import { randomBytes } from "node:crypto";

/** Short enough to type: `d-20261123-7f3a`. */
export type MakeId = (kind: "d" | "r", now: Date) => string;

export const randomId: MakeId = (kind, now) => {
  const day = now.toISOString().slice(0, 10).replaceAll("-", "");
  return `${kind}-${day}-${randomBytes(2).toString("hex")}`;
};
