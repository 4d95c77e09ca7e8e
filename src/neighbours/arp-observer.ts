import { Air, ArpOperation, type FrameFacts, LinkAddresses, PacketType } from "../decode/facts.ts";
import { isGroupAddress, isUnicastAddress } from "../knowledge/address.ts";
import type { Position, Timeline } from "./base/position.ts";
import { isGroupMac, type Station, type StationTable } from "./base/station.ts";
import type { TargetGate } from "./bounds/target-gate.ts";
import type { CacheEntry } from "./caches/cache-entry.ts";
import type { CacheTable } from "./caches/cache-table.ts";
import type { Caches } from "./caches/caches.ts";
import type { EveryModel } from "./caches/every-model.ts";
import { hasFailedProbe, type NeighbourTimers } from "./caches/models/model.ts";
import { type Ask, isLate } from "./claims/asks.ts";
import type { Binding } from "./claims/binding.ts";
import type { BindingTable } from "./claims/binding-table.ts";
import type { Claim, ClaimForm, HeardClaim } from "./claims/claim.ts";
import { FloodDetector } from "./claims/flood-detector.ts";
import { Storms } from "./claims/storms.ts";
import { RepeatedFrames } from "./duplicates/repeated-frames.ts";

/** Who is told what ARP frames teach: the caches of each model, and who keeps a record of it. */
type ArpLearner = Pick<Caches, "overhear" | "learnByAnswering" | "beginResolution" | "revealByProbe">;

/** Turns ARP frames into claims, requests and answers, and tells the caches what each teaches whom. */
export class ArpObserver {
  readonly floodDetector: FloodDetector;
  readonly storms = new Storms();
  private readonly repeatedFrames = new RepeatedFrames<readonly Meaning[]>();
  private readonly timeline: Timeline;
  private readonly stations: StationTable;
  private readonly bindings: BindingTable;
  private readonly targetGate: TargetGate;
  private readonly beliefs: EveryModel;
  private readonly caches: CacheTable;
  private readonly models: readonly ArpLearner[];
  private readonly timers: NeighbourTimers;
  /** Frames observed. */
  frames = 0;
  /** What the frame under way was taken for. */
  private meanings: Meaning[] = [];

  /**
   * @param models who keeps a record, the caches by the chosen model, then by the others
   * @param timers of the chosen model
   */
  constructor(
    timeline: Timeline,
    stations: StationTable,
    bindings: BindingTable,
    targetGate: TargetGate,
    beliefs: EveryModel,
    models: readonly ArpLearner[],
    timers: NeighbourTimers,
  ) {
    this.floodDetector = new FloodDetector(timeline);
    this.timeline = timeline;
    this.stations = stations;
    this.bindings = bindings;
    this.targetGate = targetGate;
    this.beliefs = beliefs;
    this.caches = beliefs.chosen;
    this.models = models;
    this.timers = timers;
  }

  observe(facts: FrameFacts): void {
    this.frames++;
    this.floodDetector.count(facts.segment);
    if (isGroupAddress(facts.targetIp)) return;
    // The link layer does not name the sender.
    if (isGroupMac(facts.sourceMacHigh) && facts.linkAddresses !== LinkAddresses.Both) return;
    const at = this.timeline.here(facts);
    const sender = this.stations.of(facts.segment, facts.sourceMacHigh, facts.sourceMacLow);
    const sentTo = isGroupMac(facts.destinationMacHigh)
      ? null
      : this.stations.of(facts.segment, facts.destinationMacHigh, facts.destinationMacLow);
    const isRequest = facts.operation === ArpOperation.Request;
    const original = this.repeatedFrames.original(facts, at.timeNs);
    // By whom it asks, or tells: a router answers many hosts in a second, but no host again and again.
    if (original === undefined || facts.air === Air.Wired)
      this.storms.measure(sender, facts.operation, facts.targetIp, at);
    if (original !== undefined) {
      // One frame on the wire, whatever the capture says; it is counted, because Wireshark will show it, and no more.
      for (const { claim, form } of original) claim.addDuplicate(form, { at, sentBy: sender });
      if (isRequest && sentTo === null) sender.noteAsked(facts.targetIp, at);
      return;
    }
    this.meanings = [];
    if (isRequest) this.observeRequest(facts, at, sender, sentTo);
    else this.observeReply(facts, at, sender, sentTo);
    this.repeatedFrames.remember(facts, at.timeNs, this.meanings);
  }

  private observeRequest(facts: FrameFacts, at: Position, sender: Station, sentTo: Station | null): void {
    const announces = facts.senderIp === facts.targetIp;
    const heard = this.hear(facts, at, sender, sentTo, announces ? "announcement" : "request");
    if (announces) {
      this.noteAnnounced(facts, sender, heard);
      return;
    }

    const broadcast = sentTo === null;
    if (broadcast) sender.noteAsked(facts.targetIp, at);
    if (!this.targetGate.admits(facts)) return;

    const target = this.bindings.of(facts.segment, facts.targetIp);
    const fromKernel = facts.targetMacHigh === 0 && facts.targetMacLow === 0;
    const ask: Ask = {
      at,
      asker: sender,
      askerIp: facts.senderIp,
      claim: heard,
      broadcast,
      sentTo,
      fromKernel,
      recheck: fromKernel && (!broadcast || this.isLastResort(this.caches.entry(sender, facts.targetIp))),
      answers: [],
    };
    const needless = target.asks.add(ask, sentTo);
    if (needless && heard?.claimed === sender)
      this.bindings.of(facts.segment, heard.ip).addNeedless(heard.claimed);
    if (facts.senderIp === 0) target.addProbe(sender, at);
    if (!fromKernel || heard === null || heard.claimed !== sender) return;

    // `arp_solicit` takes one of the host's own addresses as sender, and never asks for one.
    sender.ownAddresses.add(facts.senderIp);
    sender.ownAddresses.delete(facts.targetIp);
    // Where the link layer does not name the receiver, it is taken from the cache itself, and proves nothing of it.
    const isSeen = facts.linkAddresses === LinkAddresses.Both || facts.packetType === PacketType.ToUs;
    const { models } = this;
    for (let index = 0; index < models.length; index++) {
      if (broadcast) models[index]?.beginResolution(sender, target, ask);
      else if (sentTo !== sender) models[index]?.revealByProbe(sender, target, sentTo, at, isSeen);
    }
  }

  /** Whether the kernel asks everybody because nobody answered its unicast requests. */
  private isLastResort(entry: CacheEntry | undefined): boolean {
    return this.timers.unicastProbes > 0 && entry !== undefined && hasFailedProbe(entry, this.timers);
  }

  private observeReply(facts: FrameFacts, at: Position, sender: Station, sentTo: Station | null): void {
    if (facts.senderIp === facts.targetIp) {
      this.noteAnnounced(facts, sender, this.hear(facts, at, sender, sentTo, "announcement"));
      return;
    }
    const ask = this.bindings
      .get(facts.segment, facts.senderIp)
      ?.asks.answeredBy(sender, facts.targetIp, this.timeline.nowNs);
    const form = ask === undefined ? "unsolicited-reply" : "reply";
    const heard = this.hear(facts, at, sender, sentTo, form, ask?.recheck);
    if (heard === null) return;
    if (ask === undefined) {
      this.noteAddressed(facts, at, sender, sentTo);
      return;
    }
    const binding = this.bindings.of(facts.segment, facts.senderIp);
    binding.asks.answer(ask, at, sender, heard.claimed);
    binding.noteReplyEcho(heard, ask);
    const [first] = ask.answers;
    // A proxy answers for what it does not hold.
    if (heard.claimed === sender && !(first !== undefined && isLate(first.at, at))) {
      sender.ownAddresses.add(facts.senderIp);
      const claim = ask.broadcast ? binding.claimOf(sender) : undefined;
      if (claim !== undefined) {
        claim.firstAnswer ??= at;
        claim.firstAsker ??= ask.asker;
      }
    }
    if (ask.claim !== null && ask.asker !== sender) this.learnByAnswering(sender, ask.claim);
  }

  /**
   * A reply whose request the capture lacks tells what that request said: who is believed to have the target address.
   * So an attacker's own capture, without the frames that it forged, still shows what they taught.
   */
  private noteAddressed(facts: FrameFacts, at: Position, sender: Station, sentTo: Station | null): void {
    if (sentTo === null || sentTo === sender || !isUnicastAddress(facts.targetIp)) return;
    if (sentTo.macHigh !== facts.targetMacHigh || sentTo.macLow !== facts.targetMacLow) return;
    const addressed: HeardClaim = {
      at,
      form: "addressed",
      ip: facts.targetIp,
      claimed: sentTo,
      sentBy: sender,
      targetIp: facts.senderIp,
      gratuitous: false,
      sentTo: sender,
      recheck: false,
      isSnap: facts.isSnap,
    };
    const claim = this.bindings.of(facts.segment, facts.targetIp).addClaim(addressed, this.beliefs);
    this.meanings.push({ claim, form: "addressed" });
    this.learnByAnswering(sender, addressed);
  }

  private learnByAnswering(host: Station, heard: HeardClaim): void {
    const { models } = this;
    for (let index = 0; index < models.length; index++) models[index]?.learnByAnswering(host, heard);
  }

  /** keepalived and arping announce from a socket of their own; only who looks the address up does not hold it. */
  private noteAnnounced(facts: FrameFacts, sender: Station, heard: HeardClaim | null): void {
    if (heard?.claimed === sender && this.caches.entry(sender, facts.senderIp) === undefined)
      sender.ownAddresses.add(facts.senderIp);
  }

  /** Records what the frame says of its sender, and lets every host that received it hear so. Null where it says nothing. */
  private hear(
    facts: FrameFacts,
    at: Position,
    sender: Station,
    sentTo: Station | null,
    form: ClaimForm,
    recheck = false,
  ): HeardClaim | null {
    if (!isUnicastAddress(facts.senderIp)) return null;
    const heard: HeardClaim = {
      at,
      form,
      ip: facts.senderIp,
      claimed: this.stations.of(facts.segment, facts.senderMacHigh, facts.senderMacLow),
      sentBy: sender,
      targetIp: facts.targetIp,
      gratuitous: isGratuitous(facts),
      sentTo,
      recheck,
      isSnap: facts.isSnap,
    };
    const binding: Binding = this.bindings.of(facts.segment, facts.senderIp);
    this.meanings.push({ claim: binding.addClaim(heard, this.beliefs), form });
    this.floodDetector.note(heard.claimed, sender, heard.ip, at);
    const { models } = this;
    for (let index = 0; index < models.length; index++) models[index]?.overhear(binding, heard);
    return heard;
  }
}

/** One thing that a frame says. */
interface Meaning {
  readonly claim: Claim;
  readonly form: ClaimForm;
}

/** `arp_is_garp`: sender and target address the same and, in a reply, the target hardware address the sender's. */
function isGratuitous(facts: FrameFacts): boolean {
  if (facts.senderIp !== facts.targetIp) return false;
  if (facts.operation === ArpOperation.Request) return true;
  return facts.targetMacHigh === facts.senderMacHigh && facts.targetMacLow === facts.senderMacLow;
}
