# The new system has no sshd: nobody can reach the machine any more.
{ pkgs }: host: host // { units = removeAttrs host.units [ "sshd.service" ]; }
