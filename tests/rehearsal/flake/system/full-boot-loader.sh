#!/bin/sh
# What a boot loader's installer says on a /boot that is full.
echo "OSError: [Errno 28] No space left on device: '/boot/loader/entries/nixos-generation-2.conf'" >&2
exit 1
