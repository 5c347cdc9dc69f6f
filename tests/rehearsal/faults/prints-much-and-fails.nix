# An activation whose output would fill /run, and that fails at its end.
{ pkgs }:
host:
host
// {
  beforeSwitch = ''
    [ "$1" != test ] || {
      yes "a line of a very talkative activation" | head -c 150000000
      head -c 150000000 /dev/zero | tr '\\0' x
      exit 1
    }
  '';
}
