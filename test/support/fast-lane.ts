import { type Kind, makeCapture } from "../../bench/traffic/kinds.ts";
import { MemoryWriter } from "../../bench/traffic/memory-writer.ts";
import { decodePcapHeader, PCAP_HEADER_BYTES } from "../../src/capture/pcap-header.ts";
import { type FrameSink, walkPcapRecords } from "../../src/capture/pcap-records.ts";
import { explain } from "../../src/findings/benign-rules.ts";
import { judge } from "../../src/findings/judge.ts";
import { FrameIntake } from "../../src/intake/frame-intake.ts";
import { NetworkState } from "../../src/neighbours/network-state.ts";
import { buildReport } from "../../src/reports/build-report.ts";
import { RoleAssignment } from "../../src/roles/role-assignment.ts";
import { pcapHeader } from "./pcap.ts";

const NO_ROLES = { vips: [], directors: [], realServers: [], gateways: [] };

export interface Outcome {
  readonly report: unknown;
  readonly rows: unknown;
  /** Frames that were decoded. */
  readonly looked: number;
}

/** What the analysis makes of a classic pcap file, with ordinary frames counted undecoded or all decoded. */
export function analysed(file: Uint8Array, lane: "taken" | "closed"): Outcome {
  const header = decodePcapHeader("capture.pcap", file);
  const records = file.subarray(PCAP_HEADER_BYTES);
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
  state.followUnnamed();
  const assignment = new RoleAssignment(state, NO_ROLES);
  const findings = judge(state, assignment);
  const report = buildReport("0", [], state, assignment, findings, explain(state, assignment, findings));
  const rows = state.traffic.rows().map(({ frames, bytes, first, last, lastPorts, lastTtl }) => {
    return { frames, bytes, first, last, lastPorts, lastTtl };
  });
  return { report, rows, looked };
}

/** A capture of a cluster's traffic, of so many bytes. */
export function clusterCapture(kind: Kind, bytes: number): Buffer {
  const writer = new MemoryWriter();
  makeCapture(kind, bytes, writer);
  return Buffer.concat([pcapHeader({ nanosecond: false }), writer.bytes.subarray(0, writer.writtenBytes)]);
}
