/** An error that is known by name, and what to do about it. */
export interface KnownError {
  readonly title: string;
  readonly pattern: RegExp;
  readonly advice: string;
}

/** The first that is found counts, so the causes come before what follows from them. */
export const knownErrors: readonly KnownError[] = [
  {
    title: "A disk is full",
    pattern: /No space left on device/,
    advice:
      "A disk is full: free space there (`nix-collect-garbage --delete-older-than 14d`), then try again.",
  },
  {
    // Before what its own journal may say, such as a connection that a database refused.
    title: "A service does not start",
    pattern:
      /^[\w@.\\:-]+\.(service|socket|mount) (failed|keeps restarting) \(|Job for \S+ failed because|the following units failed/m,
    advice: "The unit's own lines in the log say why: `journalctl -u UNIT` on the host has all of them.",
  },
  {
    title: "Syntax error",
    pattern: /syntax error, unexpected/,
    advice: "A bracket, quote or semicolon is missing, often on the line before the one that is shown.",
  },
  {
    title: "A name that is not known",
    pattern: /undefined variable/,
    advice:
      "A name is used that is not in scope there: check the spelling, `with` and the arguments. A package is `pkgs.NAME`.",
  },
  {
    title: "An attribute or package is missing",
    pattern: /attribute '.*' missing/,
    advice:
      "A name is misspelt or was removed from nixpkgs: search.nixos.org has the packages. Look at the file and line.",
  },
  {
    title: "The flake lacks an attribute",
    pattern: /does not provide attribute/,
    advice: "The flake has nothing of this name: is the host under nixosConfigurations, and spelt so?",
  },
  {
    title: "Infinite recursion",
    pattern: /infinite recursion encountered/,
    advice: "An option depends on itself: look for `config` used where it is defined.",
  },
  {
    title: "An assertion failed",
    pattern: /Failed assertions:|assertion .* failed|evaluating the condition of the assertion/,
    advice: "The configuration refuses itself: its own message says what to set.",
  },
  {
    title: "An option that is not known",
    pattern: /The option [`'].*' does not exist/,
    advice: "This option is unknown in this nixpkgs: renamed, misspelt, or its module is not imported.",
  },
  {
    title: "An argument that is not expected",
    pattern: /called with(out)? (unexpected|required) argument/,
    advice: "A function is given an argument that it does not take, or lacks one: check the spelling.",
  },
  {
    title: "A value of the wrong type",
    pattern: /cannot coerce .* to a string|expected an? .* but found|is not of type/,
    advice: "A value has another type than is needed there: toString makes text of a number.",
  },
  {
    title: "An impure path",
    pattern: /in pure evaluation mode/,
    advice: "A flake may use only what it names: take `<nixpkgs>` and other paths from its inputs.",
  },
  {
    title: "A hash does not match",
    pattern: /hash mismatch in fixed-output derivation/,
    advice: "The source changed upstream: put the 'got:' hash into the flake after checking the source.",
  },
  {
    title: "The repository belongs to another user",
    pattern: /dubious ownership|is not owned by current user/,
    advice:
      "The repository belongs to another user: `git config --global --add safe.directory PATH` for the builder's user.",
  },
  {
    title: "A file that git does not know",
    pattern:
      /'\/nix\/store\/[^ ]*-source[^ ]*'?:? (does not exist|No such file or directory)|does not contain a '\/flake.nix' file|is not tracked by Git/,
    advice: "A flake sees only files that git knows: `git add` the new file and commit it.",
  },
  {
    title: "Two packages bring the same file",
    pattern:
      /collision between|already provides the following file|have the same priority|conflicting subpath/,
    advice: "Two packages have a file of the same name: leave one out, or give one `lib.hiPrio`.",
  },
  {
    title: "A build took too long",
    pattern: /timed out after \d+ seconds/,
    advice:
      "The builder ends builds that take or are silent for so long: see timeout and max-silent-time in its nix.conf.",
  },
  {
    title: "A substituter does not answer",
    pattern: /unable to download '.*(nix-cache-info|narinfo)/,
    advice:
      "A binary cache cannot be reached from there: is that machine online, and the cache's address right?",
  },
  {
    title: "The host does not trust the builder's paths",
    pattern: /lacks a signature by a trusted key/,
    advice: "The host does not trust paths from the builder: let the target user be root or a trusted-user.",
  },
  {
    title: "Connection refused",
    pattern: /connection refused/i,
    advice: "Nothing listens there: is the machine up, and sshd running?",
  },
  {
    title: "The bot does not know the host's key",
    pattern: /checking the host key of|the host key SHA256:\S+ is not the one/,
    advice:
      "Compare the machine's fingerprint over a way you trust, then put its key into the bot's own known_hosts (SWITCHYARD_KNOWN_HOSTS).",
  },
  {
    title: "The host's key is not known",
    pattern: /Host key verification failed/,
    advice:
      "The host's key is not the one that the builder knows: compare it, then mend the builder's known_hosts.",
  },
  {
    title: "The key is not accepted",
    pattern: /All configured authentication methods failed/,
    advice: "The bot's key is not accepted there: add its public half to that user's authorized_keys.",
  },
  {
    title: "The key is not accepted",
    pattern: /Permission denied \(/,
    advice: "The key is not accepted: add the builder's public key to the target user's authorized_keys.",
  },
  {
    title: "sudo refuses",
    pattern: /a password is required|sudo: /,
    advice: "sudo asks for a password or refuses: see the sudo rules in the README.",
  },
  {
    title: "A build failed",
    pattern: /builder for '.*' failed|dependencies of derivation '.*' failed to build/,
    advice: "The lines of the build above the error say why; `nix log DRV` on the builder has all of them.",
  },
];
