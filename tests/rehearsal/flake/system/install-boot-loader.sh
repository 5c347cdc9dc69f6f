#!/bin/sh
# install-boot-loader TOPLEVEL: makes it the default entry, and lists the profile's generations, as boot loaders do.
set -eu
default=$1
bin=$default/sw/bin
entries=/boot/loader/entries
"$bin/mkdir" -p "$entries"
"$bin/rm" -f "$entries"/nixos-generation-*.conf

entry() { # name, title, system
  printf 'title %s\nversion %s\nlinux %s\ninitrd %s\noptions init=%s/init\n' \
    "$2" "$("$bin/cat" "$3/nixos-version")" "$("$bin/readlink" -f "$3/kernel")" \
    "$("$bin/readlink" -f "$3/initrd")" "$3" >"$entries/$1.tmp"
  "$bin/mv" "$entries/$1.tmp" "$entries/$1.conf"
}

for link in /nix/var/nix/profiles/system-*-link; do
  [ -e "$link" ] || continue
  number=${link#*system-}
  number=${number%-link}
  entry "nixos-generation-$number" "NixOS (generation $number)" "$("$bin/readlink" -f "$link")"
done
entry nixos-default "NixOS (default)" "$default"
printf 'default nixos-default.conf\ntimeout 5\n' >/boot/loader/loader.conf
