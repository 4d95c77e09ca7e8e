import type { Limit } from "../neighbours/vantage/vantage.ts";
import { plural } from "../words/counts.ts";
import type { Wording } from "./wording.ts";

/** What the capture cannot show, and how one can tell; one sentence. */
export function limitText(limit: Limit, wording: Wording): string {
  const { kind, station, count, cutToBytes } = limit;
  switch (kind) {
    case "unicast-not-mirrored":
      return station === null
        ? `No unicast frame was captured, and ${plural(count, "request")} found no answer: this port sees broadcasts only, so replies are not observable.`
        : `Every unicast frame is from or to ${wording.name(station)}: this was captured on that host, or on a port that shows no other's frames, so what others send each other by unicast, ARP replies above all, is not observable.`;
    case "one-direction":
      return `Only one direction was captured (${plural(count, "unicast frame")}, no replies): what came back is not observable, and victims may be missing.`;
    case "snap-length":
      return `${plural(count, "frame")} ${count === 1 ? "was" : "were"} cut to ${cutToBytes ?? 0} bytes or less when captured, too few for an ARP frame (42) or the inner header of a tunnel: what they said is not observable.`;
    case "cooked":
      return `Captured on all interfaces at once (-i any)${station === null ? "" : ` of ${wording.name(station)}`}: the frames lack the MAC to which they were sent, so where this machine's own packets went, and what others sent each other, is not observable.`;
    case "no-macs":
      return `${plural(count, "packet")} ${count === 1 ? "was" : "were"} captured without a link layer: no MAC and no ARP, so who claimed which address, and where packets went, is not observable.`;
    case "encrypted":
      return `${plural(count, "frame")} of the air ${count === 1 ? "is" : "are"} encrypted: what ${count === 1 ? "it" : "they"} said, ARP among it, is not observable.`;
  }
}
