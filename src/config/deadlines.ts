const seconds = 1000;
const minutes = 60 * seconds;

/**
 * Every wait for something outside, in milliseconds. What a fleet may want to change is in fleet.yaml
 * (approveWithin, settle, activateWithin, ackWithin, commitWithin, rollbackWithin); the rest is here.
 */
export const deadlines = {
  /** Reaching a machine and logging in. */
  connect: 15 * seconds,
  /** So long a connection takes new commands, however often it is used: what it stands on may be gone. */
  connectionLife: 30 * seconds,
  /** A short question to the builder: git, reading a file. */
  builderCommand: 60 * seconds,
  gitFetch: 2 * minutes,
  /** The same at the click, for which somebody waits. */
  trustFetch: 30 * seconds,
  /** Between two readings of a flake whose hosts could not be read, where nobody asked for one. */
  flakeLook: 60 * seconds,
  /** Evaluating a batch of hosts. */
  evaluate: 20 * minutes,
  /** `nix flake check`, which builds the flake's checks. */
  flakeCheck: 60 * minutes,
  build: 4 * 60 * minutes,
  copy: 60 * minutes,
  /** A short question to a host. */
  hostCommand: 40 * seconds,
  /** A look for /status, for which people wait. */
  hostLook: 20 * seconds,
  dryActivate: 5 * minutes,
  diffClosures: 2 * minutes,
  /** Adding up what a garbage collection would free; without an answer the card does without. */
  deadPaths: 2 * minutes,
  collectGarbage: 2 * 60 * minutes,
  /** Reading every file of a store. */
  verifyStore: 4 * 60 * minutes,
  /** Writing the boot entries, and how long NixOS's lock is waited for first. */
  bootEntries: 5 * minutes,
  nixosLock: 60 * seconds,
  /** Between two looks at a host that reboots. */
  rebootPoll: 3 * seconds,
  /** One try of a health check. */
  healthCheck: 10 * seconds,
  /** Between two looks at the supervisor. */
  supervisorPoll: 700,
  /** Reading what a host runs after its supervisor has said how it ended. */
  factsAfterSwitch: 2 * minutes,
  /** Between two looks at a host that is watched after its switch; shorter where it is watched for a short while. */
  monitorPoll: 30 * seconds,
  /** How long chat waits at start for hosts that switch to be looked at. */
  firstLook: 12 * seconds,
  /** Reaching the machines on which a stopped deployment runs something. */
  endProcesses: 20 * seconds,
  /** Output waits so long for a disk that takes nothing; then lines are left out, and the log says how many. */
  slowDisk: 30 * seconds,
  /** Keeping a delivery before it is acknowledged. Slack and Discord want their answer within 3 s; then memory has to do. */
  deliveryWrite: 1 * seconds,
  /** What a change of fleet.yaml waits for the flake's hosts; then it is in force, and compared later. */
  fleetHosts: 20 * seconds,
  /** A bot that ends gives its data directory back within this time. */
  dataDirectory: 3 * seconds,
  /** How long a command waits for another one that changes the tokens of the page. */
  tokenLock: 5 * seconds,
  /** Draining at the end of the process. */
  drain: 30 * seconds,
} as const;
