{
  nixos = "26.05.20261101.b6a8526";
  linux = "6.12.57";
  systemd = "258.2";

  bash = "5.3p3";
  coreutils = "9.8";
  curl = "8.17.0";
  dbus = "1.16.2";
  diffutils = "3.12";
  ffmpeg = "8.0";
  findutils = "4.10.0";
  firefox = "144.0.2";
  gawk = "5.3.2";
  getent = "2.42";
  git = "2.51.2";
  gnugrep = "3.12";
  gnused = "4.9";
  gnutar = "1.35";
  gzip = "1.14";
  hostname = "3.25";
  iproute2 = "6.17.0";
  job-worker = "2.3.0";
  netcat = "1.229";
  nginx = "1.27.4";
  nix = "2.31.2";
  node-exporter = "1.9.1";
  openssh = "10.2p1";
  openssl = "3.3.2";
  perl = "5.42.0";
  postgresql = "17.6";
  procps = "4.0.5";
  restic = "0.18.1";
  sudo = "1.9.17p2";
  util-linux = "2.41.2";
  which = "2.23";
}
