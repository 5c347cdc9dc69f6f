# From a host file to its toplevel, with the attribute path every NixOS tool asks for.
{ name, pkgs, revision, host }:
let
  file = fileName: text: run fileName { inherit text; passAsFile = [ "text" ]; } "cp \"$textPath\" $out";
  run =
    drvName: env: script:
    derivation (
      {
        name = drvName;
        system = pkgs.platform;
        builder = "/bin/sh";
        args = [ "-euc" script ];
        PATH = "/usr/bin:/bin";
      }
      // env
    );

  roles = import ../roles { inherit pkgs file; };
  chosen = host { inherit pkgs roles; };
  allRoles = [ roles.base ] ++ chosen.roles;
  merged = {
    inherit name;
    inherit (pkgs) linux systemd;
    packages = chosen.packages ++ builtins.concatMap (role: role.packages or [ ]) allRoles;
    units = builtins.foldl' (all: role: all // role.units or { }) { } allRoles;
    activation = builtins.concatMap (role: role.activation or [ ]) allRoles;
    bootLoader = ./install-boot-loader.sh;
    # Runs before the switch program, with its action as $1.
    beforeSwitch = "";
    inhibitors = { dbus-implementation = "dbus"; };
  };
  machine = import ../overrides.nix { inherit pkgs; } merged;

  toplevel = import ./toplevel.nix {
    inherit pkgs run file revision machine;
    units = import ./units.nix { inherit run; inherit (machine) units; };
    path = import ./path.nix { inherit run pkgs revision; inherit (machine) packages; };
  };
in
{
  config = {
    networking.hostName = name;
    system.configurationRevision = revision;
    system.nixos.version = pkgs.versions.nixos;
    system.build.toplevel = toplevel;
  };
}
