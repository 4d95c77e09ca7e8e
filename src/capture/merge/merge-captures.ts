import type { ByteSource } from "../../bytes/byte-source.ts";
import { haveSameContents } from "../../bytes/same-contents.ts";
import { openByteSource } from "../../bytes/source.ts";
import type { CaptureOptions } from "../capture-options.ts";
import type { CaptureEnd } from "../read-capture.ts";
import { CaptureCursor } from "./cursor.ts";
import type { MergeSink } from "./frame-queue.ts";
import { BEGINNING, END, earlier, isBefore, type Moment } from "./moment.ts";
import { BeginningPrint, type Probe, probe, probeOnce } from "./probe.ts";

/** One of several captures that are read together. */
export interface MergeInput {
  readonly file: string;
  /** Sees what is read of the file, once and in order; what is only looked at is not shown. */
  watch(source: ByteSource): ByteSource;
  /** Called when its turn has come, or nearly so. */
  begin(): MergeSink;
  /** Called when no frame of it follows, before it is closed. */
  ended(): Promise<void>;
  readonly options: CaptureOptions;
}

/** What became of a capture: it was read, or is the same as another of these. */
export type MergeOutcome =
  | { readonly end: CaptureEnd; readonly duplicateOf: null }
  | { readonly end: null; readonly duplicateOf: number };

interface Pending extends Probe {
  readonly index: number;
  /** Of a capture that cannot be opened again, with what was read of it waiting. */
  readonly cursor: CaptureCursor | null;
}

interface Active {
  readonly index: number;
  readonly cursor: CaptureCursor;
  readonly sink: MergeSink;
}

/**
 * Reads captures together, frame by frame in the order of time, in constant memory: a capture is opened when the time
 * of its first frame has come, so of rotated files two at most are open at once.
 *
 * Within a capture frames keep their order, even where their times run backwards.
 *
 * @returns for each input what became of it
 * @throws LvsPcapError as `readCapture` does, before any frame is given, where a file is refused
 */
export async function mergeCaptures(inputs: readonly MergeInput[]): Promise<MergeOutcome[]> {
  const outcomes = new Map<number, MergeOutcome>();
  const pending = await probeAll(inputs);
  for (const [index, duplicateOf] of await findDuplicates(inputs, pending))
    outcomes.set(index, { end: null, duplicateOf });
  const inOrder = pending
    .filter(({ index }) => !outcomes.has(index))
    .toSorted((a, b) =>
      isBefore(a.first, b.first) ? -1 : isBefore(b.first, a.first) ? 1 : a.index - b.index,
    );
  await new Merger(inputs, inOrder, outcomes).run();
  return inputs.map((_, index) => outcomes.get(index) ?? unread(index));
}

function unread(index: number): never {
  throw new Error(`capture ${index} was not read`);
}

async function probeAll(inputs: readonly MergeInput[]): Promise<Pending[]> {
  const pending: Pending[] = [];
  for (const [index, input] of inputs.entries()) {
    const source = await openByteSource(input.file);
    if (source.reopen !== undefined) {
      pending.push({ index, cursor: null, ...(await probeOnce(source)) });
      continue;
    }
    const print = new BeginningPrint();
    const cursor = new CaptureCursor(input.watch(source), {
      ...input.options,
      onBytes: (chunk) => print.take(chunk),
    });
    pending.push({ index, cursor, ...(await probe(cursor, print)) });
  }
  return pending;
}

/** By capture that is a duplicate: of which. Only what begins alike is compared, and what comes once never. */
async function findDuplicates(
  inputs: readonly MergeInput[],
  pending: readonly Pending[],
): Promise<Map<number, number>> {
  const duplicates = new Map<number, number>();
  const firsts = new Map<string, number[]>();
  for (const { index, print, cursor } of pending) {
    if (cursor !== null) continue;
    const alike = firsts.get(print) ?? [];
    firsts.set(print, alike);
    let original: number | null = null;
    for (const other of alike) {
      if (await haveSameContents(inputs[other]?.file ?? "", inputs[index]?.file ?? "")) original = other;
      if (original !== null) break;
    }
    if (original === null) alike.push(index);
    else duplicates.set(index, original);
  }
  return duplicates;
}

function aMomentBefore({ seconds, nanoseconds }: Moment): Moment {
  return { seconds: seconds - 1, nanoseconds };
}

class Merger {
  private readonly inputs: readonly MergeInput[];
  private readonly pending: readonly Pending[];
  private readonly outcomes: Map<number, MergeOutcome>;
  private next = 0;
  private active: Active[] = [];
  private current: Active | null = null;

  constructor(
    inputs: readonly MergeInput[],
    pending: readonly Pending[],
    outcomes: Map<number, MergeOutcome>,
  ) {
    this.inputs = inputs;
    // Opened a moment before its time, a capture is known to overlap before the first of its frames comes.
    this.pending = pending.map((capture) => ({ ...capture, first: aMomentBefore(capture.first) }));
    this.outcomes = outcomes;
  }

  async run(): Promise<void> {
    try {
      for (;;) {
        const hungry = this.active.find(({ cursor }) => cursor.queue.first === null);
        if (hungry !== undefined) {
          await this.feed(hungry);
          continue;
        }
        const earliest = this.earliest();
        const first = earliest?.cursor.queue.first ?? null;
        const upcoming = this.pending[this.next];
        if (upcoming !== undefined && (first === null || !isBefore(first, upcoming.first))) {
          await this.open(upcoming);
        } else if (earliest !== null) {
          this.emitFrom(earliest, upcoming?.first ?? END);
        } else {
          return;
        }
      }
    } finally {
      for (const { cursor } of this.active) await cursor.close();
      for (const { cursor } of this.pending.slice(this.next)) await cursor?.close();
    }
  }

  private async open({ index, cursor }: Pending): Promise<void> {
    const input = this.inputs[index];
    if (input === undefined) throw new RangeError(`no capture ${index}`);
    const opened = cursor ?? new CaptureCursor(input.watch(await openByteSource(input.file)), input.options);
    this.next++;
    const active: Active = { index, cursor: opened, sink: input.begin() };
    this.active.push(active);
    this.turnTo(active);
    this.tellOverlap();
    opened.queue.attach(active.sink);
  }

  /** Reads on where nothing waits. Frames before all others' go through without waiting. */
  private async feed(active: Active): Promise<void> {
    const { index, cursor } = active;
    if (cursor.end !== null) {
      this.outcomes.set(index, { end: cursor.end, duplicateOf: null });
      this.active = this.active.filter((other) => other !== active);
      this.tellOverlap();
      await this.inputs[index]?.ended();
      await cursor.close();
      return;
    }
    cursor.queue.limit = this.limitFor(active);
    this.turnTo(active);
    await cursor.step();
  }

  /** The earliest moment at which somebody else may have a frame; good until the next frame is emitted. */
  private limitFor(active: Active): Moment {
    let limit = this.pending[this.next]?.first ?? END;
    for (const { cursor } of this.active) {
      if (cursor === active.cursor) continue;
      const { first } = cursor.queue;
      if (first !== null) limit = earlier(limit, first);
      else if (cursor.end === null) return BEGINNING;
    }
    return limit;
  }

  /** Whose frame is the next one; of two at the same moment the one of the capture named first. */
  private earliest(): Active | null {
    let earliest: Active | null = null;
    let firstOfEarliest: Moment = END;
    for (const active of this.active) {
      const { first } = active.cursor.queue;
      if (first === null) continue;
      const isFirst =
        earliest === null ||
        isBefore(first, firstOfEarliest) ||
        (!isBefore(firstOfEarliest, first) && active.index < earliest.index);
      if (!isFirst) continue;
      earliest = active;
      firstOfEarliest = first;
    }
    return earliest;
  }

  /** Emits frame after frame until somebody's next one has to be read, or is not before the moment given. */
  private emitFrom(earliest: Active, until: Moment): void {
    let active: Active | null = earliest;
    while (active !== null) {
      const { queue } = active.cursor;
      const limit = this.limitFor(active);
      this.turnTo(active);
      let first: Moment | null;
      do {
        queue.emit();
        first = queue.first;
      } while (first !== null && isBefore(first, limit));
      if (first === null) return;
      active = this.earliest();
      if (!isBefore(active?.cursor.queue.first ?? END, until)) return;
    }
  }

  private tellOverlap(): void {
    for (const { sink } of this.active) sink.overlap?.(this.active.length > 1);
  }

  private turnTo(active: Active): void {
    if (this.current === active) return;
    this.current = active;
    active.sink.resume();
  }
}
