import type { Random } from "./random.ts";

/** Numbers at which code that counts bytes goes wrong. */
const EDGES = [0, 1, 2, 3, 4, 7, 8, 15, 16, 19, 20, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0x8000, 0xffff] as const;
const LARGE_EDGES = [...EDGES, 262_144, 262_145, 0x7fff_ffff, 0x8000_0000, 0xffff_fff0, 0xffff_ffff] as const;

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  (bytes, random) => {
    const at = random.below(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random.below(8));
    return bytes;
  },
  (bytes, random) => {
    bytes[random.below(bytes.length)] = random.below(256);
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length < 2) return bytes;
    const at = random.below(bytes.length - 1);
    if (random.below(2) === 0) bytes.writeUInt16BE(random.pick(EDGES), at);
    else bytes.writeUInt16LE(random.pick(EDGES), at);
    return bytes;
  },
  (bytes, random) => {
    if (bytes.length < 4) return bytes;
    // Lengths of containers lie on multiples of four.
    const at = random.below(Math.floor(bytes.length / 4)) * 4;
    if (random.below(2) === 0) bytes.writeUInt32BE(random.pick(LARGE_EDGES), at);
    else bytes.writeUInt32LE(random.pick(LARGE_EDGES), at);
    return bytes;
  },
  (bytes, random) => bytes.subarray(0, random.below(bytes.length + 1)),
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
  },
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
  },
  (bytes, random, other) => {
    const [from, to] = range(other, random);
    const at = random.below(bytes.length + 1);
    return Buffer.concat([bytes.subarray(0, at), other.subarray(from, to), bytes.subarray(at)]);
  },
  (bytes, random, other) => {
    const [from, to] = range(other, random);
    bytes.set(other.subarray(from, Math.min(to, from + bytes.length)));
    return bytes;
  },
  (bytes, random) => {
    const [from, to] = range(bytes, random);
    return bytes.fill(random.pick([0, 0xff, 0x20, 0x41]), from, to);
  },
];

const LONGEST_RANGE = 256;

function range(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length + 1);
  return [from, Math.min(bytes.length, from + random.below(LONGEST_RANGE))];
}

/** One to eight things done to a copy of `seed`. */
export function mutate(seed: Buffer, random: Random, other: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(seed);
  const times = 1 + random.below(8);
  for (let time = 0; time < times && bytes.length > 0; time++) {
    bytes = random.pick(MUTATIONS)(bytes, random, other);
  }
  return bytes;
}
