#!@bash@/bin/sh
export OUT=@out@ TOPLEVEL=@out@ SYSTEMD=@systemd@ INSTALL_BOOTLOADER=@bootLoader@
@beforeSwitch@
exec @perl@/bin/perl -I@tools@ @tools@/switch-to-configuration.pl "$@"
