/** systemd's answer when it has taken the order, and ours when there was nothing to order any more. */
export type Ordered = "ordered" | "rebooted";

/**
 * The order is bound to the boot that was seen: given twice, it reboots once. A timer carries it out, so that the
 * connection can end in peace. The unit's PATH may hold nothing, hence the full path.
 */
const script = `
[ "$(cat /proc/sys/kernel/random/boot_id)" = "$1" ] || { echo rebooted; exit 0; }
if ! systemctl is-active --quiet "$2.timer" "$2.service"; then
  systemd-run --quiet --collect --no-ask-password --unit="$2" --on-active=1s --timer-property=AccuracySec=100ms \\
    "$(command -v systemctl)" reboot || exit
fi
echo ordered
`;

export function orderReboot(id: string, bootId: string): string[] {
  return ["sh", "-c", script, "reboot", bootId, `switchyard-reboot-${id}`];
}

export function readOrdered(stdout: string): Ordered {
  return stdout.trim().endsWith("rebooted") ? "rebooted" : "ordered";
}
