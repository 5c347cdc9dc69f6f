{
  description = "Servers at home and away";

  inputs = {
    home-manager.url = "path:./stubs/home-manager";
    disko.url = "git+file:///srv/inputs/disko?ref=main";
    secrets = {
      url = "git+file:///srv/inputs/secrets?ref=main";
      flake = false;
    };
  };

  outputs =
    { self, ... }@inputs:
    let
      lib = import ./lib { inherit inputs; revision = self.rev or "unknown"; };
      server = name: { inherit name; value = lib.nixosSystem { inherit name; modules = [ (./hosts/servers + "/${name}") ]; }; };
    in
    {
      inherit lib;
      nixosConfigurations = builtins.listToAttrs (map server (builtins.attrNames (builtins.readDir ./hosts/servers)));
    };
}
