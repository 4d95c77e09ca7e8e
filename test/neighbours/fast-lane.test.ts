import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { type Kind, makeCapture } from "../../bench/traffic/kinds.ts";
import { MemoryWriter } from "../../bench/traffic/memory-writer.ts";
import { decodePcapHeader, PCAP_HEADER_BYTES, type PcapHeader } from "../../src/capture/pcap-header.ts";
import { type FrameSink, walkPcapRecords } from "../../src/capture/pcap-records.ts";
import { explain } from "../../src/findings/benign-rules.ts";
import { judge } from "../../src/findings/judge.ts";
import { FrameIntake } from "../../src/neighbours/frame-intake.ts";
import { NetworkState } from "../../src/neighbours/network-state.ts";
import { buildReport } from "../../src/reports/build-report.ts";
import { Cast } from "../../src/roles/cast.ts";
import { loadRecordings } from "../lab/recordings.ts";
import { writePcap } from "../support/pcap.ts";

const PLAIN: PcapHeader = decodePcapHeader("capture.pcap", writePcap([]));

const NO_ROLES = { vips: [], directors: [], realServers: [], gateways: [] };

interface Outcome {
  readonly report: unknown;
  readonly rows: unknown;
  readonly looked: number;
}

/** What the analysis makes of a classic pcap file's records, with ordinary frames counted undecoded or all decoded. */
function analysed(records: Uint8Array, lane: "taken" | "closed", header: PcapHeader = PLAIN): Outcome {
  const state = new NetworkState(new Map());
  const intake = new FrameIntake(state, 0);
  let looked = 0;
  const sink: FrameSink = {
    frame: (...frame) => {
      looked++;
      intake.frame(...frame);
    },
  };
  if (lane === "taken") sink.skipOrdinary = (...from) => intake.skipOrdinary(...from);
  intake.link(header.linkType);
  const view = new DataView(records.buffer, records.byteOffset, records.byteLength);
  walkPcapRecords(header, view, 0, records.length, sink);
  state.finish();
  const cast = new Cast(state, NO_ROLES);
  const findings = judge(state, cast);
  const report = buildReport("0", [], state, cast, findings, explain(state, cast, findings));
  const rows = state.traffic.rows().map(({ frames, bytes, first, last, lastPorts, lastTtl }) => {
    return { frames, bytes, first, last, lastPorts, lastTtl };
  });
  return { report, rows, looked };
}

function made(kind: Kind, bytes: number): Uint8Array {
  const writer = new MemoryWriter();
  makeCapture(kind, bytes, writer);
  return writer.bytes.subarray(0, writer.writtenBytes);
}

describe("frames like others before are counted without being decoded", () => {
  test.each(["mixed", "small"] as const)("and the verdict on %s traffic stays the same", (kind) => {
    const capture = made(kind, 8_000_000);
    const taken = analysed(capture, "taken");
    const closed = analysed(capture, "closed");
    expect(taken.report).toEqual(closed.report);
    expect(taken.rows).toEqual(closed.rows);
  });

  test("which is nearly all of them where many clients talk to a cluster", () => {
    const capture = made("small", 8_000_000);
    expect(analysed(capture, "taken").looked).toBeLessThan(analysed(capture, "closed").looked / 10);
  });

  test.each(loadRecordings())("and the verdict on the recording $name stays the same", ({ capture }) => {
    const file = readFileSync(capture);
    const header = decodePcapHeader(capture, file);
    const records = file.subarray(PCAP_HEADER_BYTES);
    expect(analysed(records, "taken", header).report).toEqual(analysed(records, "closed", header).report);
  });
});
