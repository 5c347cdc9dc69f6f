# There is no nixpkgs here: a package prints a build log, takes a moment, and holds its programs as links to the
# machine's own, plus some content, so that closures differ in version and in size.
let
  platform = import ../platform.nix;
  versions = import ./versions.nix;
  mkPackage = import ./mk-package.nix { inherit platform; };
  package = name: args: mkPackage ({ inherit name; version = versions.${name}; } // args);
in
rec {
  inherit versions platform;

  openssl = package "openssl" { kib = 6200; };
  bash = package "bash" { kib = 1700; tools = { bash = "/usr/bin/bash"; sh = "/usr/bin/bash"; }; };
  perl = package "perl" { kib = 900; tools = [ "perl" ]; };

  coreutils = package "coreutils" { kib = 1800; toolsOf = "coreutils"; };
  findutils = package "findutils" { kib = 600; tools = [ "find" "xargs" ]; };
  diffutils = package "diffutils" { kib = 500; tools = [ "diff" "cmp" ]; };
  getent = package "getent" { kib = 40; tools = [ "getent" ]; };
  gnutar = package "gnutar" { kib = 900; tools = [ "tar" ]; };
  gzip = package "gzip" { kib = 150; tools = [ "gzip" "gunzip" "zcat" ]; };
  which = package "which" { kib = 30; tools = [ "which" ]; };
  gawk = package "gawk" { kib = 800; tools = [ "awk" ]; };
  gnugrep = package "gnugrep" { kib = 300; tools = [ "grep" "egrep" "fgrep" ]; };
  gnused = package "gnused" { kib = 250; tools = [ "sed" ]; };
  hostname = package "hostname" { kib = 30; tools = [ "hostname" ]; };
  procps = package "procps" { kib = 500; tools = [ "ps" "free" "pgrep" "pkill" "top" "uptime" "watch" "sysctl" ]; };
  util-linux = package "util-linux" {
    kib = 2400;
    tools = [ "flock" "mount" "umount" "findmnt" "setsid" "logger" "lsblk" "dmesg" "nsenter" "unshare" "setpriv" "kill" ];
  };

  curl = package "curl" { kib = 700; uses = [ openssl ]; tools = [ "curl" ]; };
  netcat = package "netcat" { kib = 50; tools = { nc = "/usr/bin/nc.openbsd"; }; };
  iproute2 = package "iproute2" { kib = 900; tools = [ "ip" "ss" ]; };
  openssh = package "openssh" { kib = 1900; uses = [ openssl ]; tools = [ "ssh" "scp" "ssh-keygen" "sshd" ]; };
  sudo = package "sudo" { kib = 1200; copies = [ "sudo" ]; };
  dbus = package "dbus" { kib = 450; tools = [ "dbus-send" "dbus-daemon" ]; };
  git = package "git" { kib = 9000; uses = [ curl openssl ]; };

  nix = package "nix" {
    kib = 5200;
    uses = [ curl openssl ];
    tools = [
      "nix" "nix-build" "nix-channel" "nix-collect-garbage" "nix-copy-closure" "nix-daemon" "nix-env" "nix-hash"
      "nix-instantiate" "nix-store"
    ];
  };

  systemd = package "systemd" {
    kib = 7400;
    tools = [
      "systemctl" "systemd-run" "journalctl" "systemd-cat" "systemd-analyze" "systemd-cgls" "systemd-escape"
      "systemd-notify" "systemd-tmpfiles" "systemd-detect-virt" "loginctl" "busctl" "hostnamectl" "timedatectl"
      "reboot" "poweroff" "shutdown"
    ];
    install = ''
      mkdir -p $out/lib/systemd
      ln -s /usr/lib/systemd/systemd $out/lib/systemd/systemd
    '';
  };

  linux = package "linux" {
    kib = 12000;
    install = ''
      mv $out/share/linux/content $out/bzImage
      mkdir -p $out/lib/modules/$version/kernel
      echo "$name" >$out/lib/modules/$version/modules.builtin
    '';
  };

  nginx = package "nginx" { kib = 1500; uses = [ openssl ]; scripts = { nginx = ./nginx.pl; }; seconds = 1; };
  job-worker = package "job-worker" { kib = 340; scripts = { job-worker = ./job-worker.sh; }; seconds = 1; };
  node-exporter = package "node-exporter" { kib = 4100; scripts = { node-exporter = ./node-exporter.pl; }; };
  postgresql = package "postgresql" { kib = 15000; uses = [ openssl ]; scripts = { postgres = ./idle.sh; }; };
  restic = package "restic" { kib = 5600; scripts = { restic = ./restic.sh; }; };
  firefox = package "firefox" { kib = 22000; scripts = { firefox = ./idle.sh; }; };
  ffmpeg = package "ffmpeg" { kib = 9800; };
}
