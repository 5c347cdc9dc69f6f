# Its checks before a switch refuse, though they let dry-activate pass.
{ pkgs }:
host:
host
// {
  beforeSwitch = ''
    [ "$1" != test ] || {
      echo "/etc/machine-id is not writable" >&2
      echo "Pre-switch checks failed" >&2
      exit 1
    }
  '';
}
