# What a NixOS system's store path holds. The switch program gets its facts as environment, like the real one's wrapper.
{ pkgs, run, file, revision, machine, specialisations, units, path }:
let
  inherit (machine) linux systemd;
  initrd = run "initrd-linux-${linux.version}" { } ''mkdir $out; echo "initrd for ${linux}" >$out/initrd'';
  modules = run "linux-${linux.version}-modules" { } ''mkdir -p $out/lib; ln -s ${linux}/lib/modules $out/lib/modules'';
  snippets = builtins.concatStringsSep "\n" (
    map (one: ''
      #### Activation script snippet ${one.name}:
      _localstatus=0
      ${one.text}

      if (( _localstatus > 0 )); then
        printf "Activation script snippet '%s' failed (%s)\n" "${one.name}" "$_localstatus"
      fi
    '') machine.activation
  );
in
run "nixos-system-${machine.name}-${pkgs.versions.nixos}"
  {
    inherit snippets;
    inherit (machine) beforeSwitch;
    inhibitors = builtins.toJSON machine.inhibitors;
    passAsFile = [ "snippets" "inhibitors" "beforeSwitch" ];
    tools = ./tools;
    inherit (pkgs) perl bash;
    inherit linux initrd modules systemd units path;
    bootLoader = machine.bootLoader;
    version = pkgs.versions.nixos;
  }
  ''
    mkdir -p $out/bin $out/etc/systemd
    ln -s $linux/bzImage $out/kernel
    ln -s $initrd/initrd $out/initrd
    ln -s $modules $out/kernel-modules
    ln -s $systemd $out/systemd
    ln -s $path $out/sw
    ln -s $units $out/etc/systemd/system
    printf %s "$version" >$out/nixos-version
    printf %s ${pkgs.platform} >$out/system
    printf 'systemd 3' >$out/init-interface-version
    cp "$inhibitorsPath" $out/switch-inhibitors
    ${builtins.concatStringsSep "\n" (
      map (special: "mkdir -p $out/specialisation; ln -s ${specialisations.${special}} $out/specialisation/${special}") (
        builtins.attrNames specialisations
      )
    )}

    fill() { # template, target
      sed -e "/@beforeSwitch@/{r $beforeSwitchPath
        d}" -e "s,@out@,$out,g" -e "s,@bash@,$bash,g" -e "s,@systemd@,$systemd,g" -e "s,@perl@,$perl,g" \
        -e "s,@tools@,$tools,g" -e "s,@bootLoader@,$bootLoader,g" -e "/@snippets@/{r $snippetsPath
        d}" "$1" >"$2"
      chmod 555 "$2"
    }
    fill $tools/init.sh $out/init
    fill $tools/activate.sh $out/activate
    fill $tools/dry-activate.sh $out/dry-activate
    fill $tools/check-switch-inhibitors.sh $out/check-switch-inhibitors
    fill $tools/wrapper.sh $out/bin/switch-to-configuration
  ''
