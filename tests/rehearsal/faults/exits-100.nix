# It says that it cannot be switched to without a reboot.
{ pkgs }:
host:
host
// {
  beforeSwitch = ''
    [ "$1" != test ] || {
      echo "Warning: the new NixOS configuration has an ‘init’ that is" >&2
      echo "incompatible with the current configuration.  The new configuration" >&2
      echo "won't take effect until you reboot the system." >&2
      exit 100
    }
  '';
}
