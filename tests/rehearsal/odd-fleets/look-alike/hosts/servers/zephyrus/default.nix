{ pkgs, ... }:
{
  imports = [ ../../../modules/common ];
  packages = [ pkgs.git ];
}
