# This one is imported.
{ pkgs, roles, ... }:
{
  packages = [ pkgs.restic ;
  roles = [ (roles.backup { calendar = "*-*-* 04:45:00"; }) ];
}
