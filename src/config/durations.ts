import ms from "ms";
import { z } from "zod";

/** A duration in people's words (`90s`, `5m`, `2h`), read as milliseconds. */
export function duration(shortest: number, longest: number) {
  return z.string().transform((text, context) => {
    const value = /^\d+(\.\d+)?\s?[a-z]+$/i.test(text) ? ms(text as ms.StringValue) : undefined;
    if (value === undefined || value < shortest || value > longest) {
      context.addIssue({
        code: "custom",
        message: `${JSON.stringify(text)} is not a duration between ${ms(shortest)} and ${ms(longest)}, such as 90s, 5m or 2h`,
      });
      return z.NEVER;
    }
    return value;
  });
}
