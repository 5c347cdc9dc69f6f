import { checkElement, checkImage } from "./check-elements.ts";
import { checkUnique, Problems, textIn } from "./check-text.ts";
import { type Fields, fieldsOf, isFields, lengthOf, listOf, textOf } from "./json.ts";
import { limits, messageLimits } from "./limits.ts";

type Check = (block: Fields, at: string, problems: Problems) => void;

const isPlain = true;
const isOptional = true;

const checkSection: Check = (block, at, problems) => {
  const { text, fields, accessory } = block;
  if (text === undefined && fields === undefined) {
    problems.add("must define either `text` or `fields`", at);
  }
  problems.text(text, `${at}/text`, limits["section.text.max_length"], { isOptional });
  if (fields !== undefined) {
    const all = problems.items(fields, `${at}/fields`, limits["section.fields.max_items"]);
    for (const [index, field] of all.entries()) {
      problems.text(field, `${at}/fields/${index}`, limits["section.fields.item_max_length"]);
    }
  }
  if (accessory !== undefined) {
    checkElement(accessory, `${at}/accessory`, "accessory", problems);
  }
};

const checkActions: Check = (block, at, problems) => {
  const elements = problems.items(block["elements"], `${at}/elements`, limits["actions.elements.max_items"]);
  for (const [index, element] of elements.entries()) {
    checkElement(element, `${at}/elements/${index}`, "actions", problems);
  }
  checkUnique(elements, "action_id", `${at}/elements`, problems);
};

const checkContext: Check = (block, at, problems) => {
  const elements = problems.items(block["elements"], `${at}/elements`, limits["context.elements.max_items"]);
  for (const [index, element] of elements.entries()) {
    const here = `${at}/elements/${index}`;
    if (fieldsOf(element)["type"] === "image") {
      checkImage(fieldsOf(element), here, problems);
    } else {
      problems.text(element, here, limits["text.max_length"]);
    }
  }
};

const checkInputBlock: Check = (block, at, problems) => {
  problems.text(block["label"], `${at}/label`, limits["input.label.max_length"], { isPlain });
  problems.text(block["hint"], `${at}/hint`, limits["input.hint.max_length"], { isPlain, isOptional });
  checkElement(block["element"], `${at}/element`, "input", problems);
};

const taskStatuses = ["pending", "in_progress", "complete", "error"];

const checkTask: Check = (task, at, problems) => {
  for (const key of ["task_id", "title"]) {
    if (textOf(task[key]) === undefined) {
      problems.add(`missing required field: ${key}`, at);
    }
  }
  if (task["status"] !== undefined && !taskStatuses.includes(String(task["status"]))) {
    problems.add(`invalid status: ${String(task["status"])}`, `${at}/status`);
  }
};

const checkPlan: Check = (plan, at, problems) => {
  if (textOf(plan["title"]) === undefined) {
    problems.add("missing required field: title", at);
  }
  for (const [index, task] of listOf(plan["tasks"]).entries()) {
    checkTask(fieldsOf(task), `${at}/tasks/${index}`, problems);
  }
};

const checkTable: Check = (table, at, problems) => {
  const rows = problems.items(table["rows"], `${at}/rows`, messageLimits.tableRows);
  const columns = listOf(rows[0]).length;
  for (const [index, row] of rows.entries()) {
    const cells = problems.items(row, `${at}/rows/${index}`, messageLimits.tableColumns);
    if (cells.length !== columns) {
      problems.add("all rows must have the same number of columns", `${at}/rows/${index}`);
    }
  }
};

const always: Record<string, Check> = {
  section: checkSection,
  actions: checkActions,
  context: checkContext,
  input: checkInputBlock,
  image: checkImage,
  divider: () => {},
  header: (block, at, problems) =>
    problems.text(block["text"], `${at}/text`, limits["header.text.max_length"], { isPlain }),
  markdown: (block, at, problems) =>
    problems.length(block["text"] ?? "", `${at}/text`, limits["markdown.text.max_length"], 1),
  rich_text: (block, at, problems) => void problems.items(block["elements"], `${at}/elements`, 1000, 0),
  file: () => {},
  video: () => {},
  context_actions: () => {},
};

/** Blocks that came late: a workspace may not take them yet. */
const late: Record<string, Check> = { plan: checkPlan, task_card: checkTask, table: checkTable };

export type LateBlock = "plan" | "task_card" | "table";

/** What Slack would say about these blocks; nothing when they are fine. */
export function checkBlocks(
  blocks: unknown,
  takes: readonly LateBlock[],
  max: number = messageLimits.blocks,
): string[] {
  const problems = new Problems();
  const all = problems.items(blocks, "/blocks", max, 0);
  for (const [index, block] of all.entries()) {
    const at = `/blocks/${index}`;
    const type = String(fieldsOf(block)["type"]);
    const check = always[type] ?? (takes.includes(type as LateBlock) ? late[type] : undefined);
    if (!isFields(block) || check === undefined) {
      problems.add(`unsupported type: ${type}`, `${at}/type`);
    } else {
      check(block, at, problems);
      problems.length(block["block_id"], `${at}/block_id`, limits["block_id.max_length"]);
    }
  }
  checkUnique(all, "block_id", "/blocks", problems);
  if (all.filter((it) => fieldsOf(it)["type"] === "table").length > 1) {
    problems.add("only_one_table_allowed", "/blocks");
  }
  return problems.found;
}

export function areBlocksTooLong(blocks: unknown): boolean {
  return lengthOf(textIn(blocks).join("")) > messageLimits.textOfAllBlocks;
}

/** What Slack would say about a modal or a home tab. */
export function checkView(view: Fields, takes: readonly LateBlock[]): string[] {
  const problems = new Problems();
  const isModal = view["type"] === "modal";
  if (!isModal && view["type"] !== "home") {
    problems.add(`unsupported type: ${String(view["type"])}`, "/view/type");
  }
  const title = limits["view.title.max_length"];
  problems.text(view["title"], "/view/title", title, { isPlain, isOptional: !isModal });
  for (const key of ["submit", "close"] as const) {
    problems.text(view[key], `/view/${key}`, limits[`view.${key}.max_length`], { isPlain, isOptional });
  }
  problems.length(
    view["private_metadata"],
    "/view/private_metadata",
    limits["view.private_metadata.max_length"],
  );
  problems.length(view["callback_id"], "/view/callback_id", limits["view.callback_id.max_length"]);
  const hasInput = listOf(view["blocks"]).some((it) => fieldsOf(it)["type"] === "input");
  if (isModal && hasInput && view["submit"] === undefined) {
    problems.add("missing required field: submit", "/view");
  }
  const inBlocks = checkBlocks(view["blocks"], takes, limits["view.blocks.max_items"]);
  return [...problems.found, ...inBlocks.map((it) => it.replace("[json-pointer:", "[json-pointer:/view"))];
}
