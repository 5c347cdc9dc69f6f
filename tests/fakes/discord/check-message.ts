import { MessageFlags } from "discord.js";
import { type Fields, fieldsOf, isFields, lengthOf, listOf } from "../slack/json.ts";
import { ApiError } from "./api.ts";
import { checkComponents } from "./check-components.ts";
import { messageLimits as limits } from "./limits.ts";
import { Problems } from "./problems.ts";
import type { Body } from "./types.ts";

const isV2 = (flags: unknown) => (Number(flags) & MessageFlags.IsComponentsV2) !== 0;

/** Refuses what Discord would refuse of a message, besides what its description of the API says. */
export function checkMessage(request: Fields, after: Body, before: Body | undefined): void {
  const problems = new Problems();
  problems.length(request["content"], "content", limits.content);
  problems.length(request["nonce"], "nonce", limits.nonce);
  checkEmbeds(request["embeds"], problems);
  checkMentions(request["allowed_mentions"], problems);
  checkComponents(request["components"], isV2(after.flags), problems);
  if (isV2(after.flags)) {
    checkOldFields(request, after, problems);
  }
  problems.addIf(
    isV2(before?.flags) && typeof request["flags"] === "number" && !isV2(request["flags"]),
    "flags",
    "MESSAGE_COMPONENTS_V2_FLAG_REMOVED",
    "The flag IS_COMPONENTS_V2 can not be removed from a message",
  );
  problems.throwIfAny();
  const { content, embeds, components, attachments } = after;
  if (content === "" && embeds.length + components.length + attachments.length === 0) {
    throw new ApiError(400, 50006, "Cannot send an empty message");
  }
}

function checkOldFields(request: Fields, after: Body, problems: Problems): void {
  const used = {
    content: after.content !== "",
    embeds: after.embeds.length > 0,
    poll: isFields(request["poll"]),
    sticker_ids: listOf(request["sticker_ids"]).length > 0,
  };
  for (const [field, isUsed] of Object.entries(used)) {
    problems.addIf(
      isUsed,
      field,
      "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
      `The '${field}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
    );
  }
}

function checkEmbeds(embeds: unknown, problems: Problems): void {
  problems.length(embeds, "embeds", limits.embeds);
  let size = 0;

  /** Measures a text that counts for the size of all. */
  function measure(text: unknown, at: string, max: number, min = 0): void {
    problems.length(text, at, max, min);
    size += typeof text === "string" ? lengthOf(text) : 0;
  }

  for (const [index, embed] of listOf(embeds).map(fieldsOf).entries()) {
    const at = `embeds.${index}`;
    measure(embed["title"], `${at}.title`, limits.embedTitle);
    measure(embed["description"], `${at}.description`, limits.embedDescription);
    measure(fieldsOf(embed["footer"])["text"], `${at}.footer.text`, limits.embedFooter);
    measure(fieldsOf(embed["author"])["name"], `${at}.author.name`, limits.embedAuthor);
    problems.length(embed["fields"], `${at}.fields`, limits.embedFields);
    for (const [number, field] of listOf(embed["fields"]).map(fieldsOf).entries()) {
      measure(field["name"], `${at}.fields.${number}.name`, limits.embedFieldName, 1);
      measure(field["value"], `${at}.fields.${number}.value`, limits.embedFieldValue, 1);
    }
  }
  problems.addIf(
    size > limits.embedsInAll,
    "embeds",
    "MAX_EMBED_SIZE_EXCEEDED",
    `Embed size exceeds maximum size of ${limits.embedsInAll}`,
  );
}

/** @see https://docs.discord.com/developers/resources/message#allowed-mentions-object */
function checkMentions(allowed: unknown, problems: Problems): void {
  const parse = listOf(fieldsOf(allowed)["parse"]);
  for (const kind of ["users", "roles"]) {
    const listed = listOf(fieldsOf(allowed)[kind]);
    problems.length(listed, `allowed_mentions.${kind}`, limits.allowedMentions);
    problems.addIf(
      parse.includes(kind) && listed.length > 0,
      "allowed_mentions",
      "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
      `parse:["${kind}"] and ${kind}: [ids...] are mutually exclusive.`,
    );
  }
}
