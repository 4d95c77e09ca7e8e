import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";

/** What tshark 4.0 wrote, kept for where there is none: {@link dissect} makes such files. */
export function keptDissection(name: string): Buffer {
  return gunzipSync(readFileSync(join(import.meta.dirname, "..", "fixtures", "captures", `${name}.pdml.gz`)));
}

/** `tshark -T pdml` of a capture. */
export function dissect(capture: string, ...args: string[]): Buffer {
  return execFileSync("tshark", ["-n", "-r", capture, "-T", "pdml", ...args], {
    stdio: ["ignore", "pipe", "ignore"],
    maxBuffer: 1 << 29,
  });
}

/** A document around these packets. */
export function pdml(...packets: string[]): Buffer {
  return Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>\n<pdml version="0" creator="wireshark/4.0.17">\n${packets.join("\n")}\n</pdml>\n`,
  );
}

export interface PacketFields {
  readonly number?: number | string;
  readonly time?: string;
  readonly length?: number;
  /** What follows the fields that describe the packet. */
  readonly layers?: string;
}

/** A `<packet>` as Wireshark begins one, for an Ethernet frame. */
export function packetElement({
  number = 1,
  time = "1700000000.000000001",
  length = 42,
  layers = "",
}: PacketFields = {}) {
  return `<packet>
<proto name="geninfo" pos="0" showname="General information" size="${length}">
<field name="num" pos="0" show="${number}" showname="Number" value="1" size="${length}"/>
<field name="len" pos="0" show="${length}" showname="Frame Length" value="2a" size="${length}"/>
<field name="caplen" pos="0" show="${length}" showname="Captured Length" value="2a" size="${length}"/>
<field name="timestamp" pos="0" show="" showname="Captured Time" value="${time}" size="${length}"/>
</proto>
<proto name="frame" showname="Frame" size="${length}" pos="0">
<field name="frame.encap_type" size="0" pos="0" show="1"/>
</proto>
${layers}
</packet>`;
}

/** A protocol with one field that tells all of its bytes. */
export function protocolOf(name: string, position: number, bytes: Uint8Array): string {
  const place = `size="${bytes.length}" pos="${position}"`;
  return `<proto name="${name}" ${place}><field name="${name}.all" ${place} show="" value="${Buffer.from(bytes).toString("hex")}"/></proto>`;
}
