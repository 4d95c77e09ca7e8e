import { carried, type Position } from "../base/position.ts";
import type { MacPairs } from "./mac-pairs.ts";
import { CAPTURE_SHIFT, RowDouble, RowWord } from "./traffic-layout.ts";

/** Who sends frames for which address to which MAC, how many, and when. */
export interface TrafficRow {
  readonly segment: number;
  readonly destinationIp: number;
  readonly destinationMacHigh: number;
  readonly destinationMacLow: number;
  readonly sourceMacHigh: number;
  readonly sourceMacLow: number;
  /** Source address of the newest frame. */
  readonly lastSourceIp: number;
  /** Of the newest frame, where it is TCP or UDP. */
  readonly lastDestinationPort: number;
  /** Of the newest frame, as in `FrameFacts`. */
  readonly lastPorts: number;
  readonly lastTtl: number;
  readonly lastIdentification: number;
  readonly frames: number;
  readonly bytes: number;
  readonly first: Position;
  readonly last: Position;
}

/** Where the rows lie, as `traffic-layout.ts` describes it. */
interface RowMemory {
  readonly pairs: MacPairs;
  word(row: number, offset: number): number;
  double(row: number, offset: number): number;
  firstOf(row: number): Position;
  /** Where in `pairs` the row's pair is. */
  pairOf(row: number): number;
}

/** A row, read where it lies. */
export class RowView implements TrafficRow {
  private readonly table: RowMemory;
  private readonly row: number;

  constructor(table: RowMemory, row: number) {
    this.table = table;
    this.row = row;
  }

  get segment(): number {
    return this.table.pairs.segment(this.pair);
  }

  get destinationIp(): number {
    return this.table.word(this.row, RowWord.DestinationIp);
  }

  get destinationMacHigh(): number {
    return this.table.pairs.destination(this.pair).macHigh;
  }

  get destinationMacLow(): number {
    return this.table.pairs.destination(this.pair).macLow;
  }

  get sourceMacHigh(): number {
    return this.table.pairs.source(this.pair).macHigh;
  }

  get sourceMacLow(): number {
    return this.table.pairs.source(this.pair).macLow;
  }

  get lastSourceIp(): number {
    return this.table.word(this.row, RowWord.LastSourceIp);
  }

  get lastDestinationPort(): number {
    return this.lastPorts & 0xffff;
  }

  get lastPorts(): number {
    return this.table.word(this.row, RowWord.LastPorts);
  }

  get lastTtl(): number {
    return this.table.word(this.row, RowWord.LastIdentificationAndTtl) & 0xff;
  }

  get lastIdentification(): number {
    return this.table.word(this.row, RowWord.LastIdentificationAndTtl) >>> 8;
  }

  get frames(): number {
    return this.table.double(this.row, RowDouble.Frames);
  }

  get bytes(): number {
    return this.table.double(this.row, RowDouble.Bytes);
  }

  get first(): Position {
    return this.table.firstOf(this.row);
  }

  get last(): Position {
    const { table, row, first } = this;
    const seconds = table.word(row, RowWord.LastSeconds) >>> 0;
    const nanoseconds = table.word(row, RowWord.LastNanoseconds) >>> 0;
    return carried({
      capture: table.word(row, RowWord.FlagsAndCapture) >>> CAPTURE_SHIFT,
      frame: table.double(row, RowDouble.LastFrame),
      seconds,
      nanoseconds,
      timeNs: first.timeNs + (seconds - first.seconds) * 1e9 + (nanoseconds - first.nanoseconds),
      ordinal: table.double(row, RowDouble.LastOrdinal),
    });
  }

  private get pair(): number {
    return this.table.pairOf(this.row);
  }
}
