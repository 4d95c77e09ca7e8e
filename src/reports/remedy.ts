import type { Finding, Setting } from "../findings/finding.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { ipText, macText, plural } from "./text.ts";
import type { Wording } from "./wording.ts";

/** What to change, on which host, in the order in which to do it. IFACE stands for the card on the VIP's segment. */
export function remedyFor(finding: Finding, assignment: RoleAssignment, wording: Wording): string[] {
  return [...enough(finding, wording), ...stepsFor(finding, assignment, wording)];
}

const SETTING_NAMES: Record<Setting, string> = {
  "arp_announce=2": "arp_announce=2",
  "arp_ignore=1": "arp_ignore=1 (with the VIP on lo or a dummy interface)",
  "no-announcement": "no announcement of the VIP (ARPUPDATE=no, or its alias off the network card)",
};

/** Not by rule of thumb: the model was run again without the frames that these settings suppress. */
function enough({ prevention }: Finding, wording: Wording): string[] {
  if (prevention == null || prevention.steps.length === 0) return [];
  const { steps, omittedClaims } = prevention;
  const hosts = steps.map(
    ({ host, settings: names }) =>
      `on ${wording.shortName(host)} ${names.map((name) => SETTING_NAMES[name]).join(" and ")}`,
  );
  const together = steps.length > 1 ? ", together" : "";
  const omitted =
    omittedClaims === 0 ? "" : ` (${plural(omittedClaims, "later claim")} left out of that run)`;
  return [
    `What would have prevented this${together}: ${hosts.join("; ")}. The model was run again without the frames that this suppresses${omitted}.`,
  ];
}

function stepsFor(finding: Finding, assignment: RoleAssignment, wording: Wording): string[] {
  const ip = ipText(finding.ip);
  const host = finding.claimant === null ? "the director" : wording.shortName(finding.claimant);
  const isRealServer = finding.claimant !== null && assignment.roleOf(finding.claimant) === "real-server";
  switch (finding.kind) {
    case "vip-source-in-request":
      return [...settings(host, "arp_announce=2", "arp_ignore=1"), ANNOUNCE_ONE, ...heal(finding, wording)];
    case "vip-reply":
      return isRealServer || !isUnsolicited(finding)
        ? [...settings(host, "arp_ignore=1", "arp_announce=2"), ...alias(host, ip), ...heal(finding, wording)]
        : [...intruder(finding, host), ...heal(finding, wording)];
    case "vip-gratuitous":
      return [
        `On ${host}: find what announces ${ip}: a network script (RHEL's ifup runs arping: set ARPUPDATE=no in the alias' ifcfg file), a keepalived that should not run there, an arping by hand.`,
        ...alias(host, ip),
        ...settings(host, "arp_ignore=1", "arp_announce=2"),
        ...heal(finding, wording),
      ];
    case "vip-bypass":
      return [...settings(host, "arp_ignore=1", "arp_announce=2"), ANNOUNCE_ONE, ...heal(finding, wording)];
    case "vip-unanswered":
      return [
        `On the director: ip addr show to ${ip}. It must stand on the card that faces the gateway (ip addr add ${ip}/32 dev IFACE), not on lo: the letter's rule 1.`,
        "On the director: sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.IFACE.arp_ignore. With 1 or more it answers only for addresses of the card that was asked.",
        "With keepalived: see that one director is MASTER, and that it lists the VIP on this interface.",
      ];
    case "gateway-impersonation":
    case "address-impersonation":
      return intruder(finding, host);
    case "address-conflict":
    case "flip-flop":
      return [
        assignment.isVip(finding.ip)
          ? `See which of the two is the director. On the other, if it is a real server: arp_ignore=1 and arp_announce=2, on "all" and on the card that faces the gateway, and ${ip}/32 on lo or a dummy interface.`
          : `Find both hosts by their MACs, and take ${ip} from the one that should not have it.`,
        `Check afterwards, from a third host: arping -b -c 3 -I IFACE ${ip} must be answered by one MAC only.`,
        ...(assignment.isVip(finding.ip) || finding.kind === "flip-flop"
          ? []
          : [
              `If several hosts hold ${ip} on purpose, as an LVS cluster's do, name its director: with --vip ${ip} --director ADDRESS the report tells who of them may not answer for it.`,
            ]),
      ];
    case "vip-split":
      return [
        "Let the directors hear each other: VRRP is IP protocol 112 to 224.0.0.18; look for a firewall rule, a switch that filters multicast, or a wrong interface in keepalived.conf.",
        `Until then stop keepalived on ${host}, and have the other announce the VIP: arping -U -c 3 -I IFACE ${ip}.`,
        "Afterwards: vrrp_higher_prio_send_advert and vrrp_garp_master_refresh in keepalived.conf make the winner announce itself again after such a split.",
      ];
    case "arp-scan":
      return [
        `Ask the owner of ${host} whether it was a scan on purpose: arp-scan, nmap, a monitoring system.`,
      ];
    case "inventory-contradicted":
      return [
        `From a third host, see who has it: arping -c 3 -I IFACE ${ip}; then correct the inventory, or look at what runs on ${host}.`,
      ];
    case "sender-mismatch":
    case "arp-flood":
    case "arp-storm":
      return [];
  }
}

/** Both settings belong together on every real server; the one that would have been enough comes first. */
function settings(host: string, enough: string, besides: string): string[] {
  const commands = [enough, besides].flatMap((setting) => [
    `net.ipv4.conf.all.${setting}`,
    `net.ipv4.conf.IFACE.${setting}`,
  ]);
  return [
    `On ${host}, now: sysctl -w ${commands.join(" ")}, where IFACE is the card that faces the gateway. ${enough} is what was missing; the larger of "all" and the card's own value counts, and a value for lo alone does nothing.`,
    `On ${host}, for good: the same lines in /etc/sysctl.d/, so that they hold before the VIP is brought up.`,
  ];
}

const ANNOUNCE_ONE =
  "arp_announce=1 is not enough: where the VIP and the real server's own address share a subnet, the kernel still asks in the VIP's name.";

function alias(host: string, ip: string): string[] {
  return [
    `On ${host}: keep ${ip}/32 on lo or a dummy interface, never as an alias of the network card, where arp_ignore=1 would still answer for it.`,
  ];
}

/** A poisoned Linux neighbour heals in seconds or never, others take minutes to hours: no reason to wait. */
function heal(finding: Finding, wording: Wording): string[] {
  const poisoned = finding.victims.filter(({ restored }) => restored === null);
  if (finding.stage === "claimed" || poisoned.length === 0) return [];
  const director = finding.rightful === null ? "the director" : wording.shortName(finding.rightful);
  const names = poisoned.map(({ station }) => wording.shortName(station)).join(", ");
  return [
    `Then heal ${names}: on ${director}, arping -U -c 3 -I IFACE ${ipText(finding.ip)}; or on ${poisoned.length === 1 ? names : "each of them"}, ip neigh del ${ipText(finding.ip)} dev IFACE.`,
  ];
}

function isUnsolicited(finding: Finding): boolean {
  return finding.evidence.some(
    ({ what, ...rest }) => what === "claim" && "form" in rest && rest.form === "unsolicited-reply",
  );
}

function intruder(finding: Finding, host: string): string[] {
  const mac = finding.claimant === null ? "its MAC" : macText(finding.claimant);
  const owner = finding.rightful === null ? "the owner's MAC" : macText(finding.rightful);
  return [
    `Find ${host} by its MAC on the switch (show mac address-table address ${mac}; on a Linux bridge: bridge fdb show | grep ${mac}) and shut its port.`,
    `On each host that was fooled: ip neigh replace ${ipText(finding.ip)} lladdr ${owner} dev IFACE nud permanent, until the network is clean.`,
    "Treat what passed through it since as read and possibly changed; turn on dynamic ARP inspection where the switches have it.",
  ];
}
