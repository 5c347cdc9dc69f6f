{ platform }:
{
  name,
  version,
  # How much content it holds, so that a closure diff has something to say.
  kib,
  # Programs of the machine's own that it offers: names under /usr/bin, or name = path.
  tools ? [ ],
  # All programs of that Debian package.
  toolsOf ? "",
  # Programs taken over as copies, which lose their setuid bit in the store, as on NixOS.
  copies ? [ ],
  # Programs of ours: name = file.
  scripts ? { },
  uses ? [ ],
  # Further commands of the build and of the installation.
  compile ? "",
  install ? "",
  seconds ? 0.5,
}:
let
  toolPaths =
    if builtins.isList tools then
      builtins.listToAttrs (map (tool: { name = tool; value = "/usr/bin/${tool}"; }) tools)
    else
      tools;
  pairs = attrs: builtins.concatStringsSep "\n" (map (key: "${key} ${attrs.${key}}") (builtins.attrNames attrs));
in
derivation {
  name = "${name}-${version}";
  pname = name;
  inherit version toolsOf compile install;
  system = platform;
  builder = "/bin/sh";
  args = [ "-eu" ./build-package.sh ];
  PATH = "/usr/bin:/bin";
  kib = toString kib;
  pause = toString (seconds / 5.0);
  tools = pairs toolPaths;
  scripts = pairs scripts;
  copies = toString copies;
  uses = map toString uses;
}
