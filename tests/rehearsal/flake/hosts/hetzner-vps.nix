{ pkgs, roles }:
{
  packages = [ pkgs.restic ];
  roles = [
    (roles.web { greeting = "hetzner-vps, the public site"; })
    (roles.worker { queue = "mail"; })
    roles.database
    (roles.backup { calendar = "*-*-* 03:15:00"; })
  ];
}
