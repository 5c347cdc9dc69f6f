/**
 * Block Kit's limits, by their path in spec/limits.json of nicklambourne/slackblocks (MIT, b8819907), which has
 * them from docs.slack.dev/reference/block-kit. A test compares them with that file where it is at hand.
 */
export const limits = {
  "text.max_length": 3000,
  "action_id.max_length": 255,
  "block_id.max_length": 255,
  "button.text.max_length": 75,
  "button.url.max_length": 3000,
  "button.value.max_length": 2000,
  "button.accessibility_label.max_length": 75,
  "confirmation.title.max_length": 100,
  "confirmation.text.max_length": 300,
  "confirmation.confirm.max_length": 30,
  "confirmation.deny.max_length": 30,
  "option.text.max_length": 75,
  "option.value.max_length": 150,
  "option.description.max_length": 75,
  "option.url.max_length": 3000,
  "option_group.label.max_length": 75,
  "option_group.options.max_items": 100,
  "select.placeholder.max_length": 150,
  "select.options.max_items": 100,
  "select.option_groups.max_items": 100,
  "overflow.options.max_items": 5,
  "checkboxes.options.max_items": 10,
  "radio_buttons.options.max_items": 10,
  "plain_text_input.max_length.max": 3000,
  "actions.elements.max_items": 25,
  "context.elements.max_items": 10,
  "header.text.max_length": 150,
  "image.image_url.max_length": 3000,
  "image.alt_text.max_length": 2000,
  "input.label.max_length": 2000,
  "input.hint.max_length": 2000,
  "markdown.text.max_length": 12000,
  "section.text.max_length": 3000,
  "section.fields.max_items": 10,
  "section.fields.item_max_length": 2000,
  "view.blocks.max_items": 100,
  "view.private_metadata.max_length": 3000,
  "view.callback_id.max_length": 255,
  "view.title.max_length": 24,
  "view.close.max_length": 24,
  "view.submit.max_length": 24,
} as const;

/** Those that the file does not have. */
export const messageLimits = {
  /** docs.slack.dev/reference/block-kit/blocks */
  blocks: 50,
  /** docs.slack.dev/reference/methods/chat.postMessage: more is cut or refused; this fake refuses. */
  text: 40_000,
  /** docs.slack.dev/reference/methods/chat.update, which is stricter than posting. */
  updatedText: 4000,
  /** Seen, not documented (slackapi/bolt-js#2509): between 13,172 and 13,297 characters of text in all blocks. */
  textOfAllBlocks: 13_000,
  /** docs.slack.dev/reference/block-kit/blocks/table-block */
  tableRows: 100,
  tableColumns: 20,
} as const;
