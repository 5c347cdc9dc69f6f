# The switch program panics when the new system is half there: units stopped, /etc and /run/current-system replaced.
{ pkgs }:
host:
host
// {
  beforeSwitch = ''
    [ "$1" != test ] || {
      $SYSTEMD/bin/systemctl stop worker.service
      $OUT/activate $OUT
      echo "thread 'main' panicked at src/main.rs:1042:58:" >&2
      echo "called \`Result::unwrap()\` on an \`Err\` value: D-Bus error: Connection reset by peer" >&2
      exit 101
    }
  '';
}
