import { isCooked } from "../capture/link-type.ts";
import type { LONGEST_RECORD_BYTES, PCAP_RECORD_HEADER_BYTES, RecordForm } from "../capture/pcap-records.ts";
import type { FrameFacts, IpProtocol } from "../decode/facts.ts";
import type { DHCP_CLIENT_PORT, IPVS_SYNC_PORTS } from "../decode/ipv4.ts";
import { ofUdp } from "../decode/not-analysed.ts";
import { nearSlot } from "../neighbours/base/near-slots.ts";
import type { Timeline } from "../neighbours/base/position.ts";
import type { BindingTable } from "../neighbours/claims/binding-table.ts";
import type { InterfaceDuplicates } from "../neighbours/duplicates/interface-duplicates.ts";
import type { NetworkState } from "../neighbours/network-state.ts";
import type { SentTraffic } from "../neighbours/traffic/sent-traffic.ts";
import {
  answerSlot,
  CAPTURE_SHIFT,
  type PAIR_WORDS,
  type PairFlag,
  type PairWord,
  pairPlace,
  type ROW_DOUBLES_SHIFT,
  ROW_FLAGS,
  type ROW_WORDS_SHIFT,
  type RowDouble,
  type RowFlag,
  type RowWord,
  rowSlot,
  tunnelPlace,
} from "../neighbours/traffic/traffic-layout.ts";
import type { TrafficTable } from "../neighbours/traffic/traffic-table.ts";
import { CookedLinks } from "./cooked-links.ts";

/** The UDP ports that `decodeIpv4` looks behind. */
const SYNC_PORTS: typeof IPVS_SYNC_PORTS = { first: 8848, last: 8911 };
const DHCP_PORT: typeof DHCP_CLIENT_PORT = 68;

/**
 * Counts the frames that are like others before, without decoding them.
 *
 * Of most frames of a capture all that matters is known: who sends for which address to which MAC, and that the state
 * machine has nothing more to learn from them. What is looked at here is just enough to be sure of that; a frame with
 * anything unusual about it, from a header option to a port that LVS uses, is left to the decoders.
 */
export class FastLane {
  private readonly timeline: Timeline;
  private readonly bindings: BindingTable;
  private readonly traffic: TrafficTable;
  private readonly sent: SentTraffic;
  private readonly duplicates: InterfaceDuplicates;
  /** Of frames that lack the MAC which they were sent to; null for Ethernet. */
  private readonly cooked: CookedLinks | null;

  private readonly notAnalysed: Float64Array;
  private readonly domain: number;

  /**
   * @param linkType of the frames: Ethernet, or what `-i any` gives
   * @param domain the upper bits of their `FrameFacts.segment`
   * @param notAnalysed where to count frames that hold something no decoder looks into, by `NotAnalysed`
   */
  constructor(state: NetworkState, linkType: number, notAnalysed: Float64Array, domain = 0) {
    this.notAnalysed = notAnalysed;
    this.domain = domain;
    this.timeline = state.timeline;
    this.bindings = state.bindings;
    this.traffic = state.traffic;
    this.sent = state.trafficObserver.sent;
    this.duplicates = state.unnamedReceivers.duplicates;
    this.cooked = isCooked(linkType) ? new CookedLinks(state, linkType) : null;
  }

  /** Understands further frames with the link header that begins at `start` as this one was, which had to be decoded. */
  learn(view: DataView, start: number, facts: FrameFacts): void {
    this.cooked?.learn(view, start, facts);
  }

  /**
   * Counts the frames in a piece of a capture up to the first that has to be decoded.
   *
   * Record headers are read here, too: one loop over all is twice as fast as a call for every frame. All tables are
   * looked up once and kept in local variables, for nothing in the loop makes them grow.
   *
   * @param start of a record in `view`
   * @param newest of the frames before; becomes the last one counted, but for what is decoded of it
   * @returns where the first record begins that was not counted, be it because the bytes end
   */
  run(view: DataView, header: RecordForm, start: number, end: number, newest: FrameFacts): number {
    const { littleEndian } = header;
    const isInBlocks = header.isInBlocks === true;
    const nanosecondsPerUnit = header.nanosecond ? 1 : 1000;
    const { words: pairs } = this.traffic.pairs;
    const { index, words: rows, doubles } = this.traffic;
    const { tunnelled } = this.traffic;
    const { near } = this.bindings;
    const { filter: answers } = this.sent;
    const { cooked, duplicates, notAnalysed, domain } = this;
    cooked?.renew();
    const cookedBytes = cooked?.headerBytes ?? 0;
    const cookedTypeAt = cooked?.typeOffset ?? 0;
    const pairMask = pairs.length - 1;
    const indexMask = index.length - 1;
    const ordinary = (newest.capture << CAPTURE_SHIFT) | ROW_FLAGS;
    let frame = newest.number;
    const ordinalOffset = this.timeline.ordinal - frame;

    // Literals, so that they become part of the instructions; their types hold them to the layout.
    const pairWords: typeof PAIR_WORDS = 8;
    const pairWire0: typeof PairWord.Wire0 = 0;
    const pairWire4: typeof PairWord.Wire4 = 1;
    const pairWire8: typeof PairWord.Wire8 = 2;
    const pairSegment: typeof PairWord.Segment = 3;
    const pairNumberAt: typeof PairWord.Number = 4;
    const pairFlags: typeof PairWord.Flags = 5;
    const pairRestRow: typeof PairWord.RestRow = 7;
    const pairAnswers: typeof PairFlag.Answers = 2;
    const rowWordsShift: typeof ROW_WORDS_SHIFT = 4;
    const rowDestinationIp: typeof RowWord.DestinationIp = 0;
    const rowPair: typeof RowWord.Pair = 1;
    const rowFlagsAndCapture: typeof RowWord.FlagsAndCapture = 2;
    const rowLastSeconds: typeof RowWord.LastSeconds = 3;
    const rowLastNanoseconds: typeof RowWord.LastNanoseconds = 4;
    const rowLastSourceIp: typeof RowWord.LastSourceIp = 5;
    const rowLastPorts: typeof RowWord.LastPorts = 6;
    const rowLastIdentificationAndTtl: typeof RowWord.LastIdentificationAndTtl = 7;
    const rowOffLink: typeof RowFlag.OffLink = 2;
    const rowOrdinary: typeof RowFlag.Ordinary = 4;
    const rowDoublesShift: typeof ROW_DOUBLES_SHIFT = 3;
    const rowFrames: typeof RowDouble.Frames = 4;
    const rowBytes: typeof RowDouble.Bytes = 5;
    const rowLastFrame: typeof RowDouble.LastFrame = 6;
    const rowLastOrdinal: typeof RowDouble.LastOrdinal = 7;
    const tcp: typeof IpProtocol.Tcp = 6;
    const udp: typeof IpProtocol.Udp = 17;
    const icmp: typeof IpProtocol.Icmp = 1;
    const ipIp: typeof IpProtocol.IpIp = 4;
    const gre: typeof IpProtocol.Gre = 47;
    const vrrp: typeof IpProtocol.Vrrp = 112;
    // Of link headers the longest, which is LINUX_SLL2's; of Ethernet's 14 bytes and one VLAN tag.
    const longestLinkBytes = cooked === null ? 14 + 4 : 20;
    // IPv4 without options, UDP and the two bytes by which GUE is known.
    const shortestBytes = longestLinkBytes + 20 + 8 + 2;
    // Two IPv4 headers without options, and GRE's between them.
    const shortestTunnelledBytes = longestLinkBytes + 20 + 4 + 20;
    // What a capture of one card counts as frames between two others, one of all interfaces cannot tell.
    const ignoredFlags = cooked === null ? rowOffLink : rowOffLink | rowOrdinary;
    const ipv4HeaderBytes = 20;

    const recordHeaderBytes: typeof PCAP_RECORD_HEADER_BYTES = 16;
    const longestRecordBytes: typeof LONGEST_RECORD_BYTES = 262_144;

    const lastHeader = end - recordHeaderBytes;
    let counted = -1;
    let record = start;
    records: while (record <= lastHeader) {
      const capturedBytes = view.getInt32(record + 8, littleEndian);
      if (capturedBytes < shortestBytes || capturedBytes > longestRecordBytes) break;
      const frameStart = record + recordHeaderBytes;
      const next = frameStart + capturedBytes;
      if (next > end) break;
      let ipv4 = frameStart + 14;
      let pair = 0;
      let link = 0;
      if (cooked === null) {
        let segment = domain;
        let etherType = view.getUint16(frameStart + 12);
        if (etherType === 0x8100) {
          segment = domain | (view.getUint16(frameStart + 14) & 0xfff);
          ipv4 = frameStart + 18;
          etherType = view.getUint16(frameStart + 16);
        }
        if (etherType !== 0x0800) break;
        const wire4 = view.getInt32(frameStart + 4);
        const wire8 = view.getInt32(frameStart + 8);
        const wire0 = view.getInt32(frameStart);
        pair = pairPlace(wire4, wire8) & pairMask;
        while (
          pairs[pair + pairWire8] !== wire8 ||
          pairs[pair + pairWire4] !== wire4 ||
          pairs[pair + pairWire0] !== wire0 ||
          pairs[pair + pairSegment] !== segment
        ) {
          if (pairs[pair + pairNumberAt] === 0) break records;
          pair = (pair + pairWords) & pairMask;
        }
      } else {
        ipv4 = frameStart + cookedBytes;
        if (view.getUint16(frameStart + cookedTypeAt) !== 0x0800) break;
        link = cooked.find(view, frameStart);
        if (link < 0) break;
        pair = cooked.pairAt(link);
      }
      const pairNumber = pairs[pair + pairNumberAt] ?? 0;

      const versionAndLength = view.getInt32(ipv4);
      if (versionAndLength >>> 24 !== 0x45 || (versionAndLength & 0xffff) < ipv4HeaderBytes) break;
      const identificationAndFragment = view.getInt32(ipv4 + 4);
      if ((identificationAndFragment & 0x1fff) !== 0) break;
      const ttlAndProtocol = view.getUint16(ipv4 + 8);
      const protocol = ttlAndProtocol & 0xff;
      let ports = 0;
      let passedBy = 0;
      if (protocol === tcp) {
        ports = view.getInt32(ipv4 + 20);
      } else if (protocol === udp) {
        ports = view.getInt32(ipv4 + 20);
        const firstOfPayload = view.getUint16(ipv4 + 28);
        passedBy = ofUdp(ports & 0xffff, firstOfPayload);
        if (passedBy === 0 && !isPlainUdp(ports, firstOfPayload)) break;
      } else if (protocol === ipIp || protocol === gre) {
        if (capturedBytes < shortestTunnelledBytes) break;
        if (protocol === gre && view.getInt32(ipv4 + 20) !== 0x0800) break;
        const inner = protocol === gre ? ipv4 + 24 : ipv4 + 20;
        if (view.getUint8(inner) !== 0x45 || view.getUint8(inner + 9) !== tcp) break;
        const innerDestinationIp = view.getInt32(inner + 16);
        const known = tunnelPlace(innerDestinationIp, pairNumber);
        if (tunnelled[known] !== innerDestinationIp || tunnelled[known + 1] !== pairNumber) break;
      } else if (protocol === vrrp || (protocol === icmp && view.getUint8(ipv4 + 20) === 3)) {
        break;
      }
      const sourceIp = view.getInt32(ipv4 + 12);
      if (((pairs[pair + pairFlags] ?? 0) & pairAnswers) !== 0) {
        if (answers[answerSlot(sourceIp, pairs[pair + pairWire8] ?? 0)] === 1) break;
      }

      const destinationIp = view.getInt32(ipv4 + 16);
      const rest = pairs[pair + pairRestRow] ?? 0;
      let row = rest - 1;
      if (rest < 0) {
        row = -rest - 1;
        if (rows[(row << rowWordsShift) + rowDestinationIp] !== destinationIp) break;
      } else if (rest === 0 || near[nearSlot(destinationIp)] === 1) {
        let slot = rowSlot(destinationIp, pairNumber) & indexMask;
        for (;;) {
          row = (index[slot] ?? 0) - 1;
          if (row < 0) break records;
          const found = row << rowWordsShift;
          if (rows[found + rowDestinationIp] === destinationIp && rows[found + rowPair] === pairNumber) break;
          slot = (slot + 1) & indexMask;
        }
      }
      const rowAt = row << rowWordsShift;
      const flagsAndCapture = rows[rowAt + rowFlagsAndCapture] ?? 0;
      if ((flagsAndCapture | ignoredFlags) !== ordinary) break;
      const seconds = view.getInt32(record, littleEndian);
      const nanoseconds = Math.imul(view.getInt32(record + 4, littleEndian), nanosecondsPerUnit);
      if (cooked !== null) {
        const isDuplicate = duplicates.hasPacket(
          (pairs[pair + pairWire4] ?? 0) & 0xffff,
          pairs[pair + pairWire8] ?? 0,
          (identificationAndFragment & 0xffff0000) | ttlAndProtocol,
          sourceIp,
          destinationIp,
          ports,
          view.getInt32(record + 12, littleEndian),
          seconds,
          nanoseconds,
        );
        if (isDuplicate) break;
        cooked.remember(link, duplicates);
      }

      frame++;
      if (passedBy !== 0) notAnalysed[passedBy] = (notAnalysed[passedBy] ?? 0) + 1;
      rows[rowAt + rowLastSeconds] = seconds;
      rows[rowAt + rowLastNanoseconds] = nanoseconds;
      rows[rowAt + rowLastSourceIp] = sourceIp;
      rows[rowAt + rowLastPorts] = ports;
      rows[rowAt + rowLastIdentificationAndTtl] =
        ((identificationAndFragment >>> 16) << 8) | (ttlAndProtocol >>> 8);
      const doublesAt = row << rowDoublesShift;
      doubles[doublesAt + rowFrames] = (doubles[doublesAt + rowFrames] ?? 0) + 1;
      doubles[doublesAt + rowBytes] =
        (doubles[doublesAt + rowBytes] ?? 0) + view.getUint32(record + 12, littleEndian);
      doubles[doublesAt + rowLastFrame] = frame;
      doubles[doublesAt + rowLastOrdinal] = frame + ordinalOffset;
      counted = record;
      record = isInBlocks ? record + view.getInt32(record - 8, littleEndian) : next;
    }
    if (counted >= 0) {
      newest.number = frame;
      newest.seconds = view.getUint32(counted, littleEndian);
      newest.nanoseconds = view.getUint32(counted + 4, littleEndian) * nanosecondsPerUnit;
    }
    return record;
  }
}

function isPlainUdp(ports: number, firstOfPayload: number): boolean {
  const destinationPort = ports & 0xffff;
  return (
    destinationPort !== DHCP_PORT &&
    (destinationPort < SYNC_PORTS.first || destinationPort > SYNC_PORTS.last) &&
    (firstOfPayload & 0xe0ff) !== 0x0004
  );
}
