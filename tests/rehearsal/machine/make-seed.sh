#!/bin/sh
# make-seed BASE SEED HOST...: builds the first commit's systems into SEED/common, and puts the flake's repository into
# SEED/builder. Both are overlay layers over BASE. Runs in its own mount namespace: its mounts vanish with it.
set -eu
base=$1 seed=$2
shift 2
root=$seed/root
mkdir -p "$root" "$seed/work-common" "$seed/work-builder"

enter() { # layers below, layer to write
  mount -t overlay overlay -o "lowerdir=$1,upperdir=$seed/$2,workdir=$seed/work-$2" "$root"
  mount -t proc proc "$root/proc"
  mount --rbind /dev "$root/dev"
  mount -t tmpfs tmpfs "$root/tmp"
}

inside() {
  env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" "$@"
}

import() { # the repository, from the history that was written down
  inside git init --quiet --bare --initial-branch=main "$1/fleet.git"
  inside git -C "$1/fleet.git" fast-import --quiet <"$seed/fleet.stream"
}

mv "$seed/common/srv/fleet.stream" "$seed/"
enter "$base" common
import /tmp
revision=$(inside git -C /tmp/fleet.git rev-list --max-parents=0 main)
echo "revision=$revision"

flake="git+file:///tmp/fleet.git?ref=main&rev=$revision"
for host in "$@"; do
  set -- "$@" "$flake#nixosConfigurations.$host.config.system.build.toplevel"
  shift
done
inside nix build --no-link --print-build-logs --max-jobs 16 "$@" 2>&1
for installable in "$@"; do
  host=${installable#*Configurations.}
  echo "${host%%.*}=$(inside nix path-info "$installable")"
done
rm -rf "$root/root/.cache"
inside nix-store --verify >/dev/null
# What Debian starts by itself a NixOS machine does not: its units come with its system.
rm -rf "$root"/etc/systemd/system/*.wants "$root/etc/systemd/system/sshd.service"
# "Updated" markers newer than /usr: no first-boot work.
touch "$root/etc/.updated" "$root/var/.updated"
umount --recursive "$root"

enter "$seed/common:$base" builder
import /srv
inside git clone --quiet /srv/fleet.git /srv/fleet
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -s /usr/lib/systemd/system/ssh.service "$root/etc/systemd/system/multi-user.target.wants/"
inside git config --system user.name rehearsal
inside git config --system user.email rehearsal@fleet.example
umount --recursive "$root"
rm -rf "$root" "$seed/work-common" "$seed/work-builder"
