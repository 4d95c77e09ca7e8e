import { rivalName } from "../../words/hosts.ts";
import type { FindingAccount } from "../account.ts";
import type { Step } from "../topic.ts";
import { answeredByOne, askOnce } from "./announce.ts";
import { type FixStep, step } from "./step.ts";

/** Two hosts use one address, and nothing tells which of them should. */
export function partRivals({ ip, claimant, rightful, isVip }: FindingAccount): FixStep[] {
  const other = rightful === null ? "the other host" : rivalName(rightful, ip);
  return [
    isVip
      ? step({
          host: null,
          what: `See whether ${rivalName(claimant, ip)} or ${other} is the director of ${ip}`,
          note: `If the other one is a real server: there arp_ignore=1 and arp_announce=2 on “all”, and ${ip}/32 on lo or a dummy interface.`,
        })
      : step({
          host: null,
          what: `Take ${ip} from ${rivalName(claimant, ip)} or from ${other}`,
          note: "The switch knows the port of each by its MAC.",
        }),
    answeredByOne("see that one MAC only answers afterwards", ip),
  ];
}

export const SEE_ENTRY: Step = {
  say: "On the hosts that the finding names as victims: see whose MAC they hold. It has to be the owner's.",
  run: ["ip neigh show to ADDRESS"],
};

export const ASK_AROUND: Step = {
  say: "On a host that uses another address: ask, and count the MACs that answer. arping -D will not do: it stops at the first answer.",
  run: [askOnce("ADDRESS", "IFACE")],
};

export const WATCH: Step = {
  say: "On any host of the segment: watch who speaks for the address. The MAC in front is the sender's, the one after is-at what it says.",
  run: ["tcpdump -eni IFACE 'arp src host ADDRESS'"],
};
