import { describe, expect, it } from "vitest";
import type { Clock, ClockStep } from "../../src/index.ts";
import { DIRECTOR, GATEWAY, type Host, REAL_SERVER, VIP } from "../support/frames.ts";
import { FIRST_REQUEST, lookup, ROLES } from "../support/incidents.ts";
import { Watching } from "../support/live-stream.ts";
import { CAPTURE_START_SECONDS, type CapturedFrame, pcapRecord } from "../support/pcap.ts";
import { announcement, at, isAt, whoHas } from "../support/traffic.ts";

const YEAR_MS = 365 * 86_400_000;

/** A clock that a test sets; the interval timers of the watch are the system's all the same. */
class SetClock implements Clock {
  nowMs = 0;

  monotonicMs(): number {
    return this.nowMs;
  }

  wallMs(): number {
    return 1_700_000_000_000 + this.nowMs;
  }
}

/** Frames as they come: each is written when the clock shows its time, whatever its own says. */
async function playLive(
  frames: readonly (CapturedFrame & { readonly clockMs: number })[],
): Promise<{ watching: Watching; steps: ClockStep[] }> {
  const clock = new SetClock();
  const steps: ClockStep[] = [];
  const watching = new Watching({ ...ROLES, clock, onClockStep: (step) => steps.push(step) });
  for (const { clockMs, ...frame } of frames) {
    clock.nowMs = clockMs;
    watching.capture.writeBytes(recordOf(frame));
    await watching.capture.taken();
  }
  return { watching, steps };
}

/** Also of a moment before the capture began. */
function recordOf({ atNs, bytes }: CapturedFrame): Buffer {
  const second = Math.floor(atNs / 1e9);
  return pcapRecord({
    seconds: CAPTURE_START_SECONDS + second,
    fraction: Math.floor(atNs - second * 1e9),
    bytes,
  });
}

/** Ten seconds of peace, so that it is plain that the frames are of now. */
const LIVE = [
  ...FIRST_REQUEST,
  ...lookup(100, REAL_SERVER, GATEWAY),
  ...Array.from({ length: 10 }, (_, index) => lookup(1_000 * (index + 1), REAL_SERVER, DIRECTOR)).flat(),
].map((frame) => ({ ...frame, clockMs: frame.atNs / 1e6 }));

function leakAt(clockMs: number, jumpMs: number, server: Host = REAL_SERVER) {
  return [
    { ...at(clockMs + jumpMs, whoHas(GATEWAY.ip, server, { tell: VIP })), clockMs },
    { ...at(clockMs + jumpMs + 0.1, isAt(GATEWAY.ip, GATEWAY, server, { toIp: VIP })), clockMs },
  ];
}

function healAt(clockMs: number, jumpMs: number) {
  return [{ ...at(clockMs + jumpMs, announcement(VIP, DIRECTOR)), clockMs }];
}

describe.each([
  ["forward by three years", 3 * YEAR_MS],
  ["back by three years", -3 * YEAR_MS],
  ["back by a minute", -60_000],
])("a clock that is set %s", (_, jumpMs) => {
  it("is said, with both times", async () => {
    const { watching, steps } = await playLive([...LIVE, ...leakAt(12_000, jumpMs)]);
    await watching.end();
    expect(steps).toHaveLength(1);
    expect(Math.round(((steps[0]?.captureMs ?? 0) - jumpMs) / 1000)).toBeCloseTo(2, 0);
    expect(Math.round((steps[0]?.elapsedMs ?? 0) / 1000)).toBeCloseTo(2, 0);
  });

  it("hides no poisoning, and no healing: caches go by time that passes, not by clocks", async () => {
    const { watching } = await playLive([...LIVE, ...leakAt(12_000, jumpMs), ...healAt(14_000, jumpMs)]);
    expect(watching.told.filter((line) => !line.startsWith("benign"))).toEqual([
      "opened F1 vip-source-in-request",
      "updated F1 vip-source-in-request",
      "restored F1 vip-source-in-request",
    ]);
    await watching.end();
  });
});

describe("a recording", () => {
  it("has gaps that are taken at their word", async () => {
    const steps: ClockStep[] = [];
    const watching = new Watching({ ...ROLES, onClockStep: (step) => steps.push(step) });
    watching.capture.write(...FIRST_REQUEST, ...lookup(YEAR_MS, REAL_SERVER, GATEWAY));
    await watching.end();
    expect(steps).toEqual([]);
  });
});
