#!@bash@/bin/sh
export OUT=@out@ TOPLEVEL=@out@ SYSTEMD=@systemd@ INSTALL_BOOTLOADER=@bootLoader@
exec @perl@/bin/perl -I@tools@ @tools@/switch-to-configuration.pl "$@"
