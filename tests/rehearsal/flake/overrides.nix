# The last word on every machine. Empty most of the time.
{ pkgs }: host: host
