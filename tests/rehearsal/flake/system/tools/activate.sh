#!@bash@/bin/bash
# activate TOPLEVEL: brings /etc and /run in line with this system. A failing snippet does not stop the rest, and one
# that exits ends the script, as on NixOS.
PATH=@out@/sw/bin
export PATH
_status=0
trap '_status=1 _localstatus=$?' ERR

link_units() { # from, to: links into the store that the new system has not are removed
  mkdir -p "$2"
  for link in "$2"/*; do
    [ -L "$link" ] || continue
    case $(readlink "$link") in /nix/store/*) [ -e "$1/${link##*/}" ] || rm "$link" ;; esac
  done
  for unit in "$1"/*; do
    if [ -d "$unit" ]; then
      link_units "$unit" "$2/${unit##*/}"
    elif ! [ "$unit" -ef "$2/${unit##*/}" ]; then
      ln -sfn "$(readlink -f "$unit")" "$2/${unit##*/}.new" && mv -T "$2/${unit##*/}.new" "$2/${unit##*/}"
    fi
  done
}

@snippets@


units=@out@/etc/systemd/system
for wants in /etc/systemd/system/*.wants; do
  [ ! -d "$wants" ] || [ -d "$units/${wants##*/}" ] || find "$wants" -lname '/nix/store/*' -delete
done
link_units "$units" /etc/systemd/system

# What runs and what was booted must outlive a garbage collection, whatever the profile says.
mkdir -p /nix/var/nix/gcroots
ln -sfn /run/current-system /nix/var/nix/gcroots/current-system
ln -sfn /run/booted-system /nix/var/nix/gcroots/booted-system

mkdir -p /run/wrappers/bin
ln -sfn /usr/bin/sudo /run/wrappers/bin/sudo

ln -sfn "$(readlink -f "$1")" /run/current-system
exit $_status
