import type { Disagreement, Evidence, Finding, RestoredBy } from "../findings/finding.ts";
import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { NeighbourTimers } from "../neighbours/caches/models/model.ts";
import type { RoleEvidence } from "../roles/evidence.ts";
import type { HolderForm } from "../roles/holders.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";
import { plural, timerText } from "../words/counts.ts";
import { fullName, hostName, hostNames, shortName } from "../words/hosts.ts";
import { printable } from "../words/letters.ts";
import { otherOutcomes } from "./model-wording.ts";
import { hostOf } from "./references.ts";
import { frameText, ipText, macText } from "./text.ts";

const TAKES_OVER: Record<HolderForm, string> = {
  announcement: "announces",
  advertisement: "advertises",
  reply: "answers who-has",
  "unsolicited-reply": "tells others unasked that it has",
  request: "asks in the name of",
  addressed: "is answered as",
};

/** Says things about hosts and findings in sentences; knows who is called what. */
export class Wording {
  private readonly assignment: RoleAssignment;
  private readonly timers: NeighbourTimers;
  private readonly manyCaptures: boolean;

  /**
   * @param timers of the model by which caches were judged
   * @param captures how many there are: of several a frame's number alone names none
   */
  constructor(assignment: RoleAssignment, timers: NeighbourTimers, captures = 1) {
    this.assignment = assignment;
    this.timers = timers;
    this.manyCaptures = captures > 1;
  }

  /** `frame 7`, or `frame 7 of file 2` */
  frame(position: Pick<Position, "capture" | "frame">): string {
    return frameText(position, this.manyCaptures);
  }

  /** `192.168.1.11`, or the MAC where no address of its own is known. */
  shortName(station: Station): string {
    return shortName(hostOf(this.assignment, station));
  }

  /** `real server 192.168.1.11` */
  name(station: Station): string {
    return hostName(hostOf(this.assignment, station));
  }

  /** `real server 192.168.1.11 (02:00:00:00:00:11)`, with its name in front of the MAC where an inventory has one */
  fullName(station: Station): string {
    return fullName(hostOf(this.assignment, station));
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
    const holder = finding.formerHolder ?? finding.claimant;
    const claimant = holder === null ? "nobody" : macText(holder);
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
        return `${this.name(evidence.by)} takes ${named} for ${ip}`;
      case "used":
        return `${this.name(evidence.by)} sends to ${named} for ${ip}`;
      case "restored":
        return `${this.name(evidence.by)} no longer takes ${named} for ${ip}`;
      case "answered":
        return `${this.name(evidence.by)} answers who-has ${ip}`;
      case "advertised":
        return `${this.name(evidence.by)} advertises ${evidence.ip === undefined ? ip : ipText(evidence.ip)}`;
      case "took-over":
        return `${this.name(evidence.by)} ${TAKES_OVER[evidence.form]} ${ip}`;
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
      case "routed":
        return `${this.name(evidence.by)} sends a packet for ${ip} to ${evidence.to === null ? "a server" : this.name(evidence.to)}`;
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
          ? `${this.failedProbes()}, so it asked everybody, and ${this.name(restored.by)} answered`
          : `it asked everybody, and ${this.name(restored.by)} answered`;
      case "lost":
        return restored.afterProbes
          ? `${this.failedProbes()}; it has no entry now`
          : "it dropped the entry and is resolving again";
      case "aged-out":
        return `nothing confirmed the entry for ${timerText(this.timers.maxAgeNs ?? 0)}; it has no entry now`;
      case "traffic":
        return `its own frames go to ${this.name(restored.by)} again`;
    }
  }

  private failedProbes(): string {
    return `its ${plural(this.timers.unicastProbes, "unicast probe")} went unanswered`;
  }

  /** How it would have ended by another neighbour model, and why. */
  otherModel({ model, hosts }: Disagreement): string {
    return otherOutcomes(hosts)
      .map((outcomes) => outcomes.sentence(model, this.names(outcomes.stations)))
      .join(" ");
  }

  private names(stations: readonly Station[]): string {
    return hostNames(
      stations.map((station) => hostOf(this.assignment, station)),
      "some host",
    );
  }
}
