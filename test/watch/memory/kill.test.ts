// @module-tag slow
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { PATIENCE } from "../../support/patience.ts";
import { skippedFor } from "../../support/skipped.ts";
import { ENDS_AT_MS, hostsLearnt, live, scenario } from "./killing.ts";
import { freshDirectory } from "./runs.ts";

const KILLS = 10 * PATIENCE;
/** The machine's cores are few, and frames shall come in time. */
const AT_A_TIME = 2;
/** What may be on its way to the disk when the end comes. */
const PROMISED_MS = 1000;

const FRAMES = scenario();

interface Outcome {
  readonly killAtMs: number;
  /** Ages, at the kill, of the hosts that were learnt before it and are not known after. */
  readonly lostAgesMs: readonly number[];
  readonly told: readonly string[];
  readonly said: string;
}

/** One life up to the kill, and another one with the frames that come after it. */
async function killedAt(killAtMs: number): Promise<Outcome> {
  const directory = freshDirectory();
  const first = await live(directory, FRAMES, killAtMs);
  const second = await live(
    directory,
    FRAMES.filter(({ atNs }) => atNs / 1e6 > killAtMs),
    null,
  );
  const lost = hostsLearnt().filter(({ ip, atMs }) => atMs + 0.1 <= killAtMs && !second.known.has(ip));
  return {
    killAtMs,
    lostAgesMs: lost.map(({ atMs }) => killAtMs - atMs),
    // Where the machine stutters, hosts that are asked for one by one look like a scan.
    told: [...first.told, ...second.told].filter((line) => /^(opened|restored) \S+ vip-/.test(line)),
    said: first.said + second.said,
  };
}

async function outcomes(): Promise<Outcome[]> {
  const moments = Array.from({ length: KILLS }, () => 30 + Math.random() * (ENDS_AT_MS - 60));
  const results: Outcome[] = [];
  const worker = async () => {
    for (let moment = moments.pop(); moment !== undefined; moment = moments.pop()) {
      results.push(await killedAt(moment));
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return results;
}

const CANNOT = existsSync("/proc/self/stat") ? null : "no /proc";

describe.skipIf(CANNOT !== null)(`kill -9 at ${KILLS} random moments${skippedFor(CANNOT)}`, () => {
  it(
    "loses no binding older than a second, repeats no open finding and forgets none",
    async () => {
      const all = await outcomes();
      const tooOld = all.filter(({ lostAgesMs }) => lostAgesMs.some((age) => age >= PROMISED_MS));
      expect(tooOld).toEqual([]);
      const wrong = all.filter(({ told }) => !isToldOnce(told));
      expect(wrong).toEqual([]);
      expect(all.filter(({ said }) => said.includes("state"))).toEqual([]);
      if (PATIENCE > 1) {
        const ages = all.flatMap(({ lostAgesMs }) => lostAgesMs);
        process.stdout.write(
          `${all.length} kills; the oldest binding lost was ${Math.max(0, ...ages).toFixed(0)} ms old\n`,
        );
      }
    },
    60_000 + KILLS * 5000,
  );
});

/**
 * Opened once and restored once, under one id. Where the frame that did it was in the pipe when the kill came, the traffic
 * after it tells, by another kind.
 */
function isToldOnce(told: readonly string[]): boolean {
  return (
    told.length === 2 && /^opened F1 vip-/.test(told[0] ?? "") && /^restored F1 vip-/.test(told[1] ?? "")
  );
}
