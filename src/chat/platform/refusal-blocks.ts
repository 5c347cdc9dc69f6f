import { type Block, code, text } from "../blocks.ts";
import { cut } from "./text.ts";

/** Lines to copy, such as those of fleet.yaml, stand alone. */
export function refusalBlocks({
  message,
  help,
}: {
  readonly message: string;
  readonly help: string | null;
}): Block[] {
  const [first = "", ...rest] = (help ?? "").split("\n");
  return [
    text(message, "bad"),
    ...(first === "" ? [] : [text(first)]),
    ...(rest.length === 0 ? [] : [code("", cut(rest.join("\n"), 4_000))]),
  ];
}
