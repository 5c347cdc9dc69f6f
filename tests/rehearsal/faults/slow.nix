# A good system that takes its time in every phase, so that each can be met in the middle.
{ pkgs }:
let
  shipper = import ./packages/mk-package.nix { inherit (pkgs) platform; } {
    name = "log-shipper";
    version = "0.9.4";
    kib = 40000;
    seconds = 5;
  };
in
host:
host
// {
  packages = host.packages ++ [ shipper ];
  activation = host.activation ++ [ { name = "log-shipper"; text = "sleep 3"; } ];
  beforeSwitch = ''
    case $1 in dry-activate) sleep 2 ;; boot) sleep 3 ;; esac
  '';
}
