import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { analyzeCapture } from "../../src/index.ts";
import { loadIncidents } from "../incidents/incident.ts";
import { loadCollected } from "../support/collected.ts";
import { type CapturedFrame, framesOf, writePcap } from "../support/pcap.ts";
import { loadRecordings } from "../support/recordings.ts";
import { scratchFile } from "../support/scratch.ts";
import { conclusionsOf, TRANSFORMATIONS } from "./transformations.ts";

/**
 * However a capture is written down, the same is concluded from it. A sample here; `npm run metamorphic` takes all of them.
 */

const { LVS_PCAP_METAMORPHIC_EVERY = "7" } = process.env;
const EVERY = Number(LVS_PCAP_METAMORPHIC_EVERY);
/** An NLB cluster's MACs hold its address, encapsulated frames are not rewritten, and random bits mean nothing twice. */
const LEFT_OUT = /nlb_multicast|encapsulated|in_vxlan|arp-oobr/;

const CAPTURES = [
  ...loadRecordings().map(({ name, capture }) => ({ name, capture })),
  ...loadCollected().map(({ name, capture }) => ({ name, capture })),
  ...new Map(
    loadIncidents().map(({ capture }) => [
      capture,
      { name: capture.split("/").slice(-2).join("/"), capture },
    ]),
  ).values(),
].filter(({ name, capture }, index) => index % EVERY === 0 && !LEFT_OUT.test(name) && isEthernet(capture));

function isEthernet(capture: string): boolean {
  const header = readFileSync(capture).subarray(0, 24);
  return [0xa1b2c3d4, 0xa1b23c4d].includes(header.readUInt32LE(0)) && header.readUInt32LE(20) === 1;
}

describe.each(TRANSFORMATIONS)("a capture $name", ({ apply, nameOf }) => {
  it.each(CAPTURES)("leads to the same conclusions: $name", async ({ capture }) => {
    const frames = framesOf(readFileSync(capture));
    const before = await analyzeCapture(capture);
    const files = apply(frames).map(({ name, bytes }) => scratchFile(name, bytes));
    const after = await analyzeCapture(files);
    const { ip = (text: string) => text, mac = (text: string) => text } = nameOf ?? {};
    const expected = conclusionsOf(before.findings).map((found) => ({
      ...found,
      ip: ip(found.ip),
      claimant: mac(found.claimant),
      victims: found.victims.map(mac).toSorted(),
    }));
    expect(conclusionsOf(after.findings)).toEqual(expected);
    // Frames of strangers may be what makes it possible to conclude anything.
    if (before.verdict !== "undetermined") expect(after.verdict).toBe(before.verdict);
  });
});

/** Both MACs are shown, and nothing tells which is right, or both are one machine's: which is named first does not matter. */
const SYMMETRIC: ReadonlySet<string> = new Set(["address-conflict", "flip-flop", "vip-split", "arp-flux"]);

/** The claimant of a finding that accuses no host. */
const NOBODY = "00:00:00:00:00:00";

interface Accused {
  readonly alone: ReadonlySet<string>;
  readonly atAll: ReadonlySet<string>;
}

async function accusedIn(frames: readonly CapturedFrame[]): Promise<Accused> {
  const { findings } = await analyzeCapture(scratchFile("later.pcap", writePcap(frames)));
  const alone = new Set<string>();
  const atAll = new Set<string>();
  for (const { kind, severity, ip, claimant, rightful } of findings) {
    if (severity === "notice" || claimant.mac === NOBODY) continue;
    atAll.add(`${claimant.mac} ${ip}`);
    if (!SYMMETRIC.has(kind)) alone.add(`${claimant.mac} ${ip}`);
    else if (rightful !== null) atAll.add(`${rightful.mac} ${ip}`);
  }
  return { alone, atAll };
}

/** Captures whose truth stands in their beginning: what is left of them accuses another host. */
const OPEN_LATER =
  /forged_vrrp_master_stays|alb-client|gateway-answers-(gateway|owner)-first|late-second-answer-1|s11[ag]|s3z-64|bond_alb\.arponly|carp_speaks|firewall_answers|kubevip_t|metallb_two_speakers|one_vrid|pvlan_backup/;

describe.each([0.25, 0.5, 0.75])("a capture that begins later, by %d of its frames,", (part) => {
  const captures = CAPTURES.filter(({ name }) => !OPEN_LATER.test(name));
  it.each(captures)("accuses nobody else: $name", async ({ capture }) => {
    const frames = framesOf(readFileSync(capture));
    const before = await accusedIn(frames);
    const later = await accusedIn(frames.slice(Math.floor(frames.length * part)));
    const others = [...later.alone, ...later.atAll].filter((host) => !before.atAll.has(host));
    expect(others).toEqual([]);
  });
});
