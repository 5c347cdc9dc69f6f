{ pkgs, roles, ... }:
{
  imports = [ ../../../modules/common ];
  packages = [ pkgs.restic ];
  roles = [ roles.database ];
}
