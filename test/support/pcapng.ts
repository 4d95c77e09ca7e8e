/** A pcapng file, block by block (draft-ietf-opsawg-pcapng). */

export interface PcapngOption {
  readonly code: number;
  readonly value: Uint8Array;
}

export const OptionCode = { Comment: 1, Name: 2, Description: 3, Resolution: 9, Offset: 14 } as const;

/** Writes the blocks of one section, in one byte order. */
export class PcapngWriter {
  readonly littleEndian: boolean;

  constructor(littleEndian = true) {
    this.littleEndian = littleEndian;
  }

  section(options: readonly PcapngOption[] = [], version: readonly [number, number] = [1, 0]): Buffer {
    return this.block(
      0x0a0d0d0a,
      this.uint32(0x1a2b3c4d),
      this.uint16(version[0]),
      this.uint16(version[1]),
      this.uint32(0xffffffff),
      this.uint32(0xffffffff),
      this.options(options),
    );
  }

  interface(
    options: readonly PcapngOption[] = [],
    { linkType = 1, snapLength = 0 }: { readonly linkType?: number; readonly snapLength?: number } = {},
  ): Buffer {
    return this.block(
      1,
      this.uint16(linkType),
      this.uint16(0),
      this.uint32(snapLength),
      this.options(options),
    );
  }

  /** An Enhanced Packet Block. */
  packet(
    bytes: Uint8Array,
    {
      units = 0n,
      id = 0,
      originalBytes = bytes.length,
      capturedBytes = bytes.length,
      options = [],
    }: {
      readonly units?: bigint;
      readonly id?: number;
      readonly originalBytes?: number;
      readonly capturedBytes?: number;
      readonly options?: readonly PcapngOption[];
    } = {},
  ): Buffer {
    return this.block(
      6,
      this.uint32(id),
      ...this.time(units),
      this.uint32(capturedBytes),
      this.uint32(originalBytes),
      padded(bytes),
      this.options(options),
    );
  }

  simplePacket(bytes: Uint8Array, originalBytes = bytes.length): Buffer {
    return this.block(3, this.uint32(originalBytes), padded(bytes));
  }

  /** The obsolete Packet Block. */
  oldPacket(bytes: Uint8Array, units: bigint, id = 0): Buffer {
    const lengths = [this.uint32(bytes.length), this.uint32(bytes.length)];
    return this.block(2, this.uint16(id), this.uint16(0), ...this.time(units), ...lengths, padded(bytes));
  }

  statistics(id: number, options: readonly PcapngOption[]): Buffer {
    return this.block(5, this.uint32(id), ...this.time(0n), this.options(options));
  }

  block(type: number, ...body: readonly Uint8Array[]): Buffer {
    const content = Buffer.concat(body);
    const length = this.uint32(content.length + 12);
    return Buffer.concat([this.uint32(type), length, content, length]);
  }

  options(options: readonly PcapngOption[]): Buffer {
    if (options.length === 0) return Buffer.alloc(0);
    const written = options.flatMap(({ code, value }) => [
      this.uint16(code),
      this.uint16(value.length),
      padded(value),
    ]);
    return Buffer.concat([...written, Buffer.alloc(4)]);
  }

  uint16(value: number): Buffer {
    const buffer = Buffer.alloc(2);
    if (this.littleEndian) buffer.writeUInt16LE(value);
    else buffer.writeUInt16BE(value);
    return buffer;
  }

  uint32(value: number): Buffer {
    const buffer = Buffer.alloc(4);
    if (this.littleEndian) buffer.writeUInt32LE(value);
    else buffer.writeUInt32BE(value);
    return buffer;
  }

  int64(value: bigint): Buffer {
    const buffer = Buffer.alloc(8);
    if (this.littleEndian) buffer.writeBigInt64LE(value);
    else buffer.writeBigInt64BE(value);
    return buffer;
  }

  private time(units: bigint): Buffer[] {
    return [this.uint32(Number(units >> 32n)), this.uint32(Number(units & 0xffffffffn))];
  }
}

export function text(code: number, value: string): PcapngOption {
  return { code, value: Buffer.from(value) };
}

/** `if_tsresol`: 10^-exponent seconds, or 2^-exponent. */
export function resolution(exponent: number, base: 2 | 10 = 10): PcapngOption {
  return { code: OptionCode.Resolution, value: Buffer.from([exponent | (base === 2 ? 0x80 : 0)]) };
}

function padded(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
