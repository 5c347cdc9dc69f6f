# web.service starts well and is dead a second later: the switch exits with 0.
{ pkgs }:
host:
let web = host.units."web.service"; in
host
// {
  units = host.units // {
    "web.service" = web // {
      sections = web.sections // {
        Service = {
          Type = "simple";
          ExecStart = "${pkgs.bash}/bin/sh -c '${pkgs.coreutils}/bin/sleep 1; echo \"nginx: [crit] open() /srv/www failed (13: Permission denied)\" >&2; exit 1'";
        };
      };
    };
  };
}
