# worker.service dies a few seconds after each start and is started again: it is never "failed".
{ pkgs }:
host:
let worker = host.units."worker.service"; in
host
// {
  units = host.units // {
    "worker.service" = worker // {
      sections = worker.sections // {
        Service = worker.sections.Service // {
          ExecStart = "${pkgs.bash}/bin/sh -c '${pkgs.coreutils}/bin/sleep 3; echo \"broker.internal:5672: connection refused\" >&2; exit 1'";
          RestartSec = 1;
        };
      };
    };
  };
}
