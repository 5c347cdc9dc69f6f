# A change that must not be switched to under a running system.
{ pkgs }: host: host // { inhibitors = host.inhibitors // { dbus-implementation = "broker"; }; }
