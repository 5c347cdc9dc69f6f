# The system runs, and its boot entry cannot be written.
{ pkgs }: host: host // { bootLoader = ./system/full-boot-loader.sh; }
