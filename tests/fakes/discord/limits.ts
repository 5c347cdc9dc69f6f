/** docs.discord.com/developers/resources/message; content is 2,000 for bots, where the description of the API says 4,000. */
export const messageLimits = {
  content: 2000,
  nonce: 25,
  allowedMentions: 100,
  embeds: 10,
  embedsInAll: 6000,
  embedTitle: 256,
  embedDescription: 4096,
  embedFooter: 2048,
  embedAuthor: 256,
  embedFields: 25,
  embedFieldName: 256,
  embedFieldValue: 1024,
} as const;

/** docs.discord.com/developers/components/reference */
export const componentLimits = {
  customId: 100,
  rows: 5,
  /** Nested ones count too. */
  componentsInAll: 40,
  /** In all text displays together. */
  textInAll: 4000,
  buttonsInRow: 5,
  buttonLabel: 80,
  buttonUrl: 512,
  selectOptions: 25,
  optionLabel: 100,
  optionValue: 100,
  optionDescription: 100,
  selectPlaceholder: 150,
  sectionTexts: 3,
} as const;

/** docs.discord.com/developers/interactions/receiving-and-responding */
export const formLimits = {
  title: 45,
  components: 5,
  label: 45,
  labelDescription: 100,
  inputPlaceholder: 100,
  inputValue: 4000,
  choices: 25,
  choiceName: 100,
  choiceValue: 100,
} as const;

/** docs.discord.com/developers/interactions/application-commands */
export const commandLimits = {
  commands: 100,
  description: 100,
  options: 25,
  choices: 25,
  choiceName: 100,
  choiceValue: 100,
  /** Names, descriptions and values of a command and all that is in it. */
  inAll: 8000,
} as const;
