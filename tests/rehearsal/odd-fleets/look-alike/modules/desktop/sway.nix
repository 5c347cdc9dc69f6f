# Neither this one.
{ pkgs, ... }:
{
  packages = [ pkgs.firefox ];
