#!@bash@/bin/sh
# check-switch-inhibitors TOPLEVEL ACTION: what cannot be replaced under a running system asks for boot and a reboot.
PATH=@out@/sw/bin
old=/run/current-system/switch-inhibitors
[ "$2" != boot ] && [ -e "$old" ] || exit 0
[ "$(cat "$old")" != "$(cat "$1/switch-inhibitors")" ] || exit 0
{
  echo "There are changes to critical components of the system:"
  echo "$(cat "$old") -> $(cat "$1/switch-inhibitors")"
  echo "Switching into this system is not recommended. Use 'boot' and reboot, or set NIXOS_NO_CHECK=1."
} >&2
exit 1
