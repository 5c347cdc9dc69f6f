#!/bin/sh
# boot DIR LAYERS CGROUP CONTAINER HOSTNAME [INIT]: runs one machine until it is powered off. Started as the first process
# of its own mount and process namespace, so that killing it leaves no mount and no process behind.
set -eu
dir=$1 layers=$2 cgroup=$3 container=$4 hostname=$5
shift 5

# A cgroup of its own, or systemd in here would meet the units of the other machines.
for root in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  [ -e "$root/cgroup.procs" ] || continue
  mkdir -p "$root/$cgroup"
  echo 0 >"$root/$cgroup/cgroup.procs"
done

mkdir -p "$dir/root" "$dir/work" /run/systemd/nspawn
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$dir/upper,workdir=$dir/work" "$dir/root"
# nspawn keeps locks and mount points there, and refuses to remove them from a disk when a machine reboots.
mount -t tmpfs tmpfs /run/systemd/nspawn

# 133 is nspawn's way to say "rebooted".
status=133
while [ $status = 133 ]; do
  status=0
  systemd-nspawn --quiet --register=no --keep-unit --directory="$dir/root" --machine="$container" --hostname="$hostname" \
    --kill-signal=SIGRTMIN+3 --console=read-only --link-journal=no --resolv-conf=off --timezone=off "$@" || status=$?
done
exit $status
