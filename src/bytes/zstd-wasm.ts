import { ZSTDDecoder } from "zstddec/stream";
import { LARGEST_BLOCK_BYTES } from "./zstd-frames.ts";

/** A decoder gives one block at a time. */
const BUFFER_BYTES = LARGEST_BLOCK_BYTES;
/** `ZSTD_inBuffer` and `ZSTD_outBuffer`: an address, a size and how much of it is used, of 32 bits each. */
const STRUCT_BYTES = 12;

/** What a damaged file may meet, in the words of `ZSTD_getErrorString`, which this build does not export. */
const ERRORS: ReadonlyMap<number, string> = new Map([
  [10, "Unknown frame descriptor"],
  [14, "Unsupported frame parameter"],
  [16, "Frame requires too much memory for decoding"],
  [20, "Data corruption detected"],
  [22, "Restored data doesn't match checksum"],
  [24, "Header of Literals' block doesn't respect format specification"],
  [30, "Dictionary is corrupted"],
  [64, "Allocation error : not enough memory"],
  [70, "Destination buffer is too small"],
]);

/** zstd's own C code, compiled to WebAssembly. An address of 0 stands for memory that there is not. */
interface ZstdCode {
  readonly memory: { readonly buffer: ArrayBuffer };
  malloc(bytes: number): number;
  ZSTD_createDCtx(): number;
  ZSTD_freeDCtx(context: number): number;
  ZSTD_decompressStream(context: number, output: number, input: number): number;
}

const FUNCTIONS = ["malloc", "ZSTD_createDCtx", "ZSTD_freeDCtx", "ZSTD_decompressStream"];

function isZstdCode(value: unknown): value is ZstdCode {
  if (typeof value !== "object" || value === null || !("memory" in value)) return false;
  const { memory } = value;
  if (typeof memory !== "object" || memory === null || !("buffer" in memory)) return false;
  const isFunction = (name: string) => typeof Reflect.get(value, name) === "function";
  return memory.buffer instanceof ArrayBuffer && FUNCTIONS.every(isFunction);
}

/**
 * The code that zstddec brings, without zstddec's own loop around it: that one does not look for errors, and asks for a
 * damaged block again for ever.
 */
async function load(): Promise<Zstd> {
  let code: unknown = null;
  const decoder = new ZSTDDecoder();
  const { _init: initialise } = decoder;
  decoder._init = (result) => {
    initialise(result);
    code = result.instance.exports;
  };
  await decoder.init();
  if (!isZstdCode(code)) throw new Error("the package zstddec is another, or was in use before");
  return new Zstd(code);
}

let loaded: Promise<Zstd> | null = null;

/** A decoder of frames, one after the other. It must be closed: no collector sees into the memory that it takes. */
export async function openZstdDecoder(): Promise<ZstdDecoder> {
  loaded ??= load();
  return new ZstdDecoder(await loaded);
}

export class ZstdDecoder {
  private readonly zstd: Zstd;
  private readonly context: number;
  private isClosed = false;

  constructor(zstd: Zstd) {
    this.zstd = zstd;
    this.context = zstd.createContext();
  }

  /**
   * @param put is given what `bytes` unpack to, in memory that is written over next
   * @returns whether a frame is complete with `bytes`
   * @throws Error in zstd's words
   */
  decode(bytes: Uint8Array, put: (unpacked: Uint8Array) => void): boolean {
    let isFrameComplete = false;
    for (let at = 0; at < bytes.length && !this.isClosed; at += BUFFER_BYTES) {
      isFrameComplete = this.zstd.decode(this.context, bytes.subarray(at, at + BUFFER_BYTES), put);
    }
    return isFrameComplete;
  }

  close(): void {
    if (!this.isClosed) this.zstd.freeContext(this.context);
    this.isClosed = true;
  }
}

/** The code with the buffers through which all decoders, each in its turn, exchange bytes with it. */
class Zstd {
  private readonly code: ZstdCode;
  private readonly input: number;
  private readonly output: number;
  private readonly inputStruct: number;
  private readonly outputStruct: number;

  constructor(code: ZstdCode) {
    this.code = code;
    this.input = given(code.malloc(BUFFER_BYTES));
    this.output = given(code.malloc(BUFFER_BYTES));
    this.inputStruct = given(code.malloc(2 * STRUCT_BYTES));
    this.outputStruct = this.inputStruct + STRUCT_BYTES;
  }

  createContext(): number {
    return given(this.code.ZSTD_createDCtx());
  }

  freeContext(context: number): void {
    this.code.ZSTD_freeDCtx(context);
  }

  decode(context: number, bytes: Uint8Array, put: (unpacked: Uint8Array) => void): boolean {
    const { code, input, output, inputStruct, outputStruct } = this;
    let { buffer } = code.memory;
    new Uint8Array(buffer, input).set(bytes);
    writeStruct(buffer, inputStruct, input, bytes.length);
    for (;;) {
      writeStruct(buffer, outputStruct, output, BUFFER_BYTES);
      const left = code.ZSTD_decompressStream(context, outputStruct, inputStruct);
      if (left < 0) throw new Error(ERRORS.get(-left) ?? `zstd's error ${-left}`);
      // When the memory grows, the buffer before it is empty.
      buffer = code.memory.buffer;
      const unpacked = usedOf(buffer, outputStruct);
      put(new Uint8Array(buffer, output, unpacked));
      const isAllTaken = usedOf(buffer, inputStruct) === bytes.length;
      if (isAllTaken && (left === 0 || unpacked < BUFFER_BYTES)) return left === 0;
    }
  }
}

function given(address: number): number {
  if (address === 0) throw new Error("there is no memory left for another zstd decoder");
  return address;
}

function writeStruct(buffer: ArrayBuffer, at: number, address: number, size: number): void {
  new Uint32Array(buffer, at, 3).set([address, size, 0]);
}

/** @returns the last field of a `ZSTD_inBuffer` or `ZSTD_outBuffer` */
function usedOf(buffer: ArrayBuffer, at: number): number {
  return new Uint32Array(buffer, at, 3)[2] ?? 0;
}
