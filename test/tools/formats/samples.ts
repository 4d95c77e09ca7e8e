import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../../support/frames.ts";
import {
  avs,
  backbone,
  cookedV1,
  cookedV2,
  ieee80211,
  loopback,
  nflog,
  pktap,
  ppi,
  prism,
  radiotap,
  rawIp,
  snap,
} from "../../support/link-layers.ts";
import { writePcap } from "../../support/pcap.ts";
import { PcapngWriter, resolution } from "../../support/pcapng.ts";
import { at, isAt, packet, whoHas } from "../../support/traffic.ts";

/** The same four frames, three of them ARP, in another form. */
export interface Sample {
  readonly group: "containers" | "link types";
  readonly name: string;
  /** Null where it cannot be made here; `why` says so. */
  readonly bytes: Buffer | null;
  readonly why?: string;
}

const FRAMES = [
  at(0, whoHas(VIP, GATEWAY)),
  at(0.1, isAt(VIP, DIRECTOR, GATEWAY)),
  at(0.2, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
  at(0.3, packet(GATEWAY, REAL_SERVER, { destination: VIP })),
];
const TAGGED = [
  at(0, whoHas(VIP, GATEWAY, { tags: [{ vlan: 100 }, { vlan: 7 }] })),
  at(0.1, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP, tags: [{ vlan: 7 }] })),
];
const PCAP = writePcap(FRAMES);

function pcapng(littleEndian: boolean): Buffer {
  const writer = new PcapngWriter(littleEndian);
  const packets = FRAMES.map(({ atNs, bytes }) =>
    writer.packet(bytes, { units: 1_700_000_000_000_000_000n + BigInt(Math.floor(atNs)) }),
  );
  return Buffer.concat([writer.section(), writer.interface([resolution(9)]), ...packets]);
}

function piped(command: string, args: readonly string[], input: Buffer): Pick<Sample, "bytes" | "why"> {
  const { status, stdout, error } = spawnSync(command, args, { input, maxBuffer: 1 << 24 });
  if (status === 0) return { bytes: stdout };
  return { bytes: null, why: `${command} cannot be run here: ${error?.message ?? `exit status ${status}`}` };
}

/** tshark reads no capture from a pipe by -r. */
function dissected(): Pick<Sample, "bytes" | "why"> {
  const folder = mkdtempSync(join(tmpdir(), "lvs-pcap-sample-"));
  const path = join(folder, "sample.pcap");
  writeFileSync(path, PCAP);
  const made = piped("tshark", ["-n", "-r", path, "-T", "pdml"], Buffer.alloc(0));
  rmSync(folder, { recursive: true });
  return made;
}

/** As the patched libpcap of 1999 wrote it: eight more bytes in each record header. */
function modifiedPcap(): Buffer {
  const plain = writePcap(FRAMES, { nanosecond: false });
  const header = Buffer.from(plain.subarray(0, 24));
  header.writeUInt32LE(0xa1b2cd34, 0);
  const records = [];
  for (let offset = 24; offset < plain.length; ) {
    const length = plain.readUInt32LE(offset + 8);
    const end = offset + 16 + length;
    records.push(plain.subarray(offset, offset + 16), Buffer.alloc(8), plain.subarray(offset + 16, end));
    offset = end;
  }
  return Buffer.concat([header, ...records]);
}

function containers(): Sample[] {
  const group = "containers";
  return [
    { group, name: "pcap, microseconds, little endian", bytes: writePcap(FRAMES, { nanosecond: false }) },
    {
      group,
      name: "pcap, microseconds, big endian",
      bytes: writePcap(FRAMES, { nanosecond: false, littleEndian: false }),
    },
    { group, name: "pcap, nanoseconds", bytes: PCAP },
    { group, name: "pcap 2.3", bytes: writePcap(FRAMES, { nanosecond: false, version: [2, 3] }) },
    { group, name: "pcap, modified (0xa1b2cd34)", bytes: modifiedPcap() },
    { group, name: "pcapng, little endian", bytes: pcapng(true) },
    { group, name: "pcapng, big endian", bytes: pcapng(false) },
    { group, name: "pcap in gzip", bytes: gzipSync(PCAP) },
    { group, name: "pcapng in gzip", bytes: gzipSync(pcapng(true)) },
    { group, name: "pcap in zstd", ...piped("zstd", ["-c"], PCAP) },
    { group, name: "PDML, which Wireshark shows as one XML file", ...dissected() },
  ];
}

function linkTypes(): Sample[] {
  const under = (
    name: string,
    linkType: number,
    wrap: (frame: Buffer) => Buffer,
    frames = FRAMES,
  ): Sample => ({
    group: "link types",
    name,
    bytes: writePcap(
      frames.map(({ atNs, bytes }) => ({ atNs, bytes: wrap(Buffer.from(bytes)) })),
      { linkType, nanosecond: false },
    ),
  });
  return [
    under("Ethernet (1)", 1, (frame) => frame),
    under("Ethernet with one and two VLAN tags", 1, (frame) => frame, TAGGED),
    under("Ethernet with LLC and SNAP", 1, snap),
    under("Ethernet within a provider's, 802.1ah", 1, (frame) => backbone(frame, 1)),
    under("Linux cooked v1 (113)", 113, (frame) => cookedV1(frame)),
    under("Linux cooked v2 (276)", 276, (frame) => cookedV2(frame)),
    under("raw IP (101), which carries no ARP", 101, rawIp, FRAMES.slice(3)),
    under("NULL (0), which carries no ARP", 0, (frame) => loopback(frame, true), FRAMES.slice(3)),
    under("LOOP (108), which carries no ARP", 108, (frame) => loopback(frame, false), FRAMES.slice(3)),
    under("802.11 (105)", 105, (frame) => ieee80211(frame)),
    under("802.11 with radiotap (127)", 127, (frame) => radiotap(ieee80211(frame))),
    under("802.11 with PPI (192)", 192, (frame) => ppi(ieee80211(frame))),
    under("802.11 with Prism (119)", 119, (frame) => prism(ieee80211(frame))),
    under("802.11 with AVS (163)", 163, (frame) => avs(ieee80211(frame))),
    under("PKTAP (258)", 258, (frame) => pktap(frame)),
    under("NFLOG (239), of an ARP or IP packet", 239, (frame) => nflog(frame)),
    under("PPP (9): frames are counted", 9, (frame) => frame),
  ];
}

export const SAMPLES: readonly Sample[] = [...containers(), ...linkTypes()];
