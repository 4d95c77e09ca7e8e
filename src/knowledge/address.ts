/** A MAC as its upper 16 and lower 32 bits, the latter signed. */
export interface Mac {
  readonly high: number;
  readonly low: number;
}

const IPV4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;
const MAC =
  /^([0-9a-f]{2})[:-]([0-9a-f]{2})[:-]([0-9a-f]{2})[:-]([0-9a-f]{2})[:-]([0-9a-f]{2})[:-]([0-9a-f]{2})$/i;

/** @returns the address as a signed 32-bit integer, null where the text is no dotted-quad IPv4 address */
export function parseIpv4(text: string): number | null {
  const octets = IPV4.exec(text)?.slice(1).map(Number);
  if (octets === undefined || octets.some((octet) => octet > 255)) return null;
  return octets.reduce((address, octet) => (address << 8) | octet, 0);
}

/** @returns the MAC written with colons or hyphens, null where the text is none */
export function parseMac(text: string): Mac | null {
  const octets = MAC.exec(text)
    ?.slice(1)
    .map((octet) => Number.parseInt(octet, 16));
  if (octets === undefined) return null;
  const [a = 0, b = 0, ...low] = octets;
  return { high: (a << 8) | b, low: low.reduce((bits, octet) => (bits << 8) | octet, 0) };
}

/** 224.0.0.0/3 and 127.0.0.0/8, for which `arp_process` drops a frame. */
export function isGroupAddress(ip: number): boolean {
  return ip >>> 29 === 7 || ip >>> 24 === 127;
}

export function isUnicastAddress(ip: number): boolean {
  return ip >>> 24 !== 0 && !isGroupAddress(ip);
}
