/** Known Nix errors, and what to do about each. The first that matches is shown on the card. */
const hints: readonly (readonly [RegExp, string])[] = [
  [
    /attribute '.{1,300}?' missing/,
    "A name is misspelt or was removed from nixpkgs. Look at the file and line above.",
  ],
  [
    /undefined variable/,
    "A name is used that is not in scope there: check the spelling, `with` and the arguments.",
  ],
  [
    /infinite recursion encountered/,
    "An option depends on itself: look for `config` used where it is defined.",
  ],
  [
    /Failed assertions:|assertion .{1,500}? failed/,
    "The configuration refuses itself: its own message above says what to set.",
  ],
  [
    /The option [`'].{1,300}?' does not exist/,
    "This option is unknown in this nixpkgs: renamed, misspelt, or its module is not imported.",
  ],
  [
    /hash mismatch in fixed-output derivation/,
    "The source changed upstream: put the 'got:' hash into the flake after checking the source.",
  ],
  [
    /No space left on device/,
    "A disk is full: free space there (`nix-collect-garbage --delete-older-than 14d`), then try again.",
  ],
  [
    /dubious ownership/,
    "The repository belongs to another user: `git config --global --add safe.directory PATH` for the builder's user.",
  ],
  [
    /'\/nix\/store\/[^ ]{1,200}-source[^ ]{0,300}'?:? (does not exist|No such file or directory)|does not contain a '\/flake.nix' file|is not tracked by Git/,
    "A flake sees only files that git knows: `git add` the new file and commit it.",
  ],
  [
    /lacks a signature by a trusted key/,
    "The host does not trust paths from the builder: let the target user be root or a trusted-user.",
  ],
  [/connection refused|Connection refused/, "Nothing listens there: is the machine up, and sshd running?"],
  [
    /Host key verification failed/,
    "The host's key is not the one that the builder knows: compare it, then mend the builder's known_hosts.",
  ],
  [
    /All configured authentication methods failed/,
    "The bot's key is not accepted there: add its public half to that user's authorized_keys.",
  ],
  [
    /Permission denied \(/,
    "The key is not accepted: add the builder's public key to the target user's authorized_keys.",
  ],
  [/a password is required|sudo: /, "sudo asks for a password or refuses: see the sudo rules in the README."],
];

/** In characters. */
const longestLine = 2_000;

export function hintFor(lines: readonly string[]): string | null {
  // What is longer is no message of Nix's.
  const text = lines.map((line) => line.slice(0, longestLine)).join("\n");
  return hints.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}
