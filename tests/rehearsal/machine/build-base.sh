#!/bin/sh
# Makes a Debian tree with systemd, sshd, git and Nix. Runs in its own mount namespace: its mounts vanish with it.
set -eu
target=$1 suite=$2 packages=$3 mirror=$4
export DEBIAN_FRONTEND=noninteractive

debootstrap --variant=minbase --include="$packages" "$suite" "$target" "$mirror"

# nix-bin's post-install needs /proc, which debootstrap does not keep.
mount -t proc proc "$target/proc"
chroot "$target" apt-get install -y --no-install-recommends nix-bin
chroot "$target" apt-get clean
umount "$target/proc"
rm -rf "$target"/var/lib/apt/lists/* "$target"/etc/ssh/ssh_host_*
: >"$target/etc/machine-id"
