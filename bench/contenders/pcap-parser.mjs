// Reads a capture with the package pcap-parser from a stream, decodes nothing, counts the packets.
import { createReadStream } from "node:fs";
import pcapParser from "pcap-parser";

let frames = 0;
const parser = pcapParser.parse(createReadStream(process.argv[2]));
parser.on("packet", () => {
  frames++;
});
parser.on("end", () => {
  console.log(JSON.stringify({ frames }));
});
