import { lengthOf } from "../slack/json.ts";
import { invalidBody, type Problem } from "./api.ts";

/** Collects what is wrong with a body, in Discord's words. */
export class Problems {
  readonly found: Problem[] = [];

  /** `at` are the keys from the outside in, joined by dots: "components.0.label". */
  add(at: string, code: string, message: string): void {
    this.found.push({ at: at.split("."), code, message });
  }

  addIf(isWrong: boolean, at: string, code: string, message: string): void {
    if (isWrong) {
      this.add(at, code, message);
    }
  }

  /** Texts and lists that are there must not be longer than this, nor shorter. */
  length(value: unknown, at: string, max: number, min = 0): void {
    const size =
      typeof value === "string" ? lengthOf(value) : Array.isArray(value) ? value.length : undefined;
    if (size !== undefined && (size > max || size < min)) {
      this.add(at, "BASE_TYPE_BAD_LENGTH", `Must be between ${min} and ${max} in length.`);
    }
  }

  /** The same for what has to be there. */
  required(value: unknown, at: string, max: number, min = 1): void {
    if (value === undefined || value === null) {
      this.add(at, "BASE_TYPE_REQUIRED", "This field is required");
    }
    this.length(value, at, max, min);
  }

  /** No two may be the same. */
  unique(values: readonly unknown[], at: string, code: string, message: string): void {
    const given = values.filter((it) => it !== undefined && it !== null);
    this.addIf(new Set(given).size < given.length, at, code, message);
  }

  /** Refuses the request when there is something. */
  throwIfAny(): void {
    if (this.found.length > 0) {
      throw invalidBody(this.found);
    }
  }
}
