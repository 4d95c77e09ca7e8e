import {
  barePipe,
  type Contender,
  cFloor,
  emptyNode,
  type Floor,
  lvsPcap,
  lvsPcapAsTyped,
  lvsPcapFromPipe,
  lvsPcapOnFrames,
  lvsPcapWithRoles,
  pcapParser,
  tcpdump,
  tcpdumpFromPipe,
  tshark,
  unpacker,
} from "../harness/contenders.ts";
import { captureFile, type DataFile, derivedFile } from "../harness/data-files.ts";
import { seenAt, together } from "../harness/seen-at.ts";
import { formatBytes } from "../harness/sizes.ts";
import { DIRECTOR, GATEWAY } from "../traffic/cluster.ts";
import { type Kind, STORM_RECORD_BYTES } from "../traffic/kinds.ts";
import { framesPerSecond, type Goal, linearIn, memoryOf, speedOf, timeOf, wallOf } from "./goals.ts";

/** Contenders that are timed side by side, and what is claimed of them. */
export interface Trial {
  readonly id: string;
  readonly title: string;
  readonly contenders: readonly Contender[];
  /** Whose time the others' is told in; null where that would say nothing. */
  readonly reference: string | null;
  readonly goals: readonly Goal[];
  /** Whether the captures are as large as the claims say. */
  readonly isFull: boolean;
  /** How often it runs where `asked` is what was asked for: what takes long less often, what is quick and noisy more. */
  readonly rounds: (asked: number) => number;
}

export interface Bench {
  readonly directory: string;
  /** Of the largest capture; what a claim says of smaller ones is made no larger than this, either. */
  readonly mostBytes: number;
  readonly floor: Floor;
}

export const LARGEST = 4e9;
const LARGE = 1e9;
const FOR_TSHARK = 300e6;
const FOR_ONE_HOST = 300e6;
/** A minute of a quiet segment. */
const SMALL_CAPTURE = 100e3;
const STORM_FRAMES = [2e6, 4e6, 8e6] as const;
const MOST_MIB = 128;

const usually = (asked: number) => asked;
const seldom = (asked: number) => Math.min(asked, 3);
const often = (asked: number) => asked * 4;

/** A row or more of the table of what is to be reached, each. */
export function allTrials(bench: Bench): Trial[] {
  return [
    againstTcpdump(bench, "mixed-large", "mixed", LARGEST, 0.35),
    againstTcpdump(bench, "mixed", "mixed", LARGE, 1),
    againstTcpdump(bench, "small", "small", LARGE, 0.4),
    againstTshark(bench),
    againstPcapParser(bench, "mixed"),
    againstPcapParser(bench, "small"),
    unpacking(bench, "gzip"),
    unpacking(bench, "zstd"),
    inPcapng(bench, "mixed"),
    inPcapng(bench, "small"),
    storm(bench),
    onAllInterfaces(bench),
    merged(bench),
    throughPipe(bench),
    startUp(bench),
  ];
}

const memory = memoryOf("lvs-pcap", MOST_MIB);

function sized(bench: Bench, kind: Kind, bytes: number): { file: DataFile; isFull: boolean; title: string } {
  const given = Math.min(bytes, bench.mostBytes);
  const title = kind === "mixed" ? "mixed frames" : "40-byte packets";
  return {
    file: captureFile(kind, given, bench.directory),
    isFull: given === bytes,
    title: `${formatBytes(given)} of ${title}`,
  };
}

function againstTcpdump(bench: Bench, id: string, kind: Kind, bytes: number, atMost: number): Trial {
  const { file, isFull, title } = sized(bench, kind, bytes);
  return {
    id,
    title,
    contenders: [lvsPcap(file), lvsPcapWithRoles(file), tcpdump(file), cFloor(file, bench.floor)],
    reference: "tcpdump",
    goals: [
      timeOf("lvs-pcap", "tcpdump", atMost, "time, to tcpdump's"),
      timeOf("lvs-pcap", "floor", 1.6, "time, to the C floor's"),
      memory,
    ],
    isFull,
    rounds: usually,
  };
}

function againstTshark(bench: Bench): Trial {
  const { file, isFull, title } = sized(bench, "small", FOR_TSHARK);
  return {
    id: "tshark",
    title: `${title}, duplicate addresses`,
    contenders: [lvsPcap(file), tshark(file)],
    reference: "tshark",
    goals: [speedOf("lvs-pcap", "tshark", 100, "speed, to tshark's"), memory],
    isFull,
    rounds: seldom,
  };
}

function againstPcapParser(bench: Bench, kind: Kind): Trial {
  const { file, isFull, title } = sized(bench, kind, LARGE);
  return {
    id: `pcap-parser-${kind}`,
    title: `${title}, in another parser`,
    contenders: [lvsPcap(file), pcapParser(file)],
    reference: "pcap-parser",
    goals: [speedOf("lvs-pcap", "pcap-parser", 20, "speed, to pcap-parser's"), memory],
    isFull,
    rounds: seldom,
  };
}

function unpacking(bench: Bench, tool: "gzip" | "zstd"): Trial {
  const { file: plain, isFull, title } = sized(bench, "mixed", LARGE);
  const file = derivedFile(plain, tool);
  return {
    id: tool,
    title: `${title} in ${tool}`,
    contenders: [lvsPcap(file), unpacker(file, tool)],
    reference: "unpacker",
    goals: [speedOf("lvs-pcap", "unpacker", 0.95, `speed, to that of ${tool} -dc`), memory],
    isFull,
    rounds: usually,
  };
}

function inPcapng(bench: Bench, kind: Kind): Trial {
  const { file, isFull, title } = sized(bench, kind, LARGE);
  return {
    id: `pcapng-${kind}`,
    title: `${title}, in pcapng`,
    contenders: [
      lvsPcap(derivedFile(file, "pcapng"), "lvs-pcap-pcapng", "lvs-pcap, pcapng"),
      lvsPcap(file, "lvs-pcap", "lvs-pcap, pcap"),
    ],
    reference: "lvs-pcap",
    goals: [timeOf("lvs-pcap-pcapng", "lvs-pcap", 1.3, "pcapng's time, to the pcap's"), memory],
    isFull,
    rounds: usually,
  };
}

function storm(bench: Bench): Trial {
  // A quarter of the largest, so that three sizes remain to be told apart.
  const scale = Math.min(1, bench.mostBytes / (STORM_FRAMES[2] * STORM_RECORD_BYTES));
  const contender = (fullFrames: number): Contender => {
    const frames = Math.floor(fullFrames * scale);
    const file = captureFile("storm", frames * STORM_RECORD_BYTES, bench.directory);
    return lvsPcap(file, `lvs-pcap-${fullFrames}`, `lvs-pcap, ${frames.toLocaleString("en")} frames`);
  };
  const [few, more, most] = STORM_FRAMES;
  return {
    id: "storm",
    title: "an ARP storm: 65,536 hosts, every tenth frame ARP",
    contenders: [contender(few), contender(more), contender(most)],
    reference: null,
    goals: [
      framesPerSecond(`lvs-pcap-${most}`, 3, "frames"),
      linearIn(
        [`lvs-pcap-${few}`, `lvs-pcap-${more}`, `lvs-pcap-${most}`],
        1.15,
        "cost of a further frame, to that of one before",
      ),
      memory,
    ],
    isFull: scale === 1,
    rounds: usually,
  };
}

function onAllInterfaces(bench: Bench): Trial {
  const { file: mirrored, isFull, title } = sized(bench, "small", FOR_ONE_HOST);
  const any = seenAt(mirrored, DIRECTOR, "director", "any");
  const port = seenAt(mirrored, DIRECTOR, "director", "port");
  return {
    id: "any",
    title: `${title}, of which the director's -i any shows its own`,
    contenders: [
      lvsPcapOnFrames([any], any, "lvs-pcap", "lvs-pcap"),
      lvsPcapOnFrames([port], port, "lvs-pcap-port", "lvs-pcap, on the same frames by -i eth0"),
      tcpdump(any),
    ],
    reference: "tcpdump",
    goals: [memory],
    isFull,
    rounds: usually,
  };
}

function merged(bench: Bench): Trial {
  const { file: mirrored, isFull, title } = sized(bench, "small", FOR_ONE_HOST);
  const director = seenAt(mirrored, DIRECTOR, "director", "port");
  const gateway = seenAt(mirrored, GATEWAY, "gateway", "port");
  const both = together(director, gateway);
  return {
    id: "merged",
    title: `${title}, as the director and the gateway captured them`,
    contenders: [
      lvsPcapOnFrames([director, gateway], both, "lvs-pcap", "lvs-pcap, both captures merged"),
      lvsPcapOnFrames([director], director, "lvs-pcap-director", "lvs-pcap, the director's"),
      lvsPcapOnFrames([gateway], gateway, "lvs-pcap-gateway", "lvs-pcap, the gateway's"),
    ],
    reference: null,
    goals: [memory],
    isFull,
    rounds: usually,
  };
}

function throughPipe(bench: Bench): Trial {
  const { file, isFull, title } = sized(bench, "mixed", LARGE);
  return {
    id: "stdin",
    title: `${title}, through a pipe`,
    contenders: [
      lvsPcapFromPipe(file),
      lvsPcap(file, "lvs-pcap", "lvs-pcap analyze F"),
      tcpdumpFromPipe(file),
      barePipe(file),
    ],
    reference: "lvs-pcap",
    goals: [speedOf("lvs-pcap-pipe", "lvs-pcap", 0.8, "speed through a pipe, to the file's"), memory],
    isFull,
    rounds: usually,
  };
}

function startUp(bench: Bench): Trial {
  const { file, isFull, title } = sized(bench, "mixed", SMALL_CAPTURE);
  return {
    id: "start-up",
    title: `${title}: start-up`,
    contenders: [lvsPcapAsTyped(file), emptyNode()],
    reference: "node",
    goals: [
      wallOf("lvs-pcap", 100, "time"),
      timeOf("lvs-pcap", "node", 2, "time, to that of node -e 0"),
      memory,
    ],
    isFull,
    rounds: often,
  };
}
