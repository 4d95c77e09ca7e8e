import { longestFrame } from "../link-type.ts";
import { InterfaceClock, signedSeconds } from "./clock.ts";
import { optionsOf, tooShort } from "./options.ts";
import { optionText } from "./text.ts";

/** An interface that frames were captured on. */
export interface CapturedInterface {
  /** LINKTYPE_ value. */
  readonly linkType: number;
  readonly name: string | null;
  readonly description: string | null;
  frames: number;
}

export class Interface implements CapturedInterface {
  readonly linkType: number;
  readonly snapLengthBytes: number;
  readonly longestBytes: number;
  readonly clock: InterfaceClock;
  readonly name: string | null;
  readonly description: string | null;
  frames = 0;
  /** As its statistics say, the newest ones; null where there are none. */
  dropped: number | null = null;

  constructor(linkType: number, snapLength: number, options: InterfaceOptions) {
    this.linkType = linkType;
    this.longestBytes = longestFrame(linkType);
    // `pcap_adjust_snapshot` of libpcap.
    this.snapLengthBytes = snapLength === 0 || snapLength > 0x7fff_ffff ? this.longestBytes : snapLength;
    this.clock = new InterfaceClock(options.resolution, options.offsetSeconds);
    this.name = options.name;
    this.description = options.description;
  }
}

interface InterfaceOptions {
  resolution: number;
  offsetSeconds: bigint;
  name: string | null;
  description: string | null;
}

export const INTERFACE_BLOCK = 1;
const FIXED_BYTES = 8;
const NAME = 2;
const DESCRIPTION = 3;
const TIME_RESOLUTION = 9;
const TIME_OFFSET = 14;
/** Microseconds, where nothing is said. */
const DEFAULT_RESOLUTION = 6;

/**
 * Reads the body of an Interface Description Block: 0 link type · 2 reserved · 4 snap length · 8 options.
 *
 * @throws Error in the words of libpcap's sf-pcapng.c (`process_idb_options`)
 */
export function readInterface(view: DataView, start: number, end: number, littleEndian: boolean): Interface {
  if (end - start < FIXED_BYTES) throw tooShort(INTERFACE_BLOCK);
  const linkType = view.getUint16(start, littleEndian);
  const snapLength = view.getUint32(start + 4, littleEndian);
  return new Interface(linkType, snapLength, readOptions(view, start + FIXED_BYTES, end, littleEndian));
}

function readOptions(view: DataView, start: number, end: number, littleEndian: boolean): InterfaceOptions {
  const read: InterfaceOptions = {
    resolution: DEFAULT_RESOLUTION,
    offsetSeconds: 0n,
    name: null,
    description: null,
  };
  let hasResolution = false;
  let hasOffset = false;
  for (const option of optionsOf(view, start, end, littleEndian, INTERFACE_BLOCK)) {
    switch (option.code) {
      case NAME:
        read.name ??= optionText(view, option);
        break;
      case DESCRIPTION:
        read.description ??= optionText(view, option);
        break;
      case TIME_RESOLUTION:
        if (option.length !== 1) throw wrongLength("if_tsresol", option.length, 1);
        if (hasResolution) throw twice("if_tsresol");
        hasResolution = true;
        read.resolution = checkedResolution(view.getUint8(option.start));
        break;
      case TIME_OFFSET:
        if (option.length !== 8) throw wrongLength("if_tsoffset", option.length, 8);
        if (hasOffset) throw twice("if_tsoffset");
        hasOffset = true;
        read.offsetSeconds = readSeconds(view, option.start, littleEndian);
        break;
    }
  }
  return read;
}

function readSeconds(view: DataView, start: number, littleEndian: boolean): bigint {
  const [upper, lower] = littleEndian ? [start + 4, start] : [start, start + 4];
  return signedSeconds(view.getUint32(upper, littleEndian), view.getUint32(lower, littleEndian));
}

/** A unit must be one of those of which a second has fewer than 2^64. */
function checkedResolution(resolution: number): number {
  const isBinary = (resolution & 0x80) !== 0;
  const exponent = resolution & 0x7f;
  if (exponent > (isBinary ? 63 : 19)) {
    throw new Error(
      `Interface Description Block if_tsresol option resolution ${isBinary ? 2 : 10}^-${exponent} is too high`,
    );
  }
  return resolution;
}

function wrongLength(option: string, found: number, expected: number): Error {
  return new Error(`Interface Description Block has ${option} option with length ${found} != ${expected}`);
}

function twice(option: string): Error {
  return new Error(`Interface Description Block has more than one ${option} option`);
}
