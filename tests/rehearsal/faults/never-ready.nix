# A new unit of Type=notify that never says that it is ready: it stays activating.
{ pkgs }:
host:
host
// {
  units = host.units // {
    "mail-queue.service" = {
      sections = {
        Unit.Description = "Mail queue";
        Service = {
          Type = "notify";
          TimeoutStartSec = "infinity";
          ExecStart = "${pkgs.coreutils}/bin/sleep infinity";
        };
      };
      wantedBy = [ "multi-user.target" ];
    };
  };
}
