import { execFile } from "node:child_process";
import { promisify } from "node:util";

/** What Wireshark says of one frame: each field's first occurrence, empty where there is none. */
export interface DissectedFrame {
  readonly frame: number;
  /** Operation, sender MAC and address, target MAC and address. */
  readonly arp: string;
  /** Source and destination. */
  readonly ipv4: string;
}

const FIELDS = [
  "frame.number",
  "arp.opcode",
  "arp.src.hw_mac",
  "arp.src.proto_ipv4",
  "arp.dst.hw_mac",
  "arp.dst.proto_ipv4",
  "ip.src",
  "ip.dst",
] as const;

/** As a person would type it. */
export const DISSECTION_COMMAND = `tshark -n -r FILE -T fields -E occurrence=f ${FIELDS.map((field) => `-e ${field}`).join(" ")}`;

export async function dissect(capture: string): Promise<DissectedFrame[]> {
  const args = ["-n", "-r", capture, "-T", "fields", "-E", "occurrence=f"];
  for (const field of FIELDS) args.push("-e", field);
  const { stdout } = await promisify(execFile)("tshark", args);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [frame = "", operation = "", ...rest] = line.split("\t");
      const isArp = operation === "1" || operation === "2";
      return {
        frame: Number(frame),
        arp: isArp ? [operation, ...rest.slice(0, 4)].join(" ") : "",
        ipv4: rest.slice(4, 6).join(" ").trim(),
      };
    });
}
