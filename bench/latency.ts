import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { introductions, leak, ordinaryFrame, prepare, record, STREAM_HEADER, vip } from "./live/segment.ts";
import { WatchedPipe } from "./live/watched.ts";

// npx tsx bench/latency.ts [--events 50]: how long from the frame that is written into a pipe to the event that comes
// out of another, at several rates of ordinary traffic. What it measures is the whole way: pipe, decoding, judging, pipe.
const { values } = parseArgs({ options: { events: { type: "string", default: "50" } } });
const EVENTS = Math.min(Number(values.events), 200);
const RATES = [0, 1_000, 10_000, 100_000];
const TICK_MS = 1;
const EVERY_MS = 100;

/** Writes ordinary traffic at the rate until it is told to stop. */
async function keepBusy(pipe: WatchedPipe, rate: number, isOver: () => boolean): Promise<number> {
  const startMs = performance.now();
  let written = 0;
  while (!isOver()) {
    const due = Math.floor(((performance.now() - startMs) / 1000) * rate);
    const nowMs = Date.now();
    const batch: Uint8Array[] = [];
    for (; written < due; written++) batch.push(record(ordinaryFrame(written, EVENTS), nowMs));
    if (batch.length > 0) pipe.write(Buffer.concat(batch));
    await sleep(TICK_MS);
  }
  return (written * 1000) / (performance.now() - startMs);
}

async function measure(rate: number): Promise<{ latenciesMs: number[]; reachedRate: number }> {
  const sentMs = new Map<string, number>();
  const latenciesMs: number[] = [];
  const args = [
    ...Array.from({ length: EVENTS }, (_, index) => ["--vip", vip(index)]).flat(),
    ...["--director", "10.0.0.10", "--gateway", "10.0.0.1", "--fail-on", "never"],
  ];
  const pipe = new WatchedPipe(args, (event, atMs) => {
    const sent = sentMs.get(event.ip);
    if (event.event === "opened" && event.kind === "vip-source-in-request" && sent !== undefined)
      latenciesMs.push(atMs - sent);
  });
  pipe.write(STREAM_HEADER);
  for (const frame of introductions(EVENTS)) pipe.write(record(frame));
  await sleep(1_500);

  let isOver = false;
  const busy = keepBusy(pipe, rate, () => isOver);
  await sleep(2_500);
  for (let index = 0; index < EVENTS; index++) {
    const bytes = Buffer.concat(leak(index).map((frame) => record(frame)));
    sentMs.set(vip(index), performance.now());
    pipe.write(bytes);
    await sleep(EVERY_MS * (0.5 + Math.random()));
  }
  await sleep(500);
  isOver = true;
  const reachedRate = await busy;
  pipe.end();
  await pipe.exited;
  return { latenciesMs: latenciesMs.toSorted((a, b) => a - b), reachedRate };
}

prepare(EVENTS);
console.log("frames/s   events   median    90 %    99 %     worst (ms)");
let isGood = true;
for (const rate of RATES) {
  const { latenciesMs, reachedRate } = await measure(rate);
  const at = (share: number) => latenciesMs[Math.ceil(share * latenciesMs.length) - 1] ?? Number.NaN;
  const cells = [at(0.5), at(0.9), at(0.99), at(1)].map((value) => value.toFixed(1).padStart(8));
  console.log(
    `${reachedRate.toFixed(0).padStart(8)} ${`${latenciesMs.length}/${EVENTS}`.padStart(8)} ${cells.join("")}`,
  );
  if (latenciesMs.length < EVENTS) isGood = false;
}
if (!isGood) {
  console.log("not every event came");
  process.exitCode = 1;
}
