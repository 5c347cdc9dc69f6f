{
  description = "Four machines, one flake";

  outputs =
    { self }:
    let
      pkgs = import ./packages;
      mkSystem = import ./system;
      revision = self.rev or self.dirtyRev or "unknown";
      # Each machine is a thunk of its own: one that does not evaluate leaves the others alone.
      mkHost = name: mkSystem { inherit name pkgs revision; host = import (./hosts + "/${name}.nix"); };
    in
    {
      nixosConfigurations = {
        yoga = mkHost "yoga";
        zephyrus = mkHost "zephyrus";
        hetzner-vps = mkHost "hetzner-vps";
        ovh-vps = mkHost "ovh-vps";
      };
    };
}
