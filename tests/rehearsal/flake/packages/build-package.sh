# Builds one package of packages/default.nix. The log reads like a real one, since people will read it in chat.
say() {
  echo "$*"
  sleep "$pause"
}

say "unpacking source archive $pname-$version.tar.xz"
say "configuring: --prefix=$out"
mkdir -p "$out/bin" "$out/share/$pname"

say "building: make -j2 SHELL=/bin/sh"
echo "  CC      src/$pname.o"
eval "$compile"
echo "  LD      $pname"
yes "$pname $version, built for a rehearsal" | head -c "${kib}k" >"$out/share/$pname/content" || true
echo "$uses" >"$out/share/$pname/references"

say "running tests: all passed"
say "installing to $out"
echo "$tools" | while read -r name path; do
  [ -z "$name" ] || ln -s "$path" "$out/bin/$name"
done
echo "$scripts" | while read -r name path; do
  [ -z "$name" ] || { sed "s/@version@/$version/g" "$path" >"$out/bin/$name" && chmod 555 "$out/bin/$name"; }
done
for name in $copies; do
  cp "/usr/bin/$name" "$out/bin/$name" && chmod 555 "$out/bin/$name"
done
if [ -n "$toolsOf" ]; then
  dpkg-query --listfiles "$toolsOf" | sed -n '/bin\/./p' | while read -r program; do
    ln -s "$program" "$out/bin/${program##*/}"
  done
fi
eval "$install"
