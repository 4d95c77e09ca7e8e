import { hostName } from "../../words/hosts.ts";
import type { FindingAccount } from "../account.ts";
import type { Step } from "../topic.ts";
import { pin } from "./announce.ts";
import { type FixStep, step } from "./step.ts";

/** Takes a host off the network that claims what is another's on purpose. */
export function isolate(finding: FindingAccount): FixStep[] {
  const { claimant } = finding;
  const dotted = claimant.mac.replaceAll(":", "").replace(/(....)(?=.)/g, "$1.");
  return [
    step({
      host: null,
      what: `On the switch: find the port of ${hostName(claimant)} by its MAC, and shut it`,
      command: `show mac address-table address ${dotted}`,
      note: `On a Linux bridge: bridge fdb show | grep -i ${claimant.mac}`,
    }),
    ...pin(finding),
    step({
      host: null,
      what: "Assume that what passed through it was read, and possibly changed: passwords and tokens included",
      note: "Turn on dynamic ARP inspection where the switches have it.",
    }),
  ];
}

export const FIND_PORT: Step = {
  say: "On the switch: find the port at which the MAC is. On a Linux bridge:",
  run: ["bridge fdb show | grep MAC"],
};

export const SHUT_OUT: readonly Step[] = [
  FIND_PORT,
  {
    say: "Shut that port, or take the host off the network, and leave it unchanged for the investigation.",
  },
  {
    say: "Until the network is clean: on the hosts whose caches were poisoned, pin the right entry. Remove the pin afterwards.",
    run: [
      "ip neigh replace ADDRESS lladdr OWNER-MAC dev IFACE nud permanent",
      "ip neigh del ADDRESS dev IFACE",
    ],
  },
  {
    say: "Assume that what passed through that host was read, and possibly changed: passwords and tokens included.",
  },
  { say: "For good: dynamic ARP inspection with DHCP snooping on the switches, or port isolation." },
];
