import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import {
  DIRECTOR,
  heal,
  introductions,
  leak,
  ordinaryFrame,
  prepare,
  record,
  STREAM_HEADER,
  spoofed,
  vip,
} from "./live/segment.ts";
import { WatchedPipe } from "./live/watched.ts";

// npx tsx bench/soak.ts [--minutes 60] [--rate 10000] [--flood 50000]: a watch under steady traffic in which a real server
// leaks a VIP every few seconds and is healed, and which is flooded by spoofed senders in the middle. At the end: whether
// every leak and every healing was told, and how much memory it took before the flood and after it.
const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "60" },
    rate: { type: "string", default: "10000" },
    flood: { type: "string", default: "50000" },
  },
});
const DURATION_MS = Number(values.minutes) * 60_000;
const RATE = Number(values.rate);
const FLOOD_RATE = Number(values.flood);
const FLOOD_MS = Math.min(60_000, DURATION_MS / 10);
const VIPS = 8;
const TICK_MS = 2;
const LEAK_EVERY_MS = 3_000;
const HEAL_AFTER_MS = 1_500;
const SAMPLE_EVERY_MS = 1_000;
const MEGABYTE = 1_000_000;
/** A pipe that is so far behind is not filled further: the watch would be measured by what waits for it. */
const MOST_WAITING_BYTES = 4 << 20;

const told = { opened: 0, restored: 0 };
const args = [
  ...Array.from({ length: VIPS }, (_, index) => ["--vip", vip(index)]).flat(),
  ...["--director", DIRECTOR.ip, "--gateway", "10.0.0.1", "--fail-on", "never"],
];
const pipe = new WatchedPipe(args, (event) => {
  if (event.event === "benign" || event.kind !== "vip-source-in-request") return;
  if (event.event === "opened") told.opened++;
  if (event.event === "restored" && event.ending === "healed") told.restored++;
});
prepare(VIPS);
pipe.write(STREAM_HEADER);
for (const frame of introductions(VIPS)) pipe.write(record(frame));

const startMs = performance.now();
const samples: { atMs: number; bytes: number }[] = [];
let written = 0;
let flooded = 0;
let leaks = 0;
let heals = 0;
let sampledMs = 0;
const floodFromMs = (DURATION_MS - FLOOD_MS) / 2;
for (;;) {
  const atMs = performance.now() - startMs;
  if (atMs >= DURATION_MS) break;
  const nowMs = Date.now();
  const batch: Uint8Array[] = [];
  const isBehind = pipe.waitingBytes > MOST_WAITING_BYTES;
  const due = Math.min(written + RATE / 10, Math.floor((atMs / 1000) * RATE));
  if (!isBehind) for (; written < due; written++) batch.push(record(ordinaryFrame(written, VIPS), nowMs));
  if (atMs > floodFromMs && atMs < floodFromMs + FLOOD_MS && !isBehind) {
    const floodDue = Math.min(
      flooded + FLOOD_RATE / 10,
      Math.floor(((atMs - floodFromMs) / 1000) * FLOOD_RATE),
    );
    for (; flooded < floodDue; flooded++) batch.push(record(spoofed(flooded), nowMs));
  }
  if (atMs > leaks * LEAK_EVERY_MS + 2_000)
    batch.push(...leak(leaks++ % VIPS).map((frame) => record(frame, nowMs)));
  if (atMs > heals * LEAK_EVERY_MS + 2_000 + HEAL_AFTER_MS) batch.push(record(heal(heals++ % VIPS), nowMs));
  if (batch.length > 0) pipe.write(Buffer.concat(batch));
  if (atMs - sampledMs >= SAMPLE_EVERY_MS) {
    sampledMs = atMs;
    samples.push({ atMs, bytes: pipe.residentBytes });
    if (samples.length % 30 === 0) {
      const megabytes = (samples.at(-1)?.bytes ?? 0) / MEGABYTE;
      console.log(
        `${(atMs / 1000).toFixed(0).padStart(6)} s  ${megabytes.toFixed(1).padStart(7)} MB  ${written + flooded} frames`,
      );
    }
  }
  await sleep(TICK_MS);
}
if (heals < leaks) pipe.write(record(heal(heals++ % VIPS)));
await sleep(2_000);
pipe.end();
await pipe.exited;

const median = (from: number, to: number) => {
  const sorted = samples
    .filter(({ atMs }) => atMs >= from && atMs < to)
    .map(({ bytes }) => bytes / MEGABYTE)
    .toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
};
const before = median(floodFromMs / 2, floodFromMs);
const during = median(floodFromMs, floodFromMs + FLOOD_MS);
const after = median(floodFromMs + FLOOD_MS + (DURATION_MS - floodFromMs - FLOOD_MS) / 2, DURATION_MS);
console.log(`leaks told ${told.opened} of ${leaks}, healings told ${told.restored} of ${heals}`);
console.log(
  `resident, median: ${before.toFixed(1)} MB before the flood, ${during.toFixed(1)} MB in it, ${after.toFixed(1)} MB long after`,
);
console.log(pipe.stderr.trim());
if (told.opened < leaks || told.restored < heals || after - before > 10) process.exitCode = 1;
