#!@bash@/bin/sh
# PID 1 until systemd takes over: activates this system, as stage 2 of a NixOS boot does.
@out@/sw/bin/ln -sfn @out@ /run/booted-system
@out@/activate @out@
exec @systemd@/lib/systemd/systemd
