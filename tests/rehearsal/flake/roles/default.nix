# What a machine can do. A role gives units, packages and activation snippets; a host file picks roles.
# A unit is { sections; wantedBy; }, a section an attribute set, a list in it a key given several times.
{ pkgs, file }:
let
  service = sections: { inherit sections; wantedBy = [ "multi-user.target" ]; };
  webPort = "8480";
in
{
  web =
    { greeting }:
    {
      packages = [ pkgs.nginx ];
      units."web.service" = service {
        Unit = { Description = "Web server"; After = "network.target"; };
        Service = {
          Type = "notify";
          ExecStart = "${pkgs.nginx}/bin/nginx ${file "nginx.conf" "listen ${webPort};\ngreeting ${greeting};\n"}";
          ExecReload = "${pkgs.util-linux}/bin/kill -HUP $MAINPID";
          TimeoutStartSec = 20;
          Restart = "on-failure";
          RestartSec = 1;
        };
      };
    };

  # Long jobs: restarted in one go rather than stopped early and started late.
  worker =
    { queue }:
    {
      packages = [ pkgs.job-worker ];
      units."worker.service" = service {
        Unit.Description = "Jobs of the queue ${queue}";
        Service = {
          ExecStart = "${pkgs.job-worker}/bin/job-worker";
          Environment = [ "QUEUE=${queue}" ];
          Restart = "always";
          X-StopIfChanged = "false";
        };
      };
    };

  metrics = {
    packages = [ pkgs.node-exporter ];
    units."metrics.service" = service {
      Unit.Description = "Metrics for Prometheus";
      Service = { ExecStart = "${pkgs.node-exporter}/bin/node-exporter 9480"; Restart = "always"; };
    };
  };

  database = {
    packages = [ pkgs.postgresql ];
    units."postgresql.service" = service {
      Unit.Description = "PostgreSQL";
      Service = { ExecStart = "${pkgs.postgresql}/bin/postgres -D /var/lib/postgresql/17"; Restart = "always"; };
    };
  };

  # Nobody wants a deployment to end a desktop session.
  desktop.units."display-manager.service" = service {
    Unit.Description = "Desktop session";
    Service = {
      ExecStart = "${pkgs.coreutils}/bin/sleep infinity";
      Environment = [ "XDG_SYSTEM=${pkgs.versions.nixos}" ];
      X-RestartIfChanged = "false";
    };
  };

  backup =
    { calendar }:
    {
      units."backup.service".sections = {
        Unit.Description = "Nightly backup";
        Service = { Type = "oneshot"; ExecStart = "${pkgs.restic}/bin/restic /var/lib /etc"; };
      };
      units."backup.timer" = {
        sections = { Unit.Description = "Nightly backup"; Timer = { OnCalendar = calendar; Persistent = "true"; }; };
        wantedBy = [ "timers.target" ];
      };
    };

  # What every NixOS machine has.
  base = import ./base.nix { inherit pkgs service file; };
}
