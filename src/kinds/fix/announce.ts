import { countText } from "../../words/counts.ts";
import { hostNames, isSeen } from "../../words/hosts.ts";
import type { FindingAccount, PoisonedHost } from "../account.ts";
import type { Step } from "../topic.ts";
import { cardTowards, cardWith, type FixStep, step } from "./step.ts";

/** Hosts that get a step of their own. */
const MOST_HOSTS = 6;

/**
 * Two programs are called arping, and neither takes the other's line: iputils' has no -S, and Habets' without it asks
 * in the card's own address, which heals nothing.
 */
interface Announcement {
  readonly iputils: string;
  /** Debian's package arping; it ends with status 1, because nobody answers an announcement. */
  readonly habets: string;
}

function announcementOf(ip: string, card: string): Announcement {
  return {
    iputils: `arping -U -c 3 -I ${card} ${ip}`,
    habets: `arping -U -c 3 -S ${ip} -i ${card} ${ip}`,
  };
}

const HABETS = "It ends with status 1 though it worked: nobody answers an announcement.";

/**
 * Announces an address from its owner, once for each of the two programs.
 *
 * @param card as the shell finds it there
 */
export function announce(host: FixStep["host"], what: string, ip: string, card: string): FixStep[] {
  const { iputils, habets } = announcementOf(ip, card);
  return [
    step({ host, what: `${what} (iputils' arping)`, command: iputils }),
    step({
      host,
      what: "Or the same with Habets' arping, Debian's package of that name",
      command: habets,
      note: HABETS,
    }),
  ];
}

/** The lines of an explanation. */
const ANNOUNCE_VIP = linesOf("VIP");
export const ANNOUNCE_ADDRESS = linesOf("ADDRESS");
/** How to read the two lines. */
const TWO_PROGRAMS =
  "The first line is for iputils' arping, the second for Habets' (Debian's package arping).";

function linesOf(placeholder: string): string[] {
  const { iputils, habets } = announcementOf(placeholder, "IFACE");
  return [iputils, habets];
}

/** Those that still hold the wrong MAC, as far as the capture goes. */
function stillPoisoned({ victims, stage }: FindingAccount): readonly PoisonedHost[] {
  return stage === "claimed" ? [] : victims.filter(({ restored }) => restored === null);
}

/** A poisoned Linux neighbour heals in seconds or never, others take minutes to hours: no reason to wait. */
export function heal(finding: FindingAccount): FixStep[] {
  const { ip, rightful } = finding;
  const poisoned = stillPoisoned(finding);
  const [first] = poisoned;
  if (first === undefined) return [];
  const card = first.ip === null ? cardWith(ip) : cardTowards(first.ip);
  const what = `Announce ${ip}, which sets ${hostNames(poisoned)} right`;
  return [
    ...announce(rightful, rightful === null ? `On its director: a${what.slice(1)}` : what, ip, card),
    ...poisoned.slice(0, MOST_HOSTS).map((victim) =>
      step({
        host: victim,
        what: "Or delete the wrong entry there",
        command: `ip neigh flush to ${ip}`,
        note: more(poisoned, victim),
      }),
    ),
  ];
}

/** The last one that gets a step of its own speaks for the others. */
function more(hosts: readonly PoisonedHost[], host: PoisonedHost): string | null {
  const omitted = hosts.length - MOST_HOSTS;
  return omitted > 0 && host === hosts[MOST_HOSTS - 1]
    ? `The same on ${countText(omitted)} more; the report lists them under victims.`
    : null;
}

/** Sees whether the first victim is right again. */
export function checkCache({ victims, ip, rightful }: FindingAccount): FixStep[] {
  const [first] = victims;
  if (first === undefined || rightful === null || !isSeen(rightful)) return [];
  return [
    step({
      host: first,
      what: "Check that it worked",
      command: `ip neigh show to ${ip}`,
      note: `It must say lladdr ${rightful.mac}.`,
    }),
  ];
}

/** Pins the right entry on every victim while the claimant is still on the network. */
export function pin({ victims, ip, rightful }: FindingAccount): FixStep[] {
  if (rightful === null || !isSeen(rightful)) return [];
  return victims.slice(0, MOST_HOSTS).map((victim) =>
    step({
      host: victim,
      what: "Pin the right MAC until the network is clean",
      command: `ip neigh replace ${ip} lladdr ${rightful.mac} nud permanent dev ${cardTowards(ip)}`,
      note: more(victims, victim),
    }),
  );
}

export const SEE_CACHE: Step = {
  say: "On the gateway, and on any host of the segment that talks to the VIP: see to whom its cache sends. It has to be a director's MAC.",
  run: ["ip neigh show to VIP"],
};

export const HEAL: Step = {
  say: `Then heal the caches: on the director that holds the VIP, announce it; where that does not help, delete the entry on the gateway. ${TWO_PROGRAMS}`,
  run: [...ANNOUNCE_VIP, "ip neigh del VIP dev IFACE"],
};

/** One broadcast: iputils' arping would ask on by unicast the first that answered, and Habets' -b means something else. */
export function askOnce(ip: string, card: string): string {
  return `arping -c 1 -I ${card} ${ip}`;
}

export const COUNT_ANSWERS: Step = {
  say: "On a host that is neither director nor real server: ask, and count the MACs that answer. It has to be one, a director's.",
  run: [askOnce("VIP", "IFACE")],
};

/** On a host where `owner` does not matter. */
export function answeredByOne(what: string, ip: string): FixStep {
  return step({ host: null, what: `On a third host: ${what}`, command: askOnce(ip, cardTowards(ip)) });
}
