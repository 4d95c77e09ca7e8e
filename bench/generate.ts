import { parseArgs } from "node:util";
import { DATA_DIRECTORY, provideCapture } from "./harness/captures.ts";
import { parseKind } from "./harness/options.ts";
import { parseBytes } from "./harness/sizes.ts";
import { STORM_RECORD_BYTES } from "./traffic/kinds.ts";

// npx tsx bench/generate.ts [--kind mixed|small|storm] [--size 1GB | --frames 1000000] [--data DIRECTORY]
const { values } = parseArgs({
  options: {
    kind: { type: "string", default: "mixed" },
    size: { type: "string", default: "1GB" },
    frames: { type: "string" },
    data: { type: "string", default: DATA_DIRECTORY },
  },
});
const kind = parseKind(values.kind);
if (values.frames !== undefined && kind !== "storm")
  throw new Error("--frames is for --kind storm; else give --size");
const bytes =
  values.frames === undefined ? parseBytes(values.size) : Number(values.frames) * STORM_RECORD_BYTES;

const startMs = performance.now();
const capture = provideCapture(kind, bytes, values.data);
const seconds = (performance.now() - startMs) / 1000;
console.log(JSON.stringify(capture, null, 2));
console.log(`${(capture.bytes / 1e6 / seconds).toFixed(0)} MB/s, ${seconds.toFixed(2)} s`);
