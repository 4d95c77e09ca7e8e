import type { Disagreement, Evidence, Finding, RestoredBy, Victim } from "../findings/finding.ts";
import { latest, type Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { RoleEvidence } from "../roles/evidence.ts";
import type { Role, RoleAssignment } from "../roles/role-assignment.ts";
import { otherOutcomes } from "./model-wording.ts";
import { elapsedText, frameText, ipText, macText, plural, printable } from "./text.ts";

const ROLE_NAMES: Record<Role, string> = {
  gateway: "gateway",
  director: "director",
  "real-server": "real server",
  client: "client",
  host: "host",
  unknown: "station",
};

/** Says things about hosts and findings in sentences; knows who is called what. */
export class Wording {
  private readonly assignment: RoleAssignment;
  private readonly manyCaptures: boolean;

  /** @param captures how many there are: of several a frame's number alone names none */
  constructor(assignment: RoleAssignment, captures = 1) {
    this.assignment = assignment;
    this.manyCaptures = captures > 1;
  }

  /** `frame 7`, or `frame 7 of file 2` */
  frame(position: Pick<Position, "capture" | "frame">): string {
    return frameText(position, this.manyCaptures);
  }

  /** `192.168.1.11`, or the MAC where no address of its own is known. */
  shortName(station: Station): string {
    const ip = this.assignment.ipOf(station);
    return ip === null ? macText(station) : ipText(ip);
  }

  /** `real server 192.168.1.11` */
  name(station: Station): string {
    return `${ROLE_NAMES[this.assignment.roleOf(station)]} ${this.shortName(station)}`;
  }

  /** `real server 192.168.1.11 (02:00:00:00:00:11)`, with its name in front of the MAC where an inventory has one */
  fullName(station: Station): string {
    const ip = this.assignment.ipOf(station);
    const known = this.assignment.nameOf(station);
    const mac = ip === null ? "" : macText(station);
    const inner = [known === null ? "" : printable(known), mac].filter((part) => part !== "").join(", ");
    return inner === "" ? this.name(station) : `${this.name(station)} (${inner})`;
  }

  /** `frame 7`, or `4 frames from frame 7 on` */
  private frames({ count, first }: Pick<Finding, "count" | "first">): string {
    return count === 1 ? this.frame(first) : `${plural(count, "frame")} from ${this.frame(first)} on`;
  }

  /** Why the roles of a VIP are assigned as they are, each reason once. */
  roleEvidence(evidence: readonly RoleEvidence[]): string[] {
    return [...new Set(evidence.map((reason) => this.roleReason(reason)))];
  }

  private roleReason(reason: RoleEvidence): string {
    switch (reason.what) {
      case "given":
        return "given";
      case "never-seen":
        return "no frame of the capture names it";
      case "known":
        return `${printable(reason.source)} has it at ${macText(reason.station)}`;
      case "unseen-director":
        return this.unseenDirector(reason.ip, reason.candidates);
      case "passes-on":
        return `${this.shortName(reason.from)} answers for it, yet passes its packets on to ${this.shortName(reason.to)} (${this.frame(reason.at)})`;
      case "forwards":
        return `${this.shortName(reason.from)} gets its packets and passes them on to ${this.shortName(reason.to)} (${this.frame(reason.at)}), which answers the sender directly`;
      case "passes-on-unseen":
        return `${this.shortName(reason.station)} answers for it, yet passes its packets on (${this.frame(reason.at)})`;
      case "tunnels":
        return `${this.shortName(reason.from)} wraps its packets for ${this.shortName(reason.to)} (${this.frame(reason.at)})`;
      case "advertises":
        return `${ipText(reason.sourceIp)} advertises it by VRRP version ${reason.version}, virtual router ${reason.virtualRouterId}, priority ${reason.priority} (${this.frame(reason.at)} to ${reason.last.frame})`;
      case "synchronises":
        return `${ipText(reason.sourceIp)} names it in IPVS synchronisation messages (${this.frame(reason.at)})`;
      case "remembered":
        return `${this.shortName(reason.station)} was its ${reason.role === "director" ? "director" : "real server"} before the restart`;
      case "contradiction":
        return reason.role === "director"
          ? `contradiction: ${this.shortName(reason.station)} acts as its director, but is not given as one`
          : `contradiction: ${this.shortName(reason.station)} serves it, but is not given as a real server`;
    }
  }

  private unseenDirector(ip: number, candidates: readonly Station[]): string {
    const unseen = `director ${ipText(ip)} is given, but no frame shows its MAC`;
    if (candidates.length === 0) return unseen;
    const macs = candidates.map((station) => macText(station)).join(", ");
    return `${unseen}: the frames do not tell whether it is ${candidates.length === 1 ? "" : "one of "}${macs}; --director MAC tells`;
  }

  evidence(finding: Finding, evidence: Evidence): string {
    const ip = ipText(finding.ip);
    const claimant = finding.claimant === null ? "nobody" : macText(finding.claimant);
    const named = finding.named === undefined ? claimant : macText(finding.named);
    switch (evidence.what) {
      case "claim":
        switch (evidence.form) {
          case "request":
            return `who-has ${ipText(evidence.targetIp)} tell ${ip}, from ${named}`;
          case "reply":
            return `reply to ${ipText(evidence.targetIp)}: ${ip} is-at ${named}`;
          case "unsolicited-reply":
            return `reply that nobody was seen to ask for, to ${ipText(evidence.targetIp)}: ${ip} is-at ${named}`;
          case "addressed":
            return `${ipText(evidence.targetIp)} replies to ${claimant} as ${ip}`;
          case "announcement":
            return `announcement (gratuitous ARP): ${ip} is-at ${named}`;
        }
        break;
      case "learned":
        return `${this.name(evidence.by)} takes ${claimant} for ${ip}`;
      case "used":
        return `${this.name(evidence.by)} sends to ${claimant} for ${ip}`;
      case "restored":
        return `${this.name(evidence.by)} no longer takes ${claimant} for ${ip}`;
      case "answered":
        return `${this.name(evidence.by)} answers who-has ${ip}`;
      case "advertised":
        return `${this.name(evidence.by)} advertises ${ip}`;
      case "repeated":
        return evidence.isRequest
          ? `${this.name(evidence.by)} asks for ${ip} many times a second`
          : `${this.name(evidence.by)} answers ${ip} many times a second`;
      case "flooded":
        return `${plural(evidence.stations, "MAC")} send ARP that had not been heard before`;
      case "mismatched":
        return `sent by ${claimant}, for ${ipText(evidence.targetIp)}: ${ip} is-at ${macText(evidence.named)}`;
      case "has-role":
        return evidence.role === "director"
          ? `${this.name(evidence.by)} acts as director of ${ip}`
          : `${this.name(evidence.by)} serves ${ip}`;
      case "swept":
        return `${this.name(evidence.by)} asks for one address after another`;
      case "unanswered":
        return `${this.name(evidence.by)} asks who-has ${ip}; nobody answers`;
    }
  }

  restoredBy(restored: RestoredBy): string {
    switch (restored.cause) {
      case "claim":
        return `${restored.gratuitous ? "an announcement" : "an ARP frame"} of ${this.name(restored.by)}`;
      case "resolution":
        return restored.afterProbes
          ? `its three unicast probes went unanswered; it asked anew and ${this.name(restored.by)} answered`
          : `it asked anew and ${this.name(restored.by)} answered`;
      case "lost":
        return restored.afterProbes
          ? "its three unicast probes went unanswered; it has no entry now"
          : "it asked anew and nobody has answered yet";
      case "aged-out":
        return "nothing confirmed it for 20 minutes; it has no entry now";
      case "traffic":
        return `its own frames go to ${this.name(restored.by)} again`;
    }
  }

  /** How it would have ended by another neighbour model, and why. */
  otherModel({ model, hosts }: Disagreement): string {
    return otherOutcomes(hosts)
      .map((outcomes) => outcomes.sentence(model, this.names(outcomes.stations)))
      .join(" ");
  }

  /** One sentence for three in the morning: who did what, what came of it, what to do. */
  summary(finding: Finding): string {
    const ip = ipText(finding.ip);
    const claimant = finding.claimant === null ? null : this.fullName(finding.claimant);
    const who = claimant === null ? "A host that the capture does not show" : capitalise(claimant);
    const first = finding.evidence.find((evidence) => evidence.what === "claim");
    const target = first?.what === "claim" ? ipText(first.targetIp) : "another host";
    const host = finding.claimant === null ? "it" : this.shortName(finding.claimant);
    const frame = this.frame(finding.first);
    switch (finding.kind) {
      case "vip-source-in-request":
        return `${who} asked who-has ${target} tell ${ip} (${frame}), using the VIP as its own address${this.effect(finding)}: set arp_announce=2 on ${host}.`;
      case "vip-reply":
        return first?.what === "claim" && first.form === "unsolicited-reply"
          ? `${who} sends replies that nobody asked for, saying that VIP ${ip} is at its MAC (${frame})${this.effect(finding)}: find out what runs on ${host}.`
          : `${who} answers who-has ${ip} though the VIP is not its to answer for (${frame})${this.effect(finding)}: set arp_ignore=1 on ${host} and keep the VIP off its network card.`;
      case "vip-gratuitous":
        return `${who} announced VIP ${ip} as its own (${frame})${this.effect(finding)}: stop whatever announces it on ${host}.`;
      case "vip-bypass":
        return `${this.victims(finding.victims)} sent traffic for VIP ${ip} straight to ${claimant}${this.past(finding)} from ${frame} on, by an entry older than the capture: check arp_ignore and arp_announce on ${host}, then have the director announce the VIP.`;
      case "vip-unanswered":
        return `Nobody answers who-has ${ip}: ${this.names(askers(finding))} had to ask again (${frame})${finding.claimant === null ? "" : `, and ${claimant} is silent`}: put the VIP on the director's network card, not on lo.`;
      case "gateway-impersonation":
        return `${who} claims the gateway's address ${ip} (${frame})${this.effect(finding)}: take ${host} off the network and find out what runs on it.`;
      case "address-impersonation":
        return `${who} ${finding.count === 1 ? "told" : "keeps telling"} others, unasked, that ${ip} is at ${finding.named === undefined ? "its MAC" : macText(finding.named)} (${frame})${this.effect(finding)}: take ${host} off the network and find out what runs on it.`;
      case "address-conflict":
        if (this.assignment.isVip(finding.ip))
          return `${who} and ${finding.rightful === null ? "another host" : this.fullName(finding.rightful)} both claim VIP ${ip} (${frame}), and no frame tells which of them is its director: only that one may.`;
        return `${who} and ${finding.rightful === null ? "another host" : this.fullName(finding.rightful)} both use ${ip} (${frame}): give one of them another address.`;
      case "flip-flop":
        return `${ip} goes back and forth between ${claimant ?? "one host"} and ${finding.rightful === null ? "another" : this.fullName(finding.rightful)} (from ${frame}): see which of them may announce it.`;
      case "vip-split":
        return `${who} and ${finding.rightful === null ? "another director" : this.fullName(finding.rightful)} both act as director of VIP ${ip} (from ${frame}): see why they do not hear each other, and stop one of them.`;
      case "arp-scan":
        return `${who} asked for one address after another, ${plural(finding.count, "request")} from ${frame} on: a scan; see whether somebody meant it.`;
      case "sender-mismatch": {
        const named = finding.named === undefined ? "another MAC" : macText(finding.named);
        return `${who} sends ARP frames that put ${ip} at ${named} (${this.frames(finding)}): a bridge that rewrites MACs, a cluster's shared MAC, or a forger; see what ${host} is.`;
      }
      case "arp-flood":
        return `ARP senders never heard before came by the hundred, ${plural(finding.count, "frame")} from ${frame} on, ${host} first: a tool that fills tables, or a loop that lets another network in.`;
      case "arp-storm":
        return `${who} sent the same ARP frame about ${ip} ${plural(finding.count, "time")}, many a second, from ${frame} on: a loop in the network, or a program that does not wait for an answer.`;
      case "inventory-contradicted":
        return this.contradiction(finding, who);
    }
  }

  private contradiction({ ip, rightful, inventory, count, first, evidence }: Finding, who: string): string {
    const source = printable(inventory ?? "the inventory");
    const [shown] = evidence;
    if (shown?.what === "has-role") {
      const deed = shown.role === "director" ? "acts as director of" : "serves";
      return `${who} ${deed} VIP ${ipText(ip)} (${this.frame(first)}), but ${source} does not list it: correct the inventory, or see why it does.`;
    }
    const owner = rightful === null ? "another MAC" : macText(rightful);
    if (rightful !== null && this.assignment.roleOf(rightful) === "real-server") {
      return `${who} speaks for ${ipText(ip)} (${this.frames({ count, first })}), but ${source} has it at ${owner}, a real server: the cache that this was taken from was poisoned by then.`;
    }
    return `${who} speaks for ${ipText(ip)} (${this.frames({ count, first })}), but ${source} has it at ${owner}: see which of them is right, and correct the other.`;
  }

  private effect(finding: Finding): string {
    if (finding.stage === "claimed") return this.noEffect(finding);
    const restored = lastRestored(finding.victims);
    const victims = this.victims(finding.victims);
    const isOne = finding.victims.length === 1;
    const whose = isOne ? "its" : "their";
    if (restored !== null) {
      return `, so ${victims} ${finding.stage === "used" ? "sent" : "would have sent"} ${whose} traffic there${this.past(finding)} until ${this.frame(restored)}`;
    }
    const sends = finding.stage === "used" ? `now ${isOne ? "sends" : "send"}` : "would now send";
    return `, so ${victims} ${sends} ${whose} traffic there${this.past(finding)}`;
  }

  /** Why nobody was fooled: by luck, or because it could not be seen. */
  private noEffect(finding: Finding): string {
    const [unseen] = finding.notObservable ?? [];
    if (unseen !== undefined) {
      const host = unseen.station === null ? ipText(unseen.ip) : this.name(unseen.station);
      return `; where this was captured it is not observable whether ${host} learned it`;
    }
    const lost = narrowestDefeat(finding);
    if (lost === null) return "; no cache was seen to take it, but the next one may";
    return `; ${this.name(lost.winner)} was first by ${elapsedText(lost.byNs)}, and next time may not be`;
  }

  private past(finding: Finding): string {
    return finding.rightful === null ? "" : ` instead of to ${this.name(finding.rightful)}`;
  }

  private victims(victims: readonly Victim[]): string {
    return this.names(victims.map(({ station }) => station));
  }

  private names(stations: readonly Station[]): string {
    const names = stations.map((station) => this.name(station));
    const [first = "some host", second] = names;
    if (names.length <= 1) return first;
    return names.length === 2
      ? `${first} and ${second}`
      : `${first} and ${plural(names.length - 1, "other host")}`;
  }
}

/** Of the races that the claimant lost the one that it lost by the least. */
function narrowestDefeat({ claimant, races }: Finding): { winner: Station; byNs: number } | null {
  let narrowest: { winner: Station; byNs: number } | null = null;
  for (const { answers } of races ?? []) {
    const [winner] = answers;
    const own = answers.find(({ by }) => by === claimant);
    if (winner === undefined || own === undefined || winner === own) continue;
    const byNs = own.delayNs - winner.delayNs;
    if (narrowest === null || byNs < narrowest.byNs) narrowest = { winner: winner.by, byNs };
  }
  return narrowest;
}

/** When the last of them was right again; null while one is not. */
function lastRestored(victims: readonly Victim[]): Position | null {
  const restored = victims.flatMap((victim) => victim.restored ?? []);
  return restored.length < victims.length || restored.length === 0 ? null : latest(restored);
}

function askers(finding: Finding): Station[] {
  return [
    ...new Set(finding.evidence.flatMap((evidence) => (evidence.what === "unanswered" ? [evidence.by] : []))),
  ];
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
