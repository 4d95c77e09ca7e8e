import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readCapture } from "../../../src/capture/read-capture.ts";
import { FrameIntake } from "../../../src/intake/frame-intake.ts";
import { NetworkState } from "../../../src/neighbours/network-state.ts";
import { sourceInPieces } from "../../support/byte-sources.ts";
import { conversation } from "../../support/conversations.ts";
import { arp, BROADCAST_MAC, EtherType, ethernet } from "../../support/frames.ts";
import { PATIENCE } from "../../support/patience.ts";
import { type CapturedFrame, writePcap } from "../../support/pcap.ts";

type Claims = ReadonlyMap<string, ReadonlySet<string>>;

/** The naive model: who said in an ARP frame of any kind that an address is at which MAC. By no code of src. */
function naively(frames: readonly CapturedFrame[]): Claims {
  const claims = new Map<string, Set<string>>();
  for (const { bytes } of frames) {
    const frame = Buffer.from(bytes);
    const isTagged = frame.readUInt16BE(12) === 0x8100;
    const arpAt = isTagged ? 18 : 14;
    if (frame.readUInt16BE(arpAt - 2) !== 0x0806) continue;
    const mac = frame.subarray(arpAt + 8, arpAt + 14);
    const ip = frame.subarray(arpAt + 14, arpAt + 18);
    const target = frame.readUInt8(arpAt + 24);
    if (ip.readUInt8(0) === 0 || !isUnicast(ip.readUInt8(0)) || !isUnicast(target)) continue;
    const vlan = isTagged ? frame.readUInt16BE(14) & 0xfff : 0;
    const key = `${vlan}: ${ip.join(".")}`;
    claims.set(key, (claims.get(key) ?? new Set()).add(mac.toString("hex")));
  }
  return claims;
}

/** A first byte of 224 or more, or of the loopback's network, is nobody's (arp_process). */
function isUnicast(firstByte: number): boolean {
  return firstByte < 224 && firstByte !== 127;
}

async function bindingsOf(frames: readonly CapturedFrame[]): Promise<Claims> {
  const state = new NetworkState(new Map());
  const bytes = writePcap(frames);
  await readCapture(sourceInPieces(bytes, [bytes.length]), new FrameIntake(state, 0));
  const claims = new Map<string, Set<string>>();
  for (const binding of state.bindings) {
    const ip = [24, 16, 8, 0].map((shift) => (binding.ip >>> shift) & 0xff).join(".");
    const macs = binding.claims
      // What others believe of a station it did not say itself.
      .filter(({ tallies }) => [...tallies.keys()].some((form) => form !== "addressed"))
      .map(({ station: { macHigh, macLow } }) => hex(macHigh, 4) + hex(macLow >>> 0, 8));
    if (macs.length > 0) claims.set(`${binding.segment}: ${ip}`, new Set(macs));
  }
  return claims;
}

function hex(number: number, digits: number): string {
  return number.toString(16).padStart(digits, "0");
}

const octet = fc.constantFrom(0, 1, 10, 127, 192, 223, 224, 255);
const anyIp = fc.tuple(octet, octet, octet, octet).map((octets) => octets.join("."));
const anyMac = fc.constantFrom(
  "00:00:00:00:00:00",
  "02:00:00:00:00:01",
  "02:00:00:00:00:02",
  "03:00:00:00:00:01",
  "01:00:5e:00:00:12",
  BROADCAST_MAC,
);

/** ARP frames with anything in their fields. */
const anyArp: fc.Arbitrary<CapturedFrame[]> = fc
  .array(
    fc
      .record({
        to: anyMac,
        from: anyMac,
        operation: fc.constantFrom(1, 2),
        senderMac: anyMac,
        senderIp: anyIp,
        targetMac: anyMac,
        targetIp: anyIp,
        tags: fc.constantFrom([], [{ vlan: 7 }]),
      })
      .map(({ to, from, tags, ...fields }) =>
        ethernet({ to, from, tags, type: EtherType.Arp, payload: arp(fields) }),
      ),
    { maxLength: 40 },
  )
  .map((frames) => frames.map((bytes, index) => ({ atNs: index * 300_000_000, bytes })));

describe("the table of bindings", () => {
  it("holds what a naive model holds, for anything that hosts may say", async () => {
    await fc.assert(
      fc.asyncProperty(conversation, async (frames) => {
        expect(await bindingsOf(frames)).toEqual(naively(frames));
      }),
      { numRuns: 150 * PATIENCE },
    );
  });

  it("holds what a naive model holds, whatever is in the frames' fields", async () => {
    await fc.assert(
      fc.asyncProperty(anyArp, async (frames) => {
        expect(await bindingsOf(frames)).toEqual(naively(frames));
      }),
      { numRuns: 150 * PATIENCE },
    );
  });
});
