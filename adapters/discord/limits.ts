/** Discord's limits, from discord.com/developers/docs (components, messages, application commands). */
export const limits = {
  /** All text of a message with components, in characters. */
  messageText: 4_000,
  /** Components of a message, nested ones included. */
  components: 40,
  buttonsInRow: 5,
  buttonLabel: 80,
  customId: 100,
  threadName: 100,
  modalTitle: 45,
  labelDescription: 100,
  commandDescription: 100,
  commandOptions: 25,
  choices: 25,
  choiceText: 100,
  /** Plain content of a message without components. */
  content: 2_000,
  nonce: 25,
} as const;

/** Edits of older messages are throttled (error 30046), so those are posted anew; an hour less some margin. */
export const editableFor = 55 * 60_000;
