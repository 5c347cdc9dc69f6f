{ pkgs, roles }:
{
  packages = [ pkgs.firefox pkgs.git ];
  roles = [
    (roles.web { greeting = "yoga, a laptop that serves notes"; })
    (roles.worker { queue = "thumbnails"; })
    roles.desktop
  ];
}
