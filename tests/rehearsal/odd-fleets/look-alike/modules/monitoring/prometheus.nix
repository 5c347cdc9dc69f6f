# No host imports this one, and a bracket is missing.
{ ... }:
{
  services.prometheus = {
    enable = true;
    rules = [ "up == 0";
  };
}
