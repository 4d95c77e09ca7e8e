import { spawn } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { run } from "../src/cli/run.ts";
import { addVerifyCommand } from "../src/cli/verify-command.ts";
import { openPcapParser } from "../src/verify/pcap-parser.ts";
import type { OpenSecondDecoder, SecondRecord } from "../src/verify/second-decoder.ts";
import type { VerifyResult } from "../src/verify/verify-result.ts";
import { verifyAgainst, verifyCapture } from "../src/verify.ts";

const CAPTURES = join(import.meta.dirname, "..", "captures");
const INCIDENT = join(CAPTURES, "problem-1", "capture.pcap");

const directory = mkdtempSync(join(tmpdir(), "lvs-pcap-verify-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

let files = 0;
function fileOf(bytes: Uint8Array): string {
  const path = join(directory, `${++files}.pcap`);
  writeFileSync(path, bytes);
  return path;
}

interface Dialect {
  magic?: number;
  littleEndian?: boolean;
  version?: [number, number];
  linkType?: number;
}

/** A pcap file of these frames, one a second. */
function pcap(frames: readonly Uint8Array[], dialect: Dialect = {}): Buffer {
  const { magic = 0xa1b2c3d4, littleEndian = true, version = [2, 4], linkType = 1 } = dialect;
  const integers = (...fields: [value: number, bytes: 2 | 4][]) => {
    const buffer = Buffer.alloc(fields.reduce((sum, [, bytes]) => sum + bytes, 0));
    let offset = 0;
    for (const [value, bytes] of fields) {
      if (littleEndian) buffer.writeUIntLE(value, offset, bytes);
      else buffer.writeUIntBE(value, offset, bytes);
      offset += bytes;
    }
    return buffer;
  };
  const header = integers(
    [magic, 4],
    [version[0], 2],
    [version[1], 2],
    [0, 4],
    [0, 4],
    [262_144, 4],
    [linkType, 4],
  );
  const records = frames.flatMap((frame, index) => [
    integers([1_700_000_000 + index, 4], [123_456, 4], [frame.length, 4], [frame.length, 4]),
    frame,
  ]);
  return Buffer.concat([header, ...records]);
}

const ARP_PACKET = "0001080006040001" + "020000000010" + "c0a80102" + "000000000000" + "c0a80114";

/** `who-has 192.168.1.20 tell 192.168.1.2`, behind the tags given in hexadecimal. */
function arpRequest(tags = ""): Buffer {
  return Buffer.from(`ffffffffffff020000000010${tags}0806${ARP_PACKET}`, "hex");
}

interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

function capturing(): { context: Parameters<typeof run>[1]; outcome: (status: number) => Outcome } {
  const written = { stdout: "", stderr: "" };
  const writer = (name: keyof typeof written) => ({
    write(text: string | Uint8Array) {
      written[name] += text;
      return true;
    },
  });
  return {
    context: { stdout: writer("stdout"), stderr: writer("stderr"), environment: {} },
    outcome: (status) => ({ status, ...written }),
  };
}

async function lvsPcap(...args: string[]): Promise<Outcome> {
  const { context, outcome } = capturing();
  return outcome(await run(args, context));
}

/** `lvs-pcap verify` with another second decoder in pcap-parser's place. */
async function verifyBy(second: OpenSecondDecoder, ...args: string[]): Promise<Outcome> {
  const { context, outcome } = capturing();
  let status = -1;
  const program = new Command();
  addVerifyCommand(
    program,
    context,
    (exitStatus) => {
      status = exitStatus;
    },
    (capture, options) => verifyAgainst(second, capture, options),
  );
  await program.parseAsync(["verify", ...args], { from: "user" });
  return outcome(status);
}

/** pcap-parser, but what it says of each record goes through `tell`. */
function liar(tell: (record: SecondRecord, number: number) => SecondRecord[]): OpenSecondDecoder {
  return (listener) => {
    let number = 0;
    return openPcapParser({
      header: (linkType) => listener.header(linkType),
      refused: (reason) => listener.refused(reason),
      record: (record) => {
        for (const told of tell(record, ++number)) listener.record(told);
      },
    });
  };
}

function lyingOf(frame: number, lie: (record: SecondRecord) => SecondRecord): OpenSecondDecoder {
  return liar((record, number) => [number === frame ? lie(record) : record]);
}

function withByte(record: SecondRecord, offset: number, byte: number): SecondRecord {
  const frame = Buffer.from(record.frame);
  frame[offset] = byte;
  return { ...record, frame };
}

/** The command in a process of its own, for what lies outside of this one's reach. */
function inProcess(nodeOptions: string[], args: string[], input: Uint8Array = Buffer.of()): Promise<Outcome> {
  const main = join(import.meta.dirname, "..", "src", "cli", "program.ts");
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...nodeOptions, "--import", "tsx", main, ...args]);
    const outcome = { status: -1, stdout: "", stderr: "" };
    child.stdout.on("data", (text) => {
      outcome.stdout += text;
    });
    child.stderr.on("data", (text) => {
      outcome.stderr += text;
    });
    child.on("error", reject);
    child.on("close", (status) => resolve({ ...outcome, status: status ?? -1 }));
    child.stdin.end(input);
  });
}

describe("a capture that both decoders read alike", () => {
  it("is verified, with what was compared and by which versions", async () => {
    const { status, stdout, stderr } = await lvsPcap("verify", INCIDENT);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^.*problem-1\/capture\.pcap: VERIFIED\n/);
    expect(stdout).toMatch(/lvs-pcap \d+\.\d+\.\d+ and pcap-parser 0\.2\.1 read the same 15 records/);
    expect(stdout).toContain("(1,164 bytes): their count, timestamps, lengths and every byte agree.");
    expect(stdout).toContain("3 ARP frames: operation, MACs, IP addresses and VLAN agree.");
  });

  it("is verified as JSON, one object and nothing else", async () => {
    const { status, stdout } = await lvsPcap("verify", INCIDENT, "--format", "json");
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      verified: true,
      capture: INCIDENT,
      linkType: "ETHERNET",
      records: 15,
      bytes: 1164,
      arpFrames: 3,
      tools: { "lvs-pcap": expect.stringMatching(/^\d+\.\d+\.\d+/), "pcap-parser": "0.2.1" },
      differences: [],
      differencesTotal: 0,
      problem: null,
    });
  });

  const microsecondCaptures = readdirSync(CAPTURES, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .filter((name) => existsSync(join(CAPTURES, name, "capture.pcap")))
    .filter((name) => readFileSync(join(CAPTURES, name, "capture.pcap")).readUInt32LE() === 0xa1b2c3d4);

  it.each(microsecondCaptures)("is verified to its last byte: %s", async (name) => {
    const capture = join(CAPTURES, name, "capture.pcap");
    const result = await verifyCapture(capture);
    expect(result).toMatchObject({ verified: true, problem: null, differences: [] });
    expect(result.bytes).toBe(readFileSync(capture).length);
    expect(result.arpFrames).toBeGreaterThan(0);
  });

  it("may be big-endian", async () => {
    const capture = fileOf(pcap([arpRequest(), arpRequest()], { littleEndian: false }));
    expect(await verifyCapture(capture)).toMatchObject({ verified: true, records: 2, arpFrames: 2 });
  });

  it("may hold no frame at all", async () => {
    const { status, stdout } = await lvsPcap("verify", fileOf(pcap([])));
    expect(status).toBe(0);
    expect(stdout).toContain("0 records");
    expect(stdout).toContain("Neither finds an ARP frame.");
  });

  it("may be of another link type, where only ARP is left out", async () => {
    const { status, stdout } = await lvsPcap("verify", fileOf(pcap([arpRequest()], { linkType: 113 })));
    expect(status).toBe(0);
    expect(stdout).toContain("the same 1 record\n");
    expect(stdout).toContain("ARP was not compared: the link type is LINUX_SLL, not ETHERNET.");
  });

  it("may be longer than what is read at once", async () => {
    const frames = Array.from({ length: 4000 }, (_, index) =>
      Buffer.concat([arpRequest(), Buffer.alloc((index * 37) % 1500, index)]),
    );
    const bytes = pcap(frames);
    expect(bytes.length).toBeGreaterThan(3 << 20);
    const result = await verifyCapture(fileOf(bytes));
    expect(result).toMatchObject({ verified: true, records: 4000, arpFrames: 4000, bytes: bytes.length });
  });

  it("may hold the longest records there are", async () => {
    const bytes = pcap(Array.from({ length: 20 }, (_, index) => Buffer.alloc(262_144, index)));
    expect(await verifyCapture(fileOf(bytes))).toMatchObject({
      verified: true,
      records: 20,
      bytes: bytes.length,
    });
  });

  it("may come through standard input", async () => {
    const { status, stdout } = await inProcess([], ["verify", "-"], readFileSync(INCIDENT));
    expect(status).toBe(0);
    expect(stdout).toMatch(/^-: VERIFIED\n.*the same 15 records/);
  });

  it.each([
    ["one VLAN tag", "81000064", 1],
    ["a priority tag, which names no VLAN", "8100e000", 1],
    ["two stacked tags", "88a8006481000065", 1],
    ["four stacked tags", "910000018100000281000003810000ff", 1],
    ["more tags than are followed", "8100000181000002810000038100000481000005", 0],
    ["a tag cut short", "8100", 0],
  ])("may carry ARP behind %s", async (_, tags, arpFrames) => {
    expect(await verifyCapture(fileOf(pcap([arpRequest(tags)])))).toMatchObject({
      verified: true,
      arpFrames,
    });
  });

  it("may carry ARP of IEEE 802 hardware", async () => {
    const frame = arpRequest();
    frame[15] = 6;
    expect(await verifyCapture(fileOf(pcap([frame])))).toMatchObject({ verified: true, arpFrames: 1 });
  });

  it("may hold any bytes as frames", async () => {
    const tag = fc.constantFrom("", "81000064", "88a8006481000065", "81000000", "0806", "8100");
    const mangledArp = fc
      .record({ tags: tag, at: fc.nat(45), byte: fc.nat(255), length: fc.nat(70) })
      .map(({ tags, at, byte, length }) => {
        const frame = arpRequest(tags);
        frame[at % frame.length] = byte;
        return frame.subarray(0, length);
      });
    const frame = fc.oneof(mangledArp, fc.uint8Array({ maxLength: 80 }));
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 40 }), fc.boolean(), async (frames, littleEndian) => {
        const result = await verifyCapture(fileOf(pcap(frames, { littleEndian })));
        expect(result.differences).toEqual([]);
        expect(result.records).toBe(frames.length);
      }),
    );
  });
});

describe("a second decoder that says otherwise", () => {
  const capture = fileOf(pcap(Array.from({ length: 30 }, () => arpRequest("88a8006481000065"))));
  const arpAt = 14 + 8;

  it.each<[string, OpenSecondDecoder, string]>([
    [
      "shifts a timestamp by a microsecond",
      lyingOf(7, (record) => ({ ...record, microseconds: record.microseconds + 1 })),
      "frame 7, timestamp: lvs-pcap 1700000006 s + 123456000 ns, pcap-parser 1700000006 s + 123457000 ns",
    ],
    [
      "shifts a timestamp by a second",
      lyingOf(7, (record) => ({ ...record, seconds: record.seconds - 1 })),
      "frame 7, timestamp: lvs-pcap 1700000006 s + 123456000 ns, pcap-parser 1700000005 s + 123456000 ns",
    ],
    [
      "changes a captured length",
      lyingOf(3, (record) => ({ ...record, capturedBytes: record.capturedBytes + 1 })),
      "frame 3, captured length: lvs-pcap 50, pcap-parser 51",
    ],
    [
      "changes an original length",
      lyingOf(3, (record) => ({ ...record, originalBytes: 1500 })),
      "frame 3, original length: lvs-pcap 50, pcap-parser 1,500",
    ],
    [
      "flips a byte",
      lyingOf(2, (record) => withByte(record, 0, 0xfe)),
      "frame 2, bytes: lvs-pcap 0xff at offset 0, pcap-parser 0xfe at offset 0",
    ],
    [
      "finds a byte more",
      lyingOf(2, (record) => ({ ...record, frame: Buffer.concat([record.frame, Buffer.of(9)]) })),
      "frame 2, bytes: lvs-pcap ends at offset 50, pcap-parser 0x09 at offset 50",
    ],
    [
      "reads another operation",
      lyingOf(5, (record) => withByte(record, arpAt + 7, 2)),
      "frame 5, ARP operation: lvs-pcap request, pcap-parser reply",
    ],
    [
      "reads another sender MAC",
      lyingOf(5, (record) => withByte(record, arpAt + 8, 0xfa)),
      "frame 5, ARP sender MAC: lvs-pcap 02:00:00:00:00:10, pcap-parser fa:00:00:00:00:10",
    ],
    [
      "reads another sender IP",
      lyingOf(5, (record) => withByte(record, arpAt + 17, 3)),
      "frame 5, ARP sender IP: lvs-pcap 192.168.1.2, pcap-parser 192.168.1.3",
    ],
    [
      "reads another target MAC",
      lyingOf(5, (record) => withByte(record, arpAt + 23, 0xff)),
      "frame 5, ARP target MAC: lvs-pcap 00:00:00:00:00:00, pcap-parser 00:00:00:00:00:ff",
    ],
    [
      "reads another target IP",
      lyingOf(5, (record) => withByte(record, arpAt + 27, 21)),
      "frame 5, ARP target IP: lvs-pcap 192.168.1.20, pcap-parser 192.168.1.21",
    ],
    [
      "reads another outer VLAN",
      lyingOf(5, (record) => withByte(record, 15, 99)),
      "frame 5, VLAN: lvs-pcap 100.101, pcap-parser 99.101",
    ],
    [
      "sees no ARP where there is some",
      lyingOf(5, (record) => withByte(record, arpAt - 1, 0)),
      "frame 5, ARP or not: lvs-pcap ARP, pcap-parser not ARP",
    ],
  ])("is found out when it %s", async (_, second, difference) => {
    const { status, stdout } = await verifyBy(second, capture);
    expect(status).toBe(1);
    expect(stdout).toContain("NOT VERIFIED");
    expect(stdout).toContain(`\n  ${difference}\n`);
    expect(stdout).toContain("until it is known which, no report of this capture holds.");
  });

  it("is found out when it drops a record, and the count explains the rest", async () => {
    const dropping = liar((record, number) => (number === 12 ? [] : [record]));
    const { status, stdout } = await verifyBy(dropping, capture, "--format", "json");
    expect(status).toBe(1);
    const result: VerifyResult = JSON.parse(stdout);
    expect(result).toMatchObject({ verified: false, records: 29, differencesTotal: 1 + 18 });
    expect(result.differences).toHaveLength(10);
    expect(result.differences.slice(0, 2)).toEqual([
      { frame: null, field: "record-count", ours: "30", theirs: "29" },
      {
        frame: 12,
        field: "timestamp",
        ours: "1700000011 s + 123456000 ns",
        theirs: "1700000012 s + 123456000 ns",
      },
    ]);
  });

  it("is found out when it drops only the last record", async () => {
    const { status, stdout } = await verifyBy(
      liar((record, number) => (number === 30 ? [] : [record])),
      capture,
    );
    expect(status).toBe(1);
    expect(stdout).toContain("NOT VERIFIED, 1 difference\n");
    expect(stdout).toContain("\n  number of records: lvs-pcap 30, pcap-parser 29\n");
  });

  it("is found out when it invents a record", async () => {
    const { status, stdout } = await verifyBy(
      liar((record, number) => (number === 30 ? [record, record] : [record])),
      capture,
    );
    expect(status).toBe(1);
    expect(stdout).toContain("\n  number of records: lvs-pcap 30, pcap-parser 31\n");
  });

  it("is found out when it invents a record longer than ours would take", async () => {
    const result = await verifyAgainst(
      liar((record, number) => (number === 30 ? [record, { ...record, capturedBytes: 300_000 }] : [record])),
      capture,
    );
    expect(result.differences).toEqual([{ frame: null, field: "record-count", ours: "30", theirs: "31" }]);
  });

  it("is found out when it names another link type", async () => {
    const second: OpenSecondDecoder = (listener) =>
      openPcapParser({ ...listener, header: () => listener.header(113) });
    const result = await verifyAgainst(second, capture);
    expect(result.differences[0]).toEqual({
      frame: null,
      field: "link-type",
      ours: "ETHERNET",
      theirs: "LINUX_SLL",
    });
  });

  it("has ten differences named and the others counted", async () => {
    const { stdout } = await verifyBy(
      liar((record) => [{ ...record, originalBytes: 0 }]),
      capture,
    );
    expect(stdout).toContain("NOT VERIFIED, 30 differences\n");
    expect(stdout.match(/original length/g)).toHaveLength(10);
    expect(stdout).toContain("frame 10, original length: lvs-pcap 50, pcap-parser 0\n");
    expect(stdout).toContain("\n  and 20 more differences\n");
  });

  it("is given no more of a large capture once the two are out of step", async () => {
    const large = fileOf(pcap(Array.from({ length: 100_000 }, () => arpRequest())));
    let fed = 0;
    const silent: OpenSecondDecoder = (listener) => {
      listener.header(1);
      return (bytes) => {
        fed += bytes.length;
      };
    };
    const result = await verifyAgainst(silent, large);
    expect(result).toMatchObject({ verified: false, records: 0, differencesTotal: 1 });
    expect(Number(result.differences[0]?.ours.replace(",", ""))).toBeLessThan(
      (1 << 20) / arpRequest().length,
    );
    expect(fed).toBeLessThanOrEqual(1 << 20);
  });

  it("is not believed in anything once the two are out of step", async () => {
    const large = fileOf(pcap(Array.from({ length: 40_000 }, () => arpRequest())));
    const result = await verifyAgainst(
      liar((record, number) => (number === 5 ? [record, record] : [record])),
      large,
    );
    expect(result.records).toBeLessThan(40_000);
    expect(result.differences[0]).toEqual({
      frame: null,
      field: "record-count",
      ours: result.records.toLocaleString("en-US"),
      theirs: (result.records + 1).toLocaleString("en-US"),
    });
  });
});

describe("a capture that pcap-parser does not read", () => {
  it("is not verifiable where its timestamps are nanoseconds", async () => {
    const capture = fileOf(pcap([arpRequest()], { magic: 0xa1b23c4d }));
    expect(await lvsPcap("verify", capture)).toEqual({
      status: 2,
      stdout: "",
      stderr: `lvs-pcap: ${capture}: offset 0: not verifiable, pcap-parser 0.2.1 refuses it: unknown magic number: 4d3cb2a1, of nanosecond timestamps; expected pcap 2.4 with microsecond timestamps\n`,
    });
    await expect(verifyCapture(capture)).rejects.toMatchObject({ code: "unverifiable" });
  });

  it.each<[number, number]>([
    [2, 2],
    [2, 3],
    [543, 0],
  ])("is not verifiable in version %i.%i", async (major, minor) => {
    const { status, stderr } = await lvsPcap(
      "verify",
      fileOf(pcap([arpRequest()], { version: [major, minor] })),
    );
    expect(status).toBe(2);
    expect(stderr).toContain(`unsupported version ${major}.${minor}`);
    expect(stderr.match(/\n/g)).toHaveLength(1);
  });

  it("is refused as analyze refuses it where it is no capture", async () => {
    const path = fileOf(Buffer.from("this is not a capture, but long enough to be one"));
    const { status, stdout, stderr } = await lvsPcap("verify", path);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain(`${path}: offset 0: found 0x74686973; expected a pcap magic number`);
  });

  it("is refused where there is none, without its name reaching the terminal raw", async () => {
    const { status, stderr } = await lvsPcap("verify", join(directory, "\u001b[31mabsent.pcap"));
    expect(status).toBe(2);
    expect(stderr).toMatch(/�\[31mabsent\.pcap: cannot be read: no such file\n$/);
  });
});

describe("a capture that breaks off", () => {
  it.each([
    ["in a frame", -3],
    ["in a record header", -arpRequest().length - 5],
  ])("%s is compared up to there", async (_, cut) => {
    const capture = fileOf(pcap([arpRequest(), arpRequest(), arpRequest()]).subarray(0, cut));
    const { status, stdout, stderr } = await lvsPcap("verify", capture);
    expect(status).toBe(0);
    expect(stderr).toMatch(/^lvs-pcap: .*: cut short: expected a .*\n$/);
    expect(stdout).toContain("the same 2 records");
    expect(stdout).toContain("The capture breaks off there; what follows was not compared.");
  });

  it("exits by what differs before the cut", async () => {
    const capture = fileOf(pcap([arpRequest(), arpRequest()]).subarray(0, -1));
    const { status } = await verifyBy(
      lyingOf(1, (record) => ({ ...record, seconds: 0 })),
      capture,
    );
    expect(status).toBe(1);
  });

  it("at a record that claims four gigabytes is not buffered", async () => {
    const bytes = pcap([arpRequest(), arpRequest()]);
    bytes.writeUInt32LE(0xffff_ffff, 24 + 16 + arpRequest().length + 8);
    const capture = fileOf(bytes);
    truncateSync(capture, 256 << 20);
    let fed = 0;
    const counting: OpenSecondDecoder = (listener) => {
      const feed = openPcapParser(listener);
      return (chunk) => {
        fed += chunk.length;
        feed(chunk);
      };
    };
    const result = await verifyAgainst(counting, capture);
    expect(result).toMatchObject({ verified: true, records: 1 });
    expect(result.problem).toContain("a record claims 4294967295 bytes");
    expect(fed).toBeLessThanOrEqual(1 << 20);
  });

  it("at a record longer than ours takes is verified, though pcap-parser would read on", async () => {
    const capture = fileOf(pcap([arpRequest(), Buffer.alloc(300_000), arpRequest()]));
    const result = await verifyCapture(capture);
    expect(result).toMatchObject({ verified: true, records: 1 });
    expect(result.problem).toContain("a record claims 300000 bytes");
  });
});

describe("the command", () => {
  it("says in its help what it is for and what it cannot do", async () => {
    const { status, stdout } = await lvsPcap("verify", "--help");
    expect(status).toBe(0);
    expect(stdout).toContain("a forensic report needs a second tool's word");
    expect(stdout).toContain("What it cannot do");
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("keeps the deprecation warnings of its second decoder to itself", async () => {
    const capture = fileOf(pcap(Array.from({ length: 20_000 }, () => arpRequest())));
    const { status, stderr } = await inProcess(["--pending-deprecation"], ["verify", capture]);
    expect(status).toBe(0);
    expect(stderr).not.toMatch(/Buffer\(\)|DEP0005/);
  });
});
