import { PCAP_HEADER_BYTES, RECORD_HEADER_BYTES } from "./pcap.ts";

/** The ends of one frame. */
export interface Ends {
  readonly to: string;
  readonly from: string;
  /** Broadcast or multicast: every port of a switch gets to see it. */
  readonly toGroup: boolean;
}

/** A classic pcap capture of the same moments, with those frames only that were to be seen elsewhere. */
export function seenWhere(capture: Uint8Array, sees: (ends: Ends) => boolean): Uint8Array {
  const view = new DataView(capture.buffer, capture.byteOffset, capture.byteLength);
  const littleEndian = [0xa1b2c3d4, 0xa1b23c4d].includes(view.getUint32(0, true));
  const kept: Uint8Array[] = [capture.subarray(0, PCAP_HEADER_BYTES)];
  let offset = PCAP_HEADER_BYTES;
  while (offset + RECORD_HEADER_BYTES <= capture.length) {
    const end = offset + RECORD_HEADER_BYTES + view.getUint32(offset + 8, littleEndian);
    if (sees(endsOf(capture.subarray(offset + RECORD_HEADER_BYTES, end))))
      kept.push(capture.subarray(offset, end));
    offset = end;
  }
  return Buffer.concat(kept);
}

/** What a switch that mirrors nothing sends to, or takes from, the port of this host. */
export function seenAtPortOf(capture: Uint8Array, mac: string): Uint8Array {
  return seenWhere(capture, ({ to, from, toGroup }) => toGroup || to === mac || from === mac);
}

function endsOf(frame: Uint8Array): Ends {
  const mac = (at: number) =>
    Buffer.from(frame.subarray(at, at + 6))
      .toString("hex")
      .replace(/(..)(?=.)/g, "$1:");
  return { to: mac(0), from: mac(6), toGroup: ((frame[0] ?? 0) & 1) === 1 };
}
