# sw: the programs of all packages, plus nixos-version.
{ run, pkgs, revision, packages }:
run "system-path"
  {
    packages = map toString packages;
    version = pkgs.versions.nixos;
    inherit revision;
  }
  ''
    mkdir -p $out/bin
    for package in $packages; do
      for program in "$package"/bin/*; do
        [ ! -e "$program" ] || ln -s "$program" $out/bin/
      done
    done
    {
      echo "#!${pkgs.bash}/bin/sh"
      echo 'case "''${1-}" in'
      echo "  --configuration-revision) echo $revision ;;"
      echo "  --json) echo '{\"configurationRevision\":\"$revision\",\"nixosVersion\":\"$version\"}' ;;"
      echo "  *) echo '$version (Yarara)' ;;"
      echo 'esac'
    } >$out/bin/nixos-version
    chmod 555 $out/bin/nixos-version
  ''
