{ ... }:
{
  imports = [ ../../../modules/common ./backup.nix ];
}
