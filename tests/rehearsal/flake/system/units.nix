# One derivation a unit, as NixOS has it, and one that links them all.
{ run, units }:
let
  names = builtins.attrNames units;
  line = key: value: "${key}=${toString value}\n";
  keyed = key: value: if builtins.isList value then map (line key) value else [ (line key value) ];
  section =
    title: keys:
    "[${title}]\n${builtins.concatStringsSep "" (builtins.concatMap (key: keyed key keys.${key}) (builtins.attrNames keys))}\n";
  text = unit: builtins.concatStringsSep "" (map (title: section title unit.sections.${title}) (builtins.attrNames unit.sections));

  unitFile =
    name:
    run "unit-${name}" { text = text units.${name}; passAsFile = [ "text" ]; } ''mkdir $out; cp "$textPath" $out/${name}'';
  built = map (name: "${unitFile name}/${name} ${name} ${toString (units.${name}.wantedBy or [ ])}") names;
in
run "system-units" { list = builtins.concatStringsSep "\n" (built ++ [ "" ]); passAsFile = [ "list" ]; } ''
  mkdir $out
  while read -r path name wanted; do
    ln -s "$path" "$out/$name"
    for target in $wanted; do
      mkdir -p "$out/$target.wants"
      ln -s "../$name" "$out/$target.wants/$name"
    done
  done <"$listPath"
''
