# Another switch holds NixOS's lock each time it is tried.
{ pkgs }:
host:
host
// {
  beforeSwitch = ''
    [ "$1" != test ] || {
      echo "Could not acquire lock" >&2
      exit 11
    }
  '';
}
