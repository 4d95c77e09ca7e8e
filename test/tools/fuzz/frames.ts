/** The frames of a classic pcap file, byte by byte and by no code of src; for what is no such file its bytes as one. */
export function framesIn(capture: Buffer): Buffer[] {
  const littleEndian = [0xa1b2c3d4, 0xa1b23c4d].includes(capture.length < 24 ? 0 : capture.readUInt32LE(0));
  const bigEndian = [0xa1b2c3d4, 0xa1b23c4d].includes(capture.length < 24 ? 0 : capture.readUInt32BE(0));
  if (!littleEndian && !bigEndian) return [capture];
  const frames = [];
  let at = 24;
  while (at + 16 <= capture.length && frames.length < 100) {
    const length = littleEndian ? capture.readUInt32LE(at + 8) : capture.readUInt32BE(at + 8);
    if (at + 16 + length > capture.length) break;
    if (length > 0) frames.push(capture.subarray(at + 16, at + 16 + length));
    at += 16 + length;
  }
  return frames.length === 0 ? [capture] : frames;
}
