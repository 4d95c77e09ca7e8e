import type { Host, ReportedFinding } from "../report.ts";
import { UNSEEN_MAC } from "../text.ts";
import { hostName, hostNames, labelledName, rivalName } from "./names.ts";

/** One thing to do on one machine. */
export interface FixStep {
  /** Where, as a person calls it. */
  readonly on: string;
  readonly what: string;
  /** To be pasted into a root shell there; nothing in them has to be filled in. */
  readonly commands: readonly string[];
  readonly note?: string;
}

/** What to change on which host: the same steps as `remedy`, with commands that can be pasted. */
export function fixSteps(finding: ReportedFinding): FixStep[] {
  switch (finding.kind) {
    case "vip-source-in-request":
    case "vip-bypass":
      return [...silence(finding), ...heal(finding), ...check(finding)];
    case "vip-reply":
      return isIntruder(finding)
        ? [...isolate(finding), ...pin(finding)]
        : [...silence(finding), whereTheVipIs(finding), ...heal(finding), ...check(finding)];
    case "vip-gratuitous":
      return [whoAnnounces(finding), ...silence(finding), ...heal(finding), ...check(finding)];
    case "vip-unanswered":
      return unanswered(finding);
    case "vip-split":
      return split(finding);
    case "gateway-impersonation":
    case "address-impersonation":
      return [...isolate(finding), ...pin(finding)];
    case "address-conflict":
    case "flip-flop":
      return conflict(finding);
    default:
      return [];
  }
}

/** The shell finds the card by itself: the one by which the kernel reaches this address. */
function cardTowards(ip: string): string {
  return `"$(ip -o -4 route get ${ip} | sed 's/.* dev \\([^ ]*\\).*/\\1/')"`;
}

/** On a host that has the address: the card on which it is. */
function cardWith(ip: string): string {
  return `"$(ip -o -4 address show to ${ip} | sed 's/^[0-9]*: \\([^ @]*\\).*/\\1/;q')"`;
}

function isIntruder({ claimant }: ReportedFinding): boolean {
  return claimant.role === "host" || claimant.role === "unknown" || claimant.role === "client";
}

function silence({ claimant, prevention }: ReportedFinding): FixStep[] {
  const own = prevention.find(({ host }) => host.mac === claimant.mac);
  const settings = own?.settings.filter((setting) => setting !== "no-announcement") ?? [];
  const note =
    own === undefined || settings.length === 0
      ? "The larger of “all” and the card's own value counts; a value for lo alone does nothing."
      : `${settings.join(" and ")}${own.enough ? (settings.length > 1 ? " together" : " alone") : ""} would have prevented this: the model was run again without the frames that ${settings.length > 1 ? "they suppress" : "it suppresses"}. The larger of “all” and the card's own value counts; a value for lo alone does nothing.`;
  const on = labelledName(claimant);
  return [
    {
      on,
      what: "Keep it silent about the VIP, now",
      commands: ["sysctl -w net.ipv4.conf.all.arp_announce=2 net.ipv4.conf.all.arp_ignore=1"],
      note,
    },
    {
      on,
      what: "Keep it so after a reboot, from before the VIP comes up",
      commands: [
        "printf '%s\\n' 'net.ipv4.conf.all.arp_announce = 2' 'net.ipv4.conf.all.arp_ignore = 1' > /etc/sysctl.d/90-lvs-real-server.conf",
      ],
    },
  ];
}

function whereTheVipIs({ claimant, ip }: ReportedFinding): FixStep {
  return {
    on: labelledName(claimant),
    what: "See where the VIP is",
    commands: [`ip -brief address show to ${ip}`],
    note: "It belongs on lo or on a dummy interface as a /32: on the network card arp_ignore=1 still answers for it.",
  };
}

function whoAnnounces({ claimant, ip }: ReportedFinding): FixStep {
  return {
    on: labelledName(claimant),
    what: "Find what announces the VIP, and stop it",
    commands: [
      "systemctl --no-pager status keepalived",
      "grep -rs ARPUPDATE /etc/sysconfig/network-scripts/",
      `ip -brief address show to ${ip}`,
    ],
    note: "A keepalived that should not run there, a network script that runs arping (ARPUPDATE=no stops it), or the VIP as an alias of the network card.",
  };
}

/** Those that still hold the wrong MAC, as far as the capture goes. */
function stillFooled({ victims, stage }: ReportedFinding): Host[] {
  return stage === "claimed" ? [] : victims.filter(({ restored }) => restored === null);
}

function heal(finding: ReportedFinding): FixStep[] {
  const fooled = stillFooled(finding);
  const [first] = fooled;
  if (first === undefined) return [];
  const on = finding.rightful === null ? "the director" : labelledName(finding.rightful);
  return [
    {
      on,
      what: `Then set ${hostNames(fooled)} right`,
      commands: [
        `arping -U -c 3 -I ${first.ip === null ? cardWith(finding.ip) : cardTowards(first.ip)} ${finding.ip}`,
      ],
      note: `Or on ${fooled.length === 1 ? hostName(first) : "each of them"}: ip neigh flush to ${finding.ip}`,
    },
  ];
}

function check({ victims, ip, rightful }: ReportedFinding): FixStep[] {
  const [first] = victims;
  if (first === undefined || rightful === null || rightful.mac === UNSEEN_MAC) return [];
  return [
    {
      on: labelledName(first),
      what: "Check that it worked",
      commands: [`ip neigh show to ${ip}`],
      note: `It must say lladdr ${rightful.mac}.`,
    },
  ];
}

function unanswered({ ip, claimant }: ReportedFinding): FixStep[] {
  return [
    {
      on: claimant.ip === null && claimant.mac === UNSEEN_MAC ? "the director" : hostName(claimant),
      what: "See where the VIP is, and whether the kernel may answer for it",
      commands: [
        `ip -brief address show to ${ip}`,
        "sysctl net.ipv4.conf.all.arp_ignore",
        "systemctl --no-pager status keepalived",
      ],
      note: "It must stand on the card that faces the gateway, not on lo, and with arp_ignore=1 or more the kernel answers only for addresses of the card that was asked.",
    },
  ];
}

function split({ ip, claimant, rightful }: ReportedFinding): FixStep[] {
  const other = rightful === null ? "the other director" : hostName(rightful);
  return [
    {
      on: `${hostName(claimant)} and ${other}`,
      what: "See whether they hear each other's VRRP",
      commands: ["timeout 5 tcpdump -ni any 'ip proto 112'"],
      note: "Look for a firewall rule, a switch that filters multicast to 224.0.0.18, or a wrong interface in keepalived.conf.",
    },
    {
      on: labelledName(claimant),
      what: "Until then, stop one of them",
      commands: ["systemctl stop keepalived"],
    },
    {
      on: other,
      what: "Have this one announce the VIP",
      commands: [`arping -U -c 3 -I ${cardWith(ip)} ${ip}`],
    },
  ];
}

function isolate({ claimant }: ReportedFinding): FixStep[] {
  const dotted = claimant.mac.replaceAll(":", "").replace(/(....)(?=.)/g, "$1.");
  return [
    {
      on: "the switch",
      what: `Find the port of ${hostName(claimant)} by its MAC, and shut it`,
      commands: [`show mac address-table address ${dotted}`],
      note: `On a Linux bridge: bridge fdb show | grep -i ${claimant.mac}`,
    },
  ];
}

function pin({ victims, ip, rightful }: ReportedFinding): FixStep[] {
  if (victims.length === 0 || rightful === null || rightful.mac === UNSEEN_MAC) return [];
  return [
    {
      on: hostNames(victims),
      what: "Pin the right MAC until the network is clean",
      commands: [`ip neigh replace ${ip} lladdr ${rightful.mac} nud permanent dev ${cardTowards(ip)}`],
      note: "Whatever passed through the intruder may have been read, and changed.",
    },
  ];
}

function conflict({ ip, claimant, rightful }: ReportedFinding): FixStep[] {
  const other = rightful === null ? "the other host" : rivalName(rightful, ip);
  return [
    {
      on: "a third host",
      what: `Take ${ip} from ${rivalName(claimant, ip)} or from ${other}, then see that one MAC alone answers`,
      commands: [`arping -b -c 3 -I ${cardTowards(ip)} ${ip}`],
    },
  ];
}
