import type { FrameFacts } from "../../decode/facts.ts";
import { isUnicastAddress } from "../../knowledge/address.ts";
import { MOST_ADMITTED_IN_FLOOD, SEEN_ONCE_SLOTS_LOG2 } from "../../limits.ts";
import type { Timeline } from "../base/position.ts";
import { isGroupMac, type Station, type StationTable } from "../base/station.ts";
import type { Binding } from "../claims/binding.ts";
import type { BindingTable } from "../claims/binding-table.ts";
import type { Possession } from "../claims/possession.ts";
import type { QuiescentHosts } from "./quiescent-hosts.ts";
import { Surge } from "./surge.ts";

/** What may overflow. */
interface Tables {
  readonly timeline: Timeline;
  readonly bindings: BindingTable;
  readonly stations: StationTable;
  readonly quiescent: QuiescentHosts;
}

/** An address is followed again, whose owner's MAC these have in their caches. */
type OnRecalled = (binding: Binding, owner: Station, holders: readonly Station[]) => void;

/** What to do with an ARP frame. */
export type Admission = "observe" | "new-sender" | "known";

/**
 * While a flood makes the tables overflow, an address or a sender that nobody knows gets no place in them for a single
 * frame: it would only push another one out. Whoever speaks twice is let in while there is room, and whoever is
 * contradicted or speaks to an address that is contested, always.
 */
export class FloodGate {
  /** Addresses that had to stay outside, and frames of senders that nothing is known of. */
  turnedAway = 0;
  /** Whether anything ever had to be given up. */
  isCrowded = false;
  private readonly surge: Surge;
  private readonly seen = new Int32Array(1 << SEEN_ONCE_SLOTS_LOG2);
  private readonly timeline: Timeline;
  private readonly bindings: BindingTable;
  private readonly stations: StationTable;
  private readonly possession: Possession;
  private readonly quiescent: QuiescentHosts;
  private readonly recalled: OnRecalled;

  /** @param recalled told of each address that gets a place again */
  constructor(
    { timeline, bindings, stations, quiescent }: Tables,
    possession: Possession,
    recalled: OnRecalled,
  ) {
    this.recalled = recalled;
    this.surge = new Surge(timeline);
    this.timeline = timeline;
    this.bindings = bindings;
    this.stations = stations;
    this.possession = possession;
    this.quiescent = quiescent;
  }

  /** Something had to be given up. */
  close(): void {
    this.isCrowded = true;
    // Where only stations were too many, no address pushes another one out.
    if (!this.hasRoom) this.surge.begin();
  }

  /** @returns "observe", or whose frame it is with which to have no more to do */
  admit(facts: FrameFacts): Admission {
    if (!this.surge.isOn && this.quiescent.size === 0) return "observe";
    const { segment, senderIp } = facts;
    const binding = this.bindings.get(segment, senderIp);
    if (binding !== undefined || this.possession.isVip(senderIp)) return this.admitKnown(facts, binding);
    const row = this.quiescent.find(segment, senderIp);
    if (row >= 0) return this.admitQuiescent(facts, row);
    if (this.turnsAway(facts)) return "new-sender";
    return this.letIn(facts);
  }

  /** The sender's address is followed. */
  private admitKnown(facts: FrameFacts, binding: Binding | undefined): Admission {
    const { segment, targetIp } = facts;
    if (this.quiescent.find(segment, targetIp) < 0) return "observe";
    if (this.hasRoom || binding === undefined || isInConflict(binding) || !isItsOwn(facts))
      return this.letIn(facts);
    const { station } = binding.claims[0] ?? {};
    const isSame = station?.macHigh === facts.senderMacHigh && station.macLow === facts.senderMacLow;
    return isSame ? "known" : this.letIn(facts);
  }

  private admitQuiescent(facts: FrameFacts, row: number): Admission {
    const { quiescent, timeline } = this;
    if (this.hasRoom || !isItsOwn(facts)) return this.letIn(facts);
    if (!quiescent.isOf(row, facts.senderMacHigh, facts.senderMacLow)) {
      if (!this.surge.isOn || !quiescent.doubt(row)) return this.letIn(facts);
      this.surge.count();
      this.turnedAway++;
      return "new-sender";
    }
    const target = this.bindings.get(facts.segment, facts.targetIp);
    if ((target !== undefined && isInConflict(target)) || this.possession.isVip(facts.targetIp))
      return this.letIn(facts);
    const isHasty = quiescent.count(row, facts, timeline.nowNs, timeline.ordinal);
    return isHasty ? this.letIn(facts) : "known";
  }

  private get hasRoom(): boolean {
    return this.bindings.size < MOST_ADMITTED_IN_FLOOD;
  }

  /** What is known of both ends goes into the tables. */
  private letIn({ segment, senderIp, targetIp }: FrameFacts): Admission {
    this.recall(segment, senderIp);
    this.recall(segment, targetIp);
    return "observe";
  }

  private recall(segment: number, ip: number): void {
    const row = this.quiescent.find(segment, ip);
    if (row < 0) return;
    const { macHigh, macLow, holds, form, tally, targetIp, partners } = this.quiescent.take(row);
    if (this.bindings.get(segment, ip) !== undefined) return;
    const station = this.stations.of(segment, macHigh, macLow);
    station.hasClaimed = true;
    if (holds) station.ownAddresses.add(ip);
    const binding = this.bindings.of(segment, ip);
    binding.recall(station, form, tally, targetIp);
    this.recalled(
      binding,
      station,
      partners.flatMap((partner) => this.stationOf(segment, partner) ?? []),
    );
  }

  /** Who has the address, if that is beyond doubt. */
  private stationOf(segment: number, ip: number): Station | undefined {
    const row = this.quiescent.find(segment, ip);
    if (row >= 0) return this.stations.of(segment, ...this.quiescent.macOf(row));
    const claims = this.bindings.get(segment, ip)?.claims ?? [];
    return claims.length === 1 ? claims[0]?.station : undefined;
  }

  private turnsAway(facts: FrameFacts): boolean {
    if (facts.senderIp === 0 && this.knowsStation(facts)) return false;
    if (!this.surge.goesOn() && this.hasRoom) return false;
    this.surge.count();
    if (isItsOwn(facts)) {
      const { nowNs, ordinal } = this.timeline;
      this.quiescent.add(facts, nowNs, ordinal);
      this.bindings.expectNear(facts.senderIp);
      this.turnedAway++;
      return true;
    }
    const pair = pairOf(facts);
    const slot = pair >>> (32 - SEEN_ONCE_SLOTS_LOG2);
    if (this.seen[slot] === pair) return false;
    this.seen[slot] = pair;
    this.turnedAway++;
    return true;
  }

  private knowsStation({ segment, sourceMacHigh, sourceMacLow }: FrameFacts): boolean {
    return this.stations.get(segment, sourceMacHigh, sourceMacLow) !== undefined;
  }
}

function isInConflict({ claims }: Binding): boolean {
  return claims.length > 1;
}

/** Whether the frame's sender speaks of an address for itself, as every kernel does. */
function isItsOwn(facts: FrameFacts): boolean {
  const { senderIp, senderMacHigh, senderMacLow } = facts;
  return (
    senderMacLow === facts.sourceMacLow &&
    senderMacHigh === facts.sourceMacHigh &&
    !isGroupMac(senderMacHigh) &&
    isUnicastAddress(senderIp)
  );
}

/** Never zero, which an empty slot holds. */
function pairOf({ segment, senderIp, sourceMacHigh, sourceMacLow }: FrameFacts): number {
  let hash = Math.imul(senderIp ^ Math.imul(segment + 1, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul((hash ^ (hash >>> 15)) + sourceMacLow, 0xc2b2ae35);
  hash = Math.imul((hash ^ (hash >>> 13)) + sourceMacHigh, 0x27d4eb2f);
  return (hash ^ (hash >>> 16)) | 1;
}
