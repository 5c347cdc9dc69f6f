import type { Fields } from "../slack/json.ts";

export function checkModal(_data: Fields): void {}
export function checkChoices(_choices: unknown): void {}
