import type { Broken, Step } from "./plan.ts";

/** nft knows no "-" in names, and a fleet's name has no "_": so no two fleets or addresses meet in one. */
export const tablePrefix = (fleet: string): string => `switchyard_${fleet.replaceAll("-", "_")}__`;

const tableOf = ({ fleet, address }: Broken): string =>
  `${tablePrefix(fleet)}${address.replaceAll(".", "_")}`;

const nft = (input: string): Step => ({ at: "here", argv: ["nft", "-f", "-"], input });

/** A table of its own for each address; made anew, whatever an earlier run left in it. */
function table(broken: Broken, rules: readonly string[]): Step {
  const name = tableOf(broken);
  return nft(
    [
      `add table inet ${name}`,
      `delete table inet ${name}`,
      `add table inet ${name}`,
      `add chain inet ${name} in { type filter hook input priority 0; }`,
      ...rules.map((rule) => `add rule inet ${name} in ${rule}`),
      "",
    ].join("\n"),
  );
}

export function swallowPackets(broken: Broken): readonly Step[] {
  const { address } = broken;
  return [table(broken, [`ip daddr ${address} drop`, `ip saddr ${address} drop`])];
}

/** ss ends what is open, where the kernel can do that; elsewhere the next packet of the client does. */
export function refuseConnections(broken: Broken): readonly Step[] {
  const { address, network } = broken;
  return [
    table(broken, [`ip daddr ${address} tcp dport ${network.port} reject with tcp reset`]),
    { at: "here", argv: ["ss", "--kill", "--no-header", "--tcp", "--numeric", "src", address] },
  ];
}

export function restoreNetwork(broken: Broken): readonly Step[] {
  const name = tableOf(broken);
  return [nft(`add table inet ${name}\ndelete table inet ${name}\n`)];
}
