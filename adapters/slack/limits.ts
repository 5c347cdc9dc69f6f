/**
 * Block Kit's limits, from docs.slack.dev/reference/block-kit. Lengths are in characters; here they are measured in
 * UTF-16 units after escaping, which is never less than what Slack counts.
 */
export const limits = {
  sectionText: 3_000,
  headerText: 150,
  actionElements: 25,
  buttonText: 75,
  buttonValue: 2_000,
  actionId: 255,
  confirmTitle: 100,
  confirmText: 300,
  confirmButton: 30,
  optionText: 75,
  selectOptions: 100,
  privateMetadata: 3_000,
  messageBlocks: 50,
  viewBlocks: 100,
} as const;

/**
 * A message fails with `msg_blocks_too_long` at about 13,000 characters (seen, not documented). Slack seems to
 * count the text alone; the whole JSON is never shorter.
 */
export const messageSize = 12_500;

/** chat.update takes 4,000 characters; a notification shows far fewer. */
export const fallbackText = 3_000;
