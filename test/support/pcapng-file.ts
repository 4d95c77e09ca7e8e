import { execFileSync } from "node:child_process";

/** A frame as tshark reads it. */
export interface ReadFrame {
  readonly time: string;
  readonly capturedBytes: number;
  readonly originalBytes: number;
  /** The first bytes of the frame, enough to tell it from others. */
  readonly addresses: string;
  readonly comment: string;
}

/** What tshark reads of a capture, frame by frame. */
export function framesIn(capture: string): ReadFrame[] {
  const fields = ["frame.time_epoch", "frame.cap_len", "frame.len", "eth.addr", "ip.id", "frame.comment"];
  const args = ["-n", "-r", capture, "-T", "fields", ...fields.flatMap((field) => ["-e", field])];
  const text = execFileSync("tshark", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [time = "", captured, original, macs = "", id = "", comment = ""] = line.split("\t");
      return {
        time,
        capturedBytes: Number(captured),
        originalBytes: Number(original),
        addresses: `${macs} ${id}`,
        comment,
      };
    });
}
