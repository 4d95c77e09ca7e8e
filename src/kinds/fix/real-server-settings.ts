import type { FindingAccount } from "../account.ts";
import type { Step } from "../topic.ts";
import { type FixStep, step } from "./step.ts";

/**
 * The kernel takes the larger of `net.ipv4.conf.all.X` and the card's own X (`IN_DEV_MAXCONF` in
 * include/linux/inetdevice.h, by which `IN_DEV_ARP_IGNORE` and `IN_DEV_ARP_ANNOUNCE` read them). So `all` alone is enough,
 * for cards that come up later, too.
 */
const LARGER_COUNTS =
  "The kernel takes the larger of “all” and the card's own value, so “all” is enough; a value for lo alone does nothing.";

const SET = {
  arp_announce: {
    value: "2",
    what: "Ask for others under an address of its own, never the VIP's",
    note: "1 is not enough: where the VIP and its own address share a subnet, the kernel still asks in the VIP's name.",
  },
  arp_ignore: { value: "1", what: "Answer only for addresses of the card that is asked", note: null },
} as const;
type RealServerSetting = keyof typeof SET;

const COMMANDS = (["arp_announce", "arp_ignore"] as const).map(commandFor);

function commandFor(setting: RealServerSetting): string {
  return `sysctl -w net.ipv4.conf.all.${setting}=${SET[setting].value}`;
}

const FILE = "/etc/sysctl.d/90-lvs-real-server.conf";

/** Both settings belong together on every real server; the one that would have been enough comes first. */
export function realServerSettings(
  { claimant }: FindingAccount,
  ...order: readonly [RealServerSetting, RealServerSetting]
): FixStep[] {
  return [
    ...order.map((setting) =>
      step({
        host: claimant,
        what: SET[setting].what,
        setting,
        scope: "all",
        value: SET[setting].value,
        command: commandFor(setting),
        note: SET[setting].note,
      }),
    ),
    step({
      host: claimant,
      what: "Keep both settings after a reboot, from before the VIP comes up",
      command: `printf '%s\\n' 'net.ipv4.conf.all.arp_announce = 2' 'net.ipv4.conf.all.arp_ignore = 1' > ${FILE}`,
      note: LARGER_COUNTS,
    }),
  ];
}

/** Where a VIP belongs on a real server. */
export function offTheCard({ claimant, ip }: FindingAccount): FixStep {
  return step({
    host: claimant,
    what: "See where the VIP is",
    command: `ip -brief address show to ${ip}`,
    note: `${ip}/32 belongs on lo or on a dummy interface: as an alias of the network card the kernel answers for it even with arp_ignore=1.`,
  });
}

export const READ_SETTINGS: Step = {
  say: "On the real server: read the settings. Of each pair the kernel takes the larger value; it takes arp_announce 2 and arp_ignore 1 or more. Values of lo do not matter.",
  run: [
    "sysctl net.ipv4.conf.all.arp_announce net.ipv4.conf.IFACE.arp_announce",
    "sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.IFACE.arp_ignore",
  ],
};

export const SET_BOTH: Step = {
  say: `On every real server of the cluster, now: set both, whichever of them was missing here. ${LARGER_COUNTS}`,
  run: COMMANDS,
};

export const KEEP_BOTH: Step = {
  say: "For good: the same two lines in a file in /etc/sysctl.d/, which has to be read before the VIP is brought up. On Kubernetes nodes with kube-proxy in IPVS mode: strictARP: true in its configuration.",
};
