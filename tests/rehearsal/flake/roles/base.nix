{ pkgs, service, file }:
{
  packages = with pkgs; [
    bash coreutils curl dbus diffutils findutils gawk getent gnugrep gnused gnutar gzip hostname iproute2 netcat nix
    openssh perl procps sudo systemd util-linux which
  ];

  units = {
    # KillMode=process keeps sessions alive when sshd itself is stopped or restarted.
    "sshd.service" = service {
      Unit = { Description = "SSH daemon"; After = "network.target"; };
      Service = {
        ExecStart = "/usr/sbin/sshd -D -f /etc/ssh/sshd_config";
        ExecReload = "${pkgs.util-linux}/bin/kill -HUP $MAINPID";
        Environment = [ "OPENSSH=${pkgs.openssh}" ];
        RuntimeDirectory = "sshd";
        RuntimeDirectoryPreserve = "yes";
        KillMode = "process";
        Restart = "always";
        RestartSec = 1;
        Type = "notify";
        X-StopIfChanged = "false";
      };
    };

    "nix-daemon.socket" = {
      sections = {
        Unit.Description = "Nix daemon socket";
        Socket.ListenStream = "/nix/var/nix/daemon-socket/socket";
      };
      wantedBy = [ "sockets.target" ];
    };
    "nix-daemon.service".sections = {
      Unit.Description = "Nix daemon";
      Service = { ExecStart = "${pkgs.nix}/bin/nix-daemon --daemon"; KillMode = "process"; };
    };

    "firewall.service" = let rules = file "firewall-rules" "accept 22\naccept 8480\ndrop\n"; in service {
      Unit.Description = "Firewall";
      Service = {
        Type = "oneshot";
        RemainAfterExit = "yes";
        ExecStart = "${pkgs.coreutils}/bin/cat ${rules}";
        ExecReload = "${pkgs.coreutils}/bin/cat ${rules}";
        X-ReloadIfChanged = "true";
      };
    };

    "nix-gc.service".sections = {
      Unit.Description = "Nix garbage collector";
      Service = {
        Type = "oneshot";
        ExecStart = "${pkgs.nix}/bin/nix-collect-garbage --delete-older-than 30d";
      };
    };
    "nix-gc.timer" = {
      sections = { Unit.Description = "Nix garbage collector"; Timer.OnCalendar = "*-*-* 02:00:00"; };
      wantedBy = [ "timers.target" ];
    };

    # Targets are part of a NixOS system, and a switch starts the active ones again: so new units come up.
    "multi-user.target".sections.Unit = {
      Description = "Multi-User System";
      Requires = "basic.target";
      Conflicts = "rescue.service rescue.target";
      After = "basic.target rescue.service rescue.target";
      AllowIsolate = "yes";
    };
    "timers.target".sections.Unit = {
      Description = "Timer Units";
      DefaultDependencies = "no";
      Conflicts = "shutdown.target";
    };
    "sockets.target".sections.Unit.Description = "Socket Units";
    "sysinit-reactivation.target".sections.Unit.Description = "Reactivate sysinit units";
  };

  activation = [
    { name = "etc"; text = "echo 'setting up /etc...' >&2"; }
    { name = "users"; text = ":"; }
  ];
}
