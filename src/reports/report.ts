import type { ExpectationKind, ExpectationResult } from "../findings/expectations.ts";
import type { BypassEnd, Certainty, Outcome } from "../findings/finding.ts";
import type { Verdict } from "../findings/judge.ts";
import type { Setting } from "../kinds/account.ts";
import type { BenignKind, FindingKind } from "../kinds/registry.ts";
import type { Severity, Stage } from "../kinds/severity.ts";
import type { Forwarding } from "../knowledge/roles.ts";
import type { CacheCause } from "../neighbours/caches/cache-entry.ts";
import type { NeighbourModelName } from "../neighbours/caches/models/model.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";
import type { VantageKind } from "../neighbours/vantage/vantage.ts";
import type { HolderForm } from "../roles/holders.ts";
import type { Role } from "../roles/role-assignment.ts";
import type {
  AtLeastOne,
  CaptureIndex,
  Count,
  FindingId,
  FrameNumber,
  IpAddress,
  MacAddress,
  Nanoseconds,
  Sha256,
  Time,
  VlanId,
} from "./scalars.ts";

/**
 * What an analysis found, as `--format json` prints it and `analyzeCapture` returns it. `npm run build` makes the JSON
 * Schema of it that is published as `lvs-pcap/report.schema.json`.
 */
export interface Report {
  /** Changes when a name or a meaning does; new keys and kinds leave it alone. */
  schemaVersion: 1;
  tool: { name: "lvs-pcap"; version: string };
  verdict: Verdict;
  /** What the verdict is about, and what it is not about. */
  reach: Reach;
  /** By which findings and caches were judged. */
  neighbourModel: NeighbourModelName;
  /**
   * In the order given.
   *
   * @minItems 1
   */
  captures: CaptureSummary[];
  /** What the captures cannot show because of where, or how, they were taken; empty where nothing seems to be missing. */
  vantage: VantageLimit[];
  topology: Topology;
  /** The inventories that were given, and what they had to say. */
  inventories: ReportedInventory[];
  /** What the topology given as a test promises, and what the frames say of it. */
  expectations: ReportedExpectation[];
  /** What another decoder says of each capture, in their order; null where it was not asked for. */
  secondOpinion: SecondOpinion[] | null;
  /** In order of their first frame. */
  findings: ReportedFinding[];
  benign: BenignChange[];
  /** Each host's neighbour cache at the end of the capture, by the model and by what its own frames prove. */
  caches: HostCache[];
  /** Whose MAC every host held over time for each VIP and gateway, and for each address that findings are about; bounded. */
  timelines: Timeline[];
  /** What a flood made the analysis give up to stay within its memory; all zero in an ordinary capture. */
  forgotten: Forgotten;
}

export interface Forgotten {
  /** Addresses that are no longer tracked; of nearly all there was nothing to tell but their owner. */
  addresses: Count;
  stations: Count;
  /** Claims, cache entries and receivers beyond what is kept of one address. */
  parts: Count;
  /** Of the addresses those that several MACs had claimed: a finding may have been among them. */
  contested: Count;
  /** Frames of senders and destinations that were too many to count apart. */
  trafficFrames: Count;
}

export interface CaptureSummary {
  /** As given; `-` for standard input. */
  file: string;
  /** Null unless asked for. */
  sha256: Sha256 | null;
  bytes: Count;
  format: "pcap" | "pcapng" | "pdml";
  compression: null | "gzip" | "zstd";
  /** Whether pcap-parser, which `verify` asks, reads captures of this format: pcap 2.4 with microseconds. */
  verifiable: boolean;
  /** LINKTYPE_ names without the prefix, as tcpdump.org lists them. */
  linkTypes: string[];
  frames: Count;
  first: Time | null;
  last: Time | null;
  /** False where the capture is cut short or damaged. */
  complete: boolean;
  /** What is wrong with it, in one line; null where nothing is. */
  problem: string | null;
  /** Frames that hold something no decoder looks into, by what it is; the most frequent first. */
  notAnalysed: NotAnalysedFrames[];
  /** Frames that could not be decoded, by reason. */
  anomalies: Record<string, AtLeastOne>;
  /** Of pcapng, the first few; names fit to be shown. */
  interfaces: CaptureInterface[];
  /** Interfaces that were too many to list. */
  interfacesOmitted: Count;
  /** Remarks that somebody left in a pcapng file, the first few; fit to be shown. */
  comments: CaptureComment[];
  commentsOmitted: Count;
  /**
   * Captures with the same number are of one network: frames show it, or nothing tells them apart. Another number is a site
   * of its own, whose addresses have nothing to do with the others'.
   */
  network: Count;
  /** Index into `captures` of the one that this holds the same as; then it was not read. Else null. */
  duplicateOf: CaptureIndex | null;
  /** Frames that the capturing side says it lost; null where it does not say. */
  dropped: Count | null;
}

export interface NotAnalysedFrames {
  /** A stable name, such as `vxlan`, `ipv6-nd` or `link-type-ppp`. */
  what: string;
  frames: AtLeastOne;
}

/** How far the verdict reaches. */
export interface Reach {
  /** Broadcast domains that frames were seen in. */
  segments: Count;
  /** Address families that were looked into. */
  families: "ipv4"[];
  notLookedInto: NotLookedInto[];
  /** ARP frames that were read; without any a verdict rests on forwarded packets alone. */
  arpFrames: Count;
  /** Whether unicast frames both from and to the same host were seen. */
  directions: "both" | "one" | "unknown";
  /** Why no frame could have shown a poisoning, in one sentence; null where one could. */
  undetermined: string | null;
}

export interface NotLookedInto extends NotAnalysedFrames {
  why: string;
}

export interface CaptureInterface {
  name: string | null;
  description: string | null;
  /** LINKTYPE_ name without the prefix. */
  linkType: string;
  frames: Count;
}

export interface CaptureComment {
  /** The frame that it is about; null where it is about the capture or an interface. */
  frame: FrameNumber | null;
  text: string;
}

/** Where what a capture lacks proves nothing. */
export interface VantageLimit {
  kind: VantageKind;
  capture: CaptureIndex;
  /** One sentence that says what is not observable, and why it is thought so. */
  what: string;
  /** Whose unicast frames alone are there, for `unicast-not-mirrored`; null where nobody's are. */
  host: Host | null;
  /** Frames that go to show it: unicast frames, unanswered requests, or frames that were cut. */
  count: Count;
  /** The first few: requests whose answer is missing, or frames that were cut. */
  evidence: ReportedPosition[];
}

export interface ReportedInventory {
  file: string;
  /** As what it was read. */
  format: string;
  /** How many of each it has. */
  vips: Count;
  bindings: Count;
  names: Count;
  /** What of it was left out, in one line each. */
  notes: string[];
}

/** One promise of a topology given as a test. */
export interface ReportedExpectation {
  kind: ExpectationKind;
  result: ExpectationResult;
  /** The VIP or the gateway's address; null for a gateway that only a MAC names. */
  ip: IpAddress | null;
  vlan: VlanId | null;
  /** The hosts as the file names them. */
  expected: string[];
  /** Who did it, or did not as expected. */
  seen: Host | null;
  /** One sentence. */
  what: string;
  evidence: ReportedPosition[];
}

/** An independent decoder's word on what a capture holds; not on what follows from that. */
export interface SecondOpinion {
  capture: CaptureIndex;
  by: "pcap-parser";
  version: string;
  /** Whether the two agree in everything that was compared; null where nothing could be. */
  verified: boolean | null;
  /** Records compared. */
  records: Count;
  /** The first few; `differencesTotal` counts them all. */
  differences: DecodedDifferently[];
  differencesTotal: Count;
  /** Where and why the capture breaks off, so that what follows was not compared; null for a whole one. */
  problem: string | null;
  /** Why it could not be compared; null where it was. */
  notVerifiable: string | null;
}

export interface DecodedDifferently {
  /** Null where it is about the capture as a whole. */
  frame: FrameNumber | null;
  /** As `verify --format json` names it. */
  field: string;
  ours: string;
  theirs: string;
}

export interface Topology {
  gateways: ReportedGateway[];
  vips: ReportedVip[];
}

export interface ReportedGateway extends Host {
  origin: "given" | "inferred";
  /** Why it is believed to be one; empty where it is given. */
  evidence: string[];
}

/** A host that held a VIP. */
export interface ReportedHolder {
  host: Host;
  from: ReportedPosition;
  /** When the next one took it; null for the last. */
  to: ReportedPosition | null;
  /** Whether gratuitous ARP told the others. */
  announced: boolean;
  /** The frame by which it took the VIP. */
  form: HolderForm;
}

export interface ReportedVip {
  ip: IpAddress;
  vlan: VlanId | null;
  origin: "given" | "inferred";
  /** Why it is believed to be a VIP, and what of the roles given the capture does not show. */
  evidence: string[];
  directors: Host[];
  /** Hosts that speak for the VIP, where a given director never shows its MAC: the frames do not tell whether one is it. */
  undecided: Host[];
  /** Who held the VIP when, in order, by advertisements and by ARP; hosts accused of claiming it are left out. The newest 64. */
  holders: ReportedHolder[];
  /** How often it changed hands. */
  leadershipChanges: Count;
  realServers: (Host & { forwarding: Forwarding | null })[];
}

export interface Host {
  /** All zero for a host that was named but that no frame shows. */
  mac: MacAddress;
  /** An address of its own; never a VIP. */
  ip: IpAddress | null;
  role: Role;
  /** As an inventory has it; only where one does. */
  name?: string;
  /** Who made its card: by an inventory, or by the registry where vendors were asked for. */
  vendor?: string;
}

/** One frame. */
export interface ReportedPosition {
  capture: CaptureIndex;
  frame: FrameNumber;
  time: Time;
}

export interface ReportedFinding {
  id: FindingId;
  kind: FindingKind;
  severity: Severity;
  stage: Stage;
  ip: IpAddress;
  /** Null where frames are not tagged. */
  vlan: VlanId | null;
  claimant: Host;
  rightful: Host | null;
  /** Of `stale-neighbour`: whose MAC the victims' caches still hold though it holds the address no more; else null. */
  formerHolder: Host | null;
  /** How sure it is: frames show it · a rule or the neighbour model weighs · something may be missing. */
  certainty: Certainty;
  /** Why it is as sure as that. */
  why: string;
  /** The known exception that covers it; then it counts for no verdict and no exit status. Null where none does. */
  suppressedBy: string | null;
  victims: ReportedVictim[];
  /** The neighbour models by which it would have ended otherwise; empty where all agree. */
  models: ReportedDisagreement[];
  /** Each time that caches were wrong by it, in order; empty where no cache was. */
  episodes: ReportedEpisode[];
  /** The sum of the episodes'; null where nothing went astray. */
  bypass: ReportedBypass | null;
  /**
   * Of `vip-reply`: broadcast requests that the claimant and others answered. The first eight.
   *
   * @maxItems 8
   */
  races: ReportedRace[];
  /** How many there were. */
  racesTotal: Count;
  /**
   * What would have prevented it, by a second run of the model over the recorded claims without the frames that these
   * settings suppress: the smallest set that closes this finding's own leak and leaves every cache right. All entries
   * together are enough; empty where no settings would have been, or for kinds that settings do not prevent.
   */
  prevention: PreventionSettings[];
  /** Claims beyond what was kept for the second run; 0 where it had all. */
  preventionOmittedClaims: Count;
  /**
   * Hosts that were asked in the address' name, and of which this capture point cannot show whether they answered and so
   * learned it. The MAC is all zero where no frame shows it.
   */
  notObservable: Host[];
  first: ReportedPosition;
  last: ReportedPosition;
  count: AtLeastOne;
  /**
   * Bounded; enough to prove it.
   *
   * @minItems 1
   */
  evidence: (ReportedPosition & { what: string })[];
  evidenceTotal: AtLeastOne;
  /** One sentence a person can act on. */
  summary: string;
  /** What to change on which machine, in order. */
  fix: ReportedFixStep[];
  /** The same in sentences, with what would have prevented it in front. */
  remedy: string[];
  /** For Wireshark: the frames by which it was claimed. */
  displayFilter: string;
}

/** One thing to do on one machine. */
export interface ReportedFixStep {
  /** The machine; null where it is none of the report's hosts: then `what` says which. */
  host: Host | null;
  /** What it does; one clause. */
  what: string;
  /** What is set, as the kernel or the program calls it: `arp_ignore`; null where the step sets nothing. */
  setting: string | null;
  /** Where it is set: `all`, or an interface. */
  scope: string | null;
  value: string | null;
  /** One line for a root shell on that machine, with nothing in it to be filled in. */
  command: string | null;
  /** What to know about it; whole sentences. */
  note: string | null;
}

/** One outage: from the claim that began it until the last of its victims was right again. */
export interface ReportedEpisode {
  /** The claim that began it; null where none was captured. */
  claimed: ReportedPosition | null;
  /** The frame by which a cache first took it; null where only traffic shows it. */
  learned: ReportedPosition | null;
  /** The first frame that was sent by the wrong entry. */
  used: ReportedPosition | null;
  /** When the last of its victims was right again; null where one was not. */
  restored: ReportedPosition | null;
  restoredBy: string | null;
  bypass: ReportedStrays | null;
}

export interface ReportedVictim extends Host {
  /** The frame by which its cache took the claimant's MAC; null where only its own frames give it away. */
  learned: ReportedPosition | null;
  /** The first frame of its own that proves it. */
  used: ReportedPosition | null;
  restored: ReportedPosition | null;
  restoredBy: string | null;
  /** In which of the finding's `episodes` it was wrong: indices. */
  episodes: Count[];
}

/** How it would have ended had the hosts another stack. */
export interface ReportedDisagreement {
  model: NeighbourModelName;
  /**
   * Only those for which it would.
   *
   * @minItems 1
   */
  hosts: ReportedOutcome[];
  /** What would be different, and by which rule. */
  why: string;
}

export interface ReportedOutcome extends Host {
  /** Never took the claimant's MAC · took it, and no longer holds it at the end · holds it at the end. */
  outcome: Outcome;
  /** The frame by which its cache would have taken it; null where it would not have, or where only its traffic shows it. */
  learned: ReportedPosition | null;
  /** The frame from which on it would no longer have held it. */
  restored: ReportedPosition | null;
}

/** Traffic that reached the claimant instead of the rightful owner, in one episode or in all of them. */
export interface ReportedStrays {
  frames: AtLeastOne;
  bytes: Count;
  /**
   * Distinct by client, ports and protocol in each episode; each is exactly one of `answered`, `answeredByOthers`, `reset`
   * and `unanswered`. 0 where they are not told apart: a claimant that passes packets on leaves the answers to others.
   */
  flows: Count;
  /** Flows in which the claimant itself sent back a packet that is no refusal. */
  answered: Count;
  /** Flows in which the claimant did not, but another host sent a packet back. */
  answeredByOthers: Count;
  /** Flows in which all that came back were its TCP RSTs or ICMP unreachables. */
  reset: Count;
  /** Flows in which nobody sent anything back that the capture shows. */
  unanswered: Count;
  first: ReportedPosition;
  last: ReportedPosition;
  /** How the last victim came to send elsewhere; `capture-end`: it did not. */
  endedBy: BypassEnd;
  /** The frame by which it ended, or the capture's last one. */
  ended: ReportedPosition;
  /** From the first stray frame to the end, of each episode. */
  durationNs: Nanoseconds;
}

/** The sum of the episodes'. */
export interface ReportedBypass extends ReportedStrays {
  /**
   * Frames that the victims sent for the address to other MACs, from the first episode until the last was over: what did
   * not go astray.
   */
  elsewhere: Count;
}

export interface PreventionSettings {
  host: Host;
  /**
   * `no-announcement`: ARPUPDATE=no, or the VIP's alias off the network card.
   *
   * @minItems 1
   */
  settings: Setting[];
  /** Whether on this host alone they would have left every cache right. */
  enough: boolean;
}

/** A broadcast request that several hosts answered. */
export interface ReportedRace {
  request: ReportedPosition;
  /**
   * In order of arrival: the first one is believed.
   *
   * @minItems 2
   */
  answers: {
    position: ReportedPosition;
    by: Host;
    /** Since the request. */
    delayNs: Nanoseconds;
  }[];
}

/** A change of bindings that has an innocent explanation. */
export interface BenignChange {
  kind: BenignKind;
  ip: IpAddress;
  vlan: VlanId | null;
  from: Host | null;
  to: Host | null;
  first: ReportedPosition;
  last: ReportedPosition;
  why: string;
  evidence: ReportedPosition[];
}

export interface HostCache {
  host: Host;
  vlan: VlanId | null;
  /** @minItems 1 */
  entries: CachedNeighbour[];
}

export interface CachedNeighbour {
  ip: IpAddress;
  mac: MacAddress;
  /** The frame that taught it, or that first showed it. */
  since: ReportedPosition;
  /** Possible: the frames do not rule out that the host never took it. */
  state: "known" | "possible";
}

/** What the hosts believed about one address from the first frame to the last. */
export interface Timeline {
  ip: IpAddress;
  vlan: VlanId | null;
  role: "vip" | "gateway" | "host";
  /** Each host whose cache held the address; those that held a wrong MAC first. */
  observers: TimelineObserver[];
  /** Hosts that were too many to list. */
  observersOmitted: Count;
  claims: TimelineClaim[];
}

export interface TimelineObserver {
  host: Host;
  /** In order of time. */
  held: CacheHolding[];
  /** What it sent by the entry; counted while the address is contested. */
  sent: SentPeriod[];
}

/** For a while a cache held one owner's MAC. */
export interface CacheHolding {
  /** Whose MAC. */
  owner: Host;
  from: ReportedPosition;
  /** `not-observable`: it was asked in the address' name, and where this was captured its answer does not show. */
  cause: CacheCause | "not-observable";
  /** The first frame of its own that proves it. */
  used: ReportedPosition | null;
  /** Null where it held it to the end. */
  to: ReportedPosition | null;
  endedBy: CacheCause | null;
  state: "known" | "possible";
}

export interface SentPeriod {
  to: Host;
  first: ReportedPosition;
  last: ReportedPosition;
  frames: Count;
  bytes: Count;
  flows: Count;
}

/** Frames of one form by which a host claimed the address. */
export interface TimelineClaim {
  claimant: Host;
  form: ClaimForm;
  count: Count;
  first: ReportedPosition;
  last: ReportedPosition;
  /** The first few; with the host whose card sent the frame, where that is not the claimant's. */
  frames: (ReportedPosition & { sentBy: Host | null })[];
}
