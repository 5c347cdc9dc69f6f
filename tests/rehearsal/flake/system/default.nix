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
    # Systems of their own below this one: name to what is other there.
    specialisations = { };
    inhibitors = { dbus-implementation = "dbus"; };
  };
  main = import ../overrides.nix { inherit pkgs; } merged;

  build =
    machine:
    import ./toplevel.nix {
      inherit pkgs run file revision machine;
      specialisations = builtins.mapAttrs (_: change: build (machine // { specialisations = { }; } // change)) machine.specialisations;
      units = import ./units.nix { inherit run; inherit (machine) units; };
      path = import ./path.nix { inherit run pkgs revision; inherit (machine) packages; };
    };
  toplevel = build main;
in
{
  config = {
    networking.hostName = name;
    system.configurationRevision = revision;
    system.nixos.version = pkgs.versions.nixos;
    system.build.toplevel = toplevel;
  };
}
