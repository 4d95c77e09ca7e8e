import { SERVICE_SEGMENT } from "../decode/ether-type.ts";
import { BROADCAST } from "../kinds/filters.ts";

/**
 * A Wireshark display filter for the frames that a finding counts.
 *
 * @param frames conditions of the finding's kind that all hold for them
 * @param tagged whether the captures hold tagged frames at all: only then must those of other VLANs be kept out
 * @param linkTypes names of those of the capture: where MACs are not Ethernet's, Wireshark has other fields for them
 */
export function displayFilterOf(
  frames: readonly string[],
  segment: number,
  tagged: boolean,
  linkTypes: readonly string[],
): string {
  const conditions = [...frames, ...(tagged ? segmentFilter(segment) : [])];
  return conditions.flatMap((condition) => inFieldsOf(linkTypes, condition)).join(" && ");
}

/** The condition in the fields of the capture's link layer; none where that has no such field. */
function inFieldsOf(linkTypes: readonly string[], condition: string): string[] {
  if (!condition.startsWith("eth.") || linkTypes.includes("ETHERNET")) return [condition];
  if (linkTypes.some((name) => name.startsWith("LINUX_SLL"))) {
    if (condition.startsWith("eth.src")) return [condition.replace("eth.src", "sll.src.eth")];
    // Packet type 0: to the machine itself.
    return condition.endsWith(BROADCAST) ? [] : ["sll.pkttype == 0"];
  }
  if (linkTypes.some((name) => name.startsWith("IEEE802_11") || name === "PPI"))
    return [condition.replace("eth.src", "wlan.sa").replace("eth.dst", "wlan.da")];
  return linkTypes.includes("NFLOG") ? [] : [condition];
}

function segmentFilter(wholeSegment: number): string[] {
  // An interface's number, or a backbone service, is not in the tags.
  const segment = (wholeSegment & SERVICE_SEGMENT) === 0 ? wholeSegment & 0xffffff : wholeSegment & 0xfff;
  // A priority tag, VLAN 0, leaves a frame untagged (802.1Q, 9.6).
  if (segment === 0) return ["!(vlan.id > 0)"];
  const [inner, outer] = [segment & 0xfff, segment >>> 12];
  // Where tags are stacked deeper, the same identifier may stand further out (the layer operator is Wireshark 4's).
  return outer === 0 ? [`vlan.id == ${inner}`] : [`vlan.id == ${outer}`, `vlan.id#[-1] == ${inner}`];
}
