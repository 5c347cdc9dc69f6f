/** What real hosts of the rehearsal fleet printed for src/health/report.ts. */

export const sound = `state=running
uptime=3318.06
load=14.92 14.38 12.00
cores=2
MemTotal:       24683620 kB
MemAvailable:   23129804 kB
SwapTotal:             0 kB
SwapFree:              0 kB
disk=overlay          264212084 26441328  79949584      25% /
disk=overlay          264212084 26441328  79949584      25% /
disk=overlay          264212084 26441328  79949584      25% /
disk=overlay          264212084 26441328  79949584      25% /
critical=web.service active
critical=sshd.service active
--- journal
--- end of report
`;

export const sick = `state=degraded
uptime=90349.44
load=0.70 0.94 1.93
cores=2
MemTotal:       24683620 kB
MemAvailable:   23552616 kB
SwapTotal:             0 kB
SwapFree:              0 kB
disk=overlay          264212084 26455700  79935212      25% /
failed=restic-backups.service
critical=web.service active
critical=nothing.service inactive
--- journal
2026-11-24T11:18:23+00:00 zephyrus systemd[1]: Failed to start web.service - Web server.
2026-11-24T11:56:26+00:00 zephyrus sh[1036]: Fatal: unable to open config file: Stat: no such host
--- end of report
`;
