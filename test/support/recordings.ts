import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RecordingFile } from "../tools/lab/model.ts";

export interface Recording extends RecordingFile {
  /** Absolute paths. */
  readonly directory: string;
  readonly capture: string;
  readonly topology: string;
}

const CAPTURES = join(import.meta.dirname, "..", "..", "captures");

/** Every recorded incident with what the kernels held, in order of name. */
export function loadRecordings(captures: string = CAPTURES): Recording[] {
  const directories = readdirSync(captures, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(captures, entry.name, "recording.json")))
    .map((entry) => join(captures, entry.name))
    .sort();
  return directories.map((directory) => ({
    ...(JSON.parse(readFileSync(join(directory, "recording.json"), "utf8")) as RecordingFile),
    directory,
    capture: join(directory, "capture.pcap"),
    topology: join(directory, "topology.yaml"),
  }));
}
