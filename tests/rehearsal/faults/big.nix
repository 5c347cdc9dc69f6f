# 200 MB more to copy.
{ pkgs }:
let
  languages = import ./packages/mk-package.nix { inherit (pkgs) platform; } {
    name = "firefox-languages";
    version = pkgs.versions.firefox;
    kib = 204800;
  };
in
host: host // { packages = host.packages ++ [ languages ]; }
