# web.service says that it cannot start: the switch sees it and exits with 4.
{ pkgs }:
host:
let web = host.units."web.service"; in
host
// {
  units = host.units // {
    "web.service" = web // {
      sections = web.sections // {
        Service = web.sections.Service // {
          ExecStartPre = "${pkgs.bash}/bin/sh -c 'echo \"nginx: [emerg] cannot load certificate /var/lib/acme/cert.pem\" >&2; exit 1'";
          Restart = "no";
        };
      };
    };
  };
}
