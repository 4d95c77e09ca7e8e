import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { verifyAgainstPdml } from "../../src/verify/pdml/against-pdml.ts";
import { lvsPcap } from "../support/cli.ts";
import { loadCollected } from "../support/collected.ts";
import { dissectedFile } from "../support/dissected-file.ts";
import { keptDissection } from "../support/pdml.ts";
import { scratchFile } from "../support/scratch.ts";
import { skippedFor } from "../support/skipped.ts";
import { tsharkUnavailable } from "../support/tshark.ts";

const INCIDENT = join(import.meta.dirname, "..", "..", "captures", "problem-3", "capture.pcap");
const VLANS = join(import.meta.dirname, "..", "..", "captures", "collected", "suri_arp_vlan123.pcap");

/** Wireshark's dissection of the incident with something else in it. */
function forged(from: string | RegExp, to: string): string {
  const text = keptDissection("problem-3").toString();
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`not found: ${from}`);
  return scratchFile("forged.pdml", changed);
}

describe("a dissection that agrees", () => {
  const dissection = scratchFile("problem-3.pdml", keptDissection("problem-3"));

  it("verifies the capture, with what was compared and by which versions", async () => {
    const { status, stdout, stderr } = await lvsPcap(["verify", INCIDENT, "--pdml", dissection]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/problem-3\/capture\.pcap: VERIFIED\n/);
    expect(stdout).toMatch(/lvs-pcap \S+ and wireshark\/4\.0\.17 read the same\n {2}261 fields of 21 frames/);
    expect(stdout).toContain("(6 ARP, 15 IPv4)");
  });

  it("verifies it as JSON, one object and nothing else", async () => {
    const { stdout } = await lvsPcap(["verify", INCIDENT, "--pdml", dissection, "--format", "json"]);
    expect(JSON.parse(stdout)).toEqual({
      verified: true,
      capture: INCIDENT,
      dissection,
      frames: 21,
      framesNotDissected: 0,
      fields: 261,
      arpFrames: 6,
      ipv4Frames: 15,
      tools: { "lvs-pcap": expect.stringMatching(/^\d+\.\d+\.\d+/), wireshark: "wireshark/4.0.17" },
      differences: [],
      differencesTotal: 0,
      problem: null,
    });
  });

  it("may be filtered, and says how much of the capture it leaves out", async () => {
    const filtered = scratchFile("arp-only.pdml", keptDissection("problem-3-arp-only"));
    const { status, stdout } = await lvsPcap(["verify", INCIDENT, "--pdml", filtered]);
    expect(status).toBe(0);
    expect(stdout).toContain("66 fields of 6 frames");
    expect(stdout).toContain("The dissection leaves out 15 frames, which were not compared.");
  });

  it("verifies stacked VLANs", async () => {
    const result = await verifyAgainstPdml(
      VLANS,
      scratchFile("vlans.pdml", keptDissection("suri_arp_vlan123")),
    );
    expect(result).toMatchObject({ verified: true, frames: 3, arpFrames: 3 });
  });

  it("is compared up to where it breaks off", async () => {
    const cut = scratchFile("cut.pdml", keptDissection("problem-3").subarray(0, 100_000));
    const { status, stdout, stderr } = await lvsPcap(["verify", INCIDENT, "--pdml", cut]);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^lvs-pcap: .*cut\.pdml: offset 89046: cut short: .*; compared up to here\n$/);
    expect(stdout).toContain("One of the two breaks off; what follows was not compared.");
  });
});

describe("a dissection that differs", () => {
  it.each([
    ["timestamp", 'show="1795411694.095693931"', 'show="1795411694.095693932"', "1", "timestamp"],
    ["length", 'name="len" pos="0" show="42"', 'name="len" pos="0" show="43"', "1", "original length"],
    [
      "captured length",
      'name="caplen" pos="0" show="42"',
      'name="caplen" pos="0" show="40"',
      "1",
      "captured length",
    ],
    [
      "link type",
      'name="frame.encap_type" showname="Encapsulation type: Ethernet (1)" size="0" pos="0" show="1"',
      'name="frame.encap_type" size="0" pos="0" show="25"',
      "1",
      "link type",
    ],
    [
      "Ethernet destination",
      /(name="eth\.dst" [^>]*) show="[^"]*"/,
      '$1 show="02:00:00:00:00:99"',
      "1",
      "Ethernet destination",
    ],
    [
      "Ethernet source",
      /(name="eth\.src" [^>]*) show="[^"]*"/,
      '$1 show="02:00:00:00:00:99"',
      "1",
      "Ethernet source",
    ],
    ["ARP operation", /(name="arp\.opcode" [^>]*) show="1"/, '$1 show="2"', "1", "ARP operation"],
    [
      "ARP sender MAC",
      /(name="arp\.src\.hw_mac" [^>]*) show="[^"]*"/,
      '$1 show="02:00:00:00:00:99"',
      "1",
      "ARP sender MAC",
    ],
    [
      "ARP sender IP",
      /(name="arp\.src\.proto_ipv4" [^>]*) show="[^"]*"/,
      '$1 show="192.168.1.99"',
      "1",
      "ARP sender IP",
    ],
    [
      "ARP target MAC",
      /(name="arp\.dst\.hw_mac" [^>]*) show="[^"]*"/,
      '$1 show="02:00:00:00:00:99"',
      "1",
      "ARP target MAC",
    ],
    [
      "ARP target IP",
      /(name="arp\.dst\.proto_ipv4" [^>]*) show="[^"]*"/,
      '$1 show="192.168.1.99"',
      "1",
      "ARP target IP",
    ],
    ["IP source", /(name="ip\.src" [^>]*) show="[^"]*"/, '$1 show="192.168.1.99"', "3", "IP source"],
    [
      "IP destination",
      /(name="ip\.dst" [^>]*) show="[^"]*"/,
      '$1 show="192.168.1.99"',
      "3",
      "IP destination",
    ],
    ["TTL", /(name="ip\.ttl" [^>]*) show="[^"]*"/, '$1 show="7"', "3", "IP time to live"],
    ["identification", /(name="ip\.id" [^>]*) show="[^"]*"/, '$1 show="0x0007"', "3", "IP identification"],
    ["protocol", /(name="ip\.proto" [^>]*) show="[^"]*"/, '$1 show="7"', "3", "IP protocol"],
    ["source port", /(name="udp\.srcport" [^>]*) show="[^"]*"/, '$1 show="7"', "3", "source port"],
    ["destination port", /(name="udp\.dstport" [^>]*) show="[^"]*"/, '$1 show="7"', "3", "destination port"],
  ] as const)("in one field is named by frame and field: %s", async (_, from, to, frame, field) => {
    const { status, stdout } = await lvsPcap(["verify", INCIDENT, "--pdml", forged(from, to)]);
    expect(status).toBe(1);
    expect(stdout).toContain("NOT VERIFIED, 1 difference\n");
    expect(stdout).toMatch(new RegExp(`\\n {2}frame ${frame}, ${field}: lvs-pcap \\S+, Wireshark \\S+\\n`));
  });

  it("shows no escape sequence that it carries", async () => {
    const path = forged(/(name="ip\.src" [^>]*) show="[^"]*"/, '$1 show="\u001b[31m\u202e"');
    const { stdout } = await lvsPcap(["verify", INCIDENT, "--pdml", path]);
    expect(stdout).toContain("Wireshark \ufffd[31m");
    expect(stdout).not.toContain("\u202e");
  });

  it("in its number of frames is named as such", async () => {
    const short = scratchFile("short.pcap", readFileSync(INCIDENT).subarray(0, 24 + 2 * (16 + 42)));
    const dissection = scratchFile("problem-3.pdml", keptDissection("problem-3"));
    const { status, stdout } = await lvsPcap(["verify", short, "--pdml", dissection]);
    expect(status).toBe(1);
    expect(stdout).toContain("number of records: lvs-pcap 2, Wireshark 19 more\n");
  });
});

describe("what cannot be compared", () => {
  it("is a dissection that shows no frame", async () => {
    const empty = scratchFile("empty.pdml", '<?xml version="1.0"?><pdml></pdml>');
    const { status, stderr } = await lvsPcap(["verify", INCIDENT, "--pdml", empty]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^lvs-pcap: .*empty\.pdml: no frame of .*capture\.pcap is in it; expected .*\n$/);
  });

  it("is anything but a dissection", async () => {
    const { status, stderr } = await lvsPcap(["verify", INCIDENT, "--pdml", INCIDENT]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/offset 0: no XML; expected PDML, as tshark -T pdml writes it\n$/);
  });

  it("is standard input with itself", async () => {
    const { status, stderr } = await lvsPcap(["verify", "-", "--pdml", "-"]);
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr: "lvs-pcap: standard input (-) can be read only once\n",
    });
  });
});

const unavailable = tsharkUnavailable();

describe.skipIf(unavailable !== null)(
  `by the Wireshark at hand${skippedFor(unavailable)}`,
  { tags: ["slow"] },
  () => {
    it.each(loadCollected())("every field of every frame is the same: $name", async ({ capture }) => {
      const result = await verifyAgainstPdml(capture, dissectedFile(capture));
      expect(result).toMatchObject({ verified: true, differences: [], framesNotDissected: 0 });
    });
  },
);
