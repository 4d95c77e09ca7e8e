import { execFile, spawnSync } from "node:child_process";
import { promisify } from "node:util";

/** Why no display filter can be tried here; null where it can. */
export function tsharkUnavailable(): string | null {
  const { status, error } = spawnSync("tshark", ["--version"], { stdio: "ignore" });
  return status === 0 ? null : `tshark cannot be run: ${error?.message ?? `exit status ${status}`}`;
}

/** How many frames of the capture Wireshark shows by the filter. */
export async function framesShown(capture: string, filter: string): Promise<number> {
  const args = ["-n", "-r", capture, "-Y", filter, "-T", "fields", "-e", "frame.number"];
  const { stdout } = await promisify(execFile)("tshark", args);
  return stdout.split("\n").filter((line) => line !== "").length;
}
