{ roles, inputs, name, ... }:
{
  imports = [ inputs.home-manager.nixosModules.default inputs.disko.nixosModules.default ];
  roles = [
    (roles.web { greeting = "${name}, ${builtins.readFile "${inputs.secrets}/greeting"}"; })
    (roles.worker { queue = "mail"; })
  ];
}
