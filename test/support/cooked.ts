import { cookedV1, cookedV2 } from "./link-layers.ts";
import { type CapturedFrame, writePcap } from "./pcap.ts";

const BROADCAST = "ffffffffffff";

/** What `tcpdump -i any` writes on the host with this card, of frames on the wire: its own, and those that reach it. */
export function cookedAt(frames: readonly CapturedFrame[], mac: string, version: 1 | 2): Buffer {
  const own = mac.replaceAll(":", "");
  const wrap = version === 1 ? cookedV1 : cookedV2;
  const cooked = frames.flatMap(({ atNs, bytes }) => {
    const frame = Buffer.from(bytes);
    const packetType = packetTypeAt(own, frame.toString("hex", 0, 6), frame.toString("hex", 6, 12));
    return packetType === null ? [] : [{ atNs, bytes: wrap(frame, { packetType }) }];
  });
  return writePcap(cooked, { linkType: version === 1 ? 113 : 276 });
}

function packetTypeAt(own: string, to: string, from: string): number | null {
  if (from === own) return 4;
  if (to === own) return 0;
  if (to === BROADCAST) return 1;
  return (Number.parseInt(to.slice(0, 2), 16) & 1) === 1 ? 2 : null;
}
