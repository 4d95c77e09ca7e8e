import { hostileFiles } from "./hostile/files.ts";
import { FLOODS, floodCapture } from "./hostile/floods.ts";
import { measure } from "./hostile/measure.ts";

/**
 * `npm run hostile [FRAMES]`: the built command against files and floods made to do harm, at full size: ten million
 * spoofed senders, a million of the others, files that unpack to a gibibyte. Prints what each takes.
 */
const [frames = "10000000"] = process.argv.slice(2);
const most = Number(frames);
const MEBIBYTE = 1 << 20;

async function tell(name: string, input: Iterable<Buffer>): Promise<void> {
  const { status, elapsedMs, processorMs, residentBytes, stderr } = await measure(
    ["analyze", "-", "--format", "json", "--vip", "192.168.1.2"],
    input,
  );
  const seconds = (ms: number | null) => (ms === null ? "?" : (ms / 1000).toFixed(1));
  const memory = residentBytes === null ? "?" : (residentBytes / MEBIBYTE).toFixed(0);
  process.stdout.write(
    `${name}: exit ${status}, ${seconds(elapsedMs)} s (${seconds(processorMs)} s of a processor), ${memory} MiB\n${stderr}`,
  );
}

for (const { name, pieces } of hostileFiles(1024)) await tell(name, pieces());
for (const [index, flood] of FLOODS.entries()) {
  const count = index === 0 ? most : Math.min(most, 1_000_000);
  await tell(`${count} frames, ${flood.name}`, floodCapture(flood, count));
}
