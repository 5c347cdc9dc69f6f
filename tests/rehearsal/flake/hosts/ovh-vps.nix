{ pkgs, roles }:
{
  packages = [ pkgs.restic ];
  roles = [
    (roles.web { greeting = "ovh-vps, the status page"; })
    (roles.worker { queue = "probes"; })
    (roles.backup { calendar = "*-*-* 04:45:00"; })
  ];
}
