# reset TOPLEVEL, read from standard input by a shell in the machine: back to the initial system, with nothing left of
# what a test did. Exit 0 only when all is as after the first boot; otherwise the machine gets a fresh start.
set -u
initial=$1
PATH=$initial/sw/bin
export PATH NIXOS_NO_CHECK=1 NIXOS_NO_SYNC=1

# Disks that were filled up are covered by small ones.
for full in /nix/store /boot /run/rehearsal/store; do
  while grep -q " $full " /proc/self/mounts; do /usr/bin/umount -l "$full" || exit 1; done
done

# Supervisors first, without a chance to roll back in the middle of this; and all other units that no system brought.
rm -rf /run/switchyard
foreign="/run/systemd/transient /run/systemd/system /run/systemd/system.control /etc/systemd/system"
# shellcheck disable=SC2044,SC2086 # no blanks in these names
for unit in $(find $foreign -maxdepth 1 -type f -name '*.*' -printf '%f\n' 2>/dev/null); do
  systemctl kill --kill-whom=all --signal=KILL "$unit"
  systemctl stop --no-block "$unit"
  systemctl kill --kill-whom=all --signal=KILL "$unit"
done 2>/dev/null

# Sessions and what they left running live in sshd's group, since it has KillMode=process.
systemctl kill --kill-whom=all --signal=KILL sshd.service 2>/dev/null
systemctl stop sshd.service
# shellcheck disable=SC2044 # these paths hold no blanks
for link in $(find /proc/[0-9]*/fd -lname '/run/nixos/*' 2>/dev/null); do
  process=${link#/proc/}
  kill -KILL "${process%%/*}"
done
rm -rf /run/nixos

find /etc/systemd/system /run/systemd/system /run/systemd/system.control -type f -delete 2>/dev/null
find /etc/systemd/system -name '*.d' -type d -empty -delete 2>/dev/null

find /nix/var/nix/profiles -name 'system-*-link' ! -name system-1-link -delete
ln -sfn system-1-link /nix/var/nix/profiles/system
find /nix/var/nix/gcroots -mindepth 1 -maxdepth 1 ! -name auto ! -name profiles ! -name per-user \
  ! -name current-system ! -name booted-system -exec rm -rf {} +

systemctl reset-failed
timeout 10 "$initial/bin/switch-to-configuration" switch >/run/reset.log 2>&1 || exit 1
wanted=$(cd "$initial/etc/systemd/system" && find . -path '*.wants/*' -printf '%f\n')
# shellcheck disable=SC2086 # a list of units
systemctl start multi-user.target $wanted || exit 1

[ "$(readlink /run/current-system)" = "$initial" ] || exit 1
[ "$(readlink /run/booted-system)" = "$initial" ] || exit 1
[ "$(systemctl is-system-running)" = running ] || exit 1
[ -z "$(find /run/systemd/transient -name '*.service' 2>/dev/null)" ] || exit 1
for unit in $wanted; do
  systemctl is-active --quiet "$unit" || exit 1
done
curl --fail --silent --max-time 2 --output /dev/null "http://$(hostname):8480/healthz" || exit 1

# What was copied here is copied again by the next deployment.
nix-store --gc >/dev/null 2>&1 || exit 1
rm -f /run/reset.log
