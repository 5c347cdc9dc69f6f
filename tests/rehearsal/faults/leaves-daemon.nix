# The activation script leaves a process behind that keeps what it inherited open.
{ pkgs }:
host:
host
// {
  activation = host.activation ++ [
    { name = "log-shipper"; text = "setsid sleep 600 &"; }
  ];
}
