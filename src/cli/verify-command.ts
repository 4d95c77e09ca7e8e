import { type Command, Option } from "commander";
import { expectOutputIsNoInput } from "../files/output-target.ts";
import type { VerifyOptions, verifyCapture } from "../verify.ts";
import { printable } from "../words/letters.ts";
import type { CommandContext } from "./context.ts";
import { ExitStatus } from "./exit-status.ts";
import { ProgressBar } from "./progress.ts";

interface VerifyFlags {
  format: "text" | "json";
  progress: boolean;
  pdml?: string;
}

const EPILOGUE = `
Why: a forensic report needs a second tool's word. Whoever is to act on one must
not have to trust a single decoder for what was on the wire. pcap-parser shares
no code with lvs-pcap. It decodes records; ARP is read from its bytes by a
second decoder written apart from the first.

What it cannot do: it confirms what the frames say, not what analyze concludes
from them, nor that the capture is complete or genuine. Above Ethernet only ARP
is compared by field, all else byte by byte. pcap-parser reads pcap 2.4 with
microsecond timestamps; any other capture is reported as not verifiable by it.

--pdml takes Wireshark's word instead, for every kind of capture: times,
lengths, MACs, VLANs, ARP, IPv4, ports, TCP flags, tunnels, VRRP and DHCP
leases, field by field.

Exit status: 0 the two agree, 1 they differ, 2 not verifiable or not readable.

Examples:
  lvs-pcap verify incident.pcap
  lvs-pcap verify incident.pcap --format json
  tshark -r incident.pcapng -T pdml | lvs-pcap verify incident.pcapng --pdml -`;

/**
 * `lvs-pcap verify`: a second opinion on what the capture says.
 *
 * @param verify whose word to take
 */
export function addVerifyCommand(
  program: Command,
  context: CommandContext,
  exitWith: (status: number) => void,
  verify: typeof verifyCapture = verifyOnDemand,
): void {
  program
    .command("verify")
    .summary("have a capture decoded by a second, independent tool")
    .description(
      "Decodes the capture a second time with pcap-parser, an independent\nimplementation, and compares record by record (count, timestamps, lengths,\nbytes) and ARP field by field. Names the first differences.",
    )
    .argument("<capture>", "pcap file; - is standard input")
    .addOption(
      new Option("--format <format>", "form of the result").choices(["text", "json"]).default("text"),
    )
    .option("--pdml <file>", "compare with Wireshark's dissection (tshark -T pdml)")
    .option("--no-progress", "no progress bar for large captures")
    .addHelpText("after", EPILOGUE)
    .action(async (capture: string, flags: VerifyFlags) => {
      expectOutputIsNoInput([capture, ...(flags.pdml === undefined ? [] : [flags.pdml])]);
      const bar =
        flags.progress && context.stderr.isTTY === true
          ? new ProgressBar(context.stderr, () => performance.now())
          : null;
      const options: VerifyOptions = {};
      if (bar !== null) options.onProgress = ({ bytes, sizeBytes }) => bar.update(bytes, sizeBytes);

      const { result, text } = await (flags.pdml === undefined
        ? byPcapParser(verify, capture, options)
        : byDissection(capture, flags.pdml, options)
      ).finally(() => bar?.clear());
      if (result.problem !== null) context.stderr.write(`lvs-pcap: ${printable(result.problem)}\n`);
      context.stdout.write(flags.format === "json" ? `${JSON.stringify(result, null, 2)}\n` : text);
      exitWith(result.verified ? ExitStatus.Clean : ExitStatus.Found);
    });
}

async function byPcapParser(verify: typeof verifyCapture, capture: string, options: VerifyOptions) {
  const { renderVerifyText } = await import("../verify/wording.ts");
  const result = await verify(capture, options);
  return { result, text: renderVerifyText(result) };
}

async function byDissection(capture: string, dissection: string, { onProgress }: VerifyOptions) {
  const { verifyAgainstPdml } = await import("../verify/pdml/against-pdml.ts");
  const { renderDissectionText } = await import("../verify/pdml/wording.ts");
  const result = await verifyAgainstPdml(capture, dissection, onProgress);
  return { result, text: renderDissectionText(result) };
}

/** Loaded when it is wanted: whoever analyses a small capture should not wait for a parser that is not used. */
const verifyOnDemand: typeof verifyCapture = async (path, options) => {
  const { verifyCapture } = await import("../verify.ts");
  return verifyCapture(path, options);
};
