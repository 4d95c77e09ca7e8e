import { type AnalyzeOptions, analyzeCapture, type CachedNeighbour, type Report } from "../../src/index.ts";
import type { Host } from "./frames.ts";
import { type CapturedFrame, writePcap } from "./pcap.ts";
import { validReport } from "./schema.ts";
import { scratchFile } from "./scratch.ts";

/** The report on these frames, or on a capture's bytes. */
export async function analyze(
  capture: readonly CapturedFrame[] | Uint8Array,
  options: AnalyzeOptions = {},
): Promise<Report> {
  const bytes = capture instanceof Uint8Array ? capture : writePcap(capture);
  return validReport(await analyzeCapture(scratchFile("capture.pcap", bytes), options));
}

/** What the host's neighbour cache holds for the address at the end, if anything. */
export function cacheEntry(
  report: Report,
  host: Host,
  ip: string,
  vlan: number | null = null,
): CachedNeighbour | undefined {
  const cache = report.caches.find((candidate) => candidate.host.mac === host.mac && candidate.vlan === vlan);
  return cache?.entries.find((entry) => entry.ip === ip);
}

/** The MAC to which the host sends what is for the address at the end; undefined where it would have to ask. */
export async function macHeld(
  capture: readonly CapturedFrame[],
  host: Host,
  ip: string,
  options: AnalyzeOptions = {},
): Promise<string | undefined> {
  return cacheEntry(await analyze(capture, options), host, ip)?.mac;
}
