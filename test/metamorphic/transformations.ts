import { gzipSync } from "node:zlib";
import type { ReportedFinding } from "../../src/index.ts";
import { CAPTURE_START_SECONDS, type CapturedFrame, writePcap } from "../support/pcap.ts";
import { OptionCode, PcapngWriter } from "../support/pcapng.ts";
import { at, isAt, packet, whoHas } from "../support/traffic.ts";
import { renamed, renamedIp, renamedMac } from "./renaming.ts";

/** What does not change however a capture is written down, who is in it, and when it was taken. */
export interface Conclusion {
  readonly kind: string;
  readonly severity: string;
  readonly stage: string;
  readonly ip: string;
  readonly claimant: string;
  readonly victims: readonly string[];
}

export interface Transformation {
  readonly name: string;
  /** The captures that take the place of the one. */
  readonly apply: (
    frames: readonly CapturedFrame[],
  ) => readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** How an address or a MAC is called afterwards; the same unless said otherwise. */
  readonly nameOf?: { readonly ip: (ip: string) => string; readonly mac: (mac: string) => string };
  /** Whether the kind may change while the accused and the address stay. */
  readonly keepsKind?: boolean;
}

export function conclusionsOf(findings: readonly ReportedFinding[]): Conclusion[] {
  return findings
    .filter(({ severity }) => severity !== "notice")
    .map(({ kind, severity, stage, ip, claimant, victims }) => ({
      kind,
      severity,
      stage,
      ip,
      claimant: claimant.mac,
      victims: victims.map(({ mac }) => mac).toSorted(),
    }));
}

const one = (bytes: Uint8Array, name = "capture.pcap") => [{ name, bytes }];
const YEARS_NS = 10 * 365 * 86_400 * 1e9;

/** On the same switch, among others: nobody whom the capture shows. */
const STRANGERS = [
  { mac: "02:5a:00:00:77:01", ip: "198.18.77.1" },
  { mac: "02:5a:00:00:77:02", ip: "198.18.77.2" },
  { mac: "02:5a:00:00:77:03", ip: "198.18.77.3" },
] as const;

function wovenIn(frames: readonly CapturedFrame[]): CapturedFrame[] {
  const [a, b, c] = STRANGERS;
  const lastMs = (frames.at(-1)?.atNs ?? 0) / 1e6;
  const sound = [0.1, 0.4, 0.7].flatMap((part, index) => {
    const [asker, other] = [
      [a, b],
      [b, c],
      [c, a],
    ][index] ?? [a, b];
    if (asker === undefined || other === undefined) return [];
    const time = lastMs * part;
    return [
      at(time, whoHas(other.ip, asker)),
      at(time + 0.2, isAt(other.ip, other, asker)),
      at(time + 0.4, packet(asker, other)),
      at(time + 0.6, packet(other, asker)),
    ];
  });
  return [...frames, ...sound].toSorted((x, y) => x.atNs - y.atNs);
}

function asPcapng(frames: readonly CapturedFrame[]): Buffer {
  const writer = new PcapngWriter();
  const resolution = [{ code: OptionCode.Resolution, value: Buffer.from([9]) }];
  const blocks = frames.map(({ atNs, bytes }) =>
    writer.packet(bytes, {
      units: BigInt(CAPTURE_START_SECONDS) * 1_000_000_000n + BigInt(Math.round(atNs)),
    }),
  );
  return Buffer.concat([writer.section(), writer.interface(resolution), ...blocks]);
}

export const TRANSFORMATIONS: readonly Transformation[] = [
  {
    name: "with all addresses and MACs renamed",
    apply: (frames) => one(writePcap(renamed(frames))),
    nameOf: { ip: renamedIp, mac: renamedMac },
  },
  {
    name: "ten years later",
    apply: (frames) => one(writePcap(frames.map(({ atNs, bytes }) => ({ atNs: atNs + YEARS_NS, bytes })))),
  },
  { name: "in the other byte order", apply: (frames) => one(writePcap(frames, { littleEndian: false })) },
  { name: "as pcapng", apply: (frames) => one(asPcapng(frames), "capture.pcapng") },
  { name: "in gzip", apply: (frames) => one(gzipSync(writePcap(frames)), "capture.pcap.gz") },
  {
    name: "cut in two files",
    apply: (frames) => {
      const middle = Math.floor(frames.length / 2);
      return [
        { name: "first.pcap", bytes: writePcap(frames.slice(0, middle)) },
        { name: "second.pcap", bytes: writePcap(frames.slice(middle)) },
      ];
    },
  },
  { name: "with strangers woven in", apply: (frames) => one(writePcap(wovenIn(frames))) },
  {
    name: "on a mirror that delivers every frame twice",
    apply: (frames) =>
      one(
        writePcap(
          frames.flatMap(({ atNs, bytes }) => [
            { atNs, bytes },
            { atNs: atNs + 3_000, bytes },
          ]),
        ),
      ),
  },
  {
    name: "in a VLAN",
    apply: (frames) =>
      one(
        writePcap(
          frames.map(({ atNs, bytes }) => ({
            atNs,
            bytes: Buffer.concat([
              bytes.subarray(0, 12),
              Buffer.from([0x81, 0x00, 0x01, 0x2c]),
              bytes.subarray(12),
            ]),
          })),
        ),
      ),
  },
];
