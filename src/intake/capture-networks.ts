import type { ByteSource } from "../bytes/byte-source.ts";
import { limited } from "../bytes/derived.ts";
import type { CaptureSink } from "../capture/capture-sink.ts";
import { readCapture } from "../capture/read-capture.ts";
import { FrameFacts, FrameKind, LinkAddresses } from "../decode/facts.ts";
import { beginFrame } from "../decode/link-addresses.ts";
import { type LinkDecoder, linkDecoder } from "../decode/link-layer.ts";
import { LvsPcapError } from "../errors.ts";
import { MOST_NETWORK_MEMBERS, NETWORK_LOOK_BYTES } from "../limits.ts";
import { isGroupMac } from "../neighbours/base/station.ts";

/** Who a capture's beginning shows: the cards that send and are sent to, and which of them claims which address. */
interface Population {
  readonly cards: Set<number>;
  readonly claims: Map<string, number>;
}

/**
 * Tells captures of different sites apart, which may have the same addresses.
 *
 * Two captures are of one network where some card is in both, or where nothing speaks against it. They are of two where no
 * card is in both, though both have an address in common, with another MAC in each.
 *
 * @param open opens the capture for a look; null where its bytes come only once
 * @returns for each capture the number of its network, from 0 on
 */
export async function captureNetworks(
  open: readonly (() => Promise<ByteSource>)[],
): Promise<readonly number[]> {
  const populations: Population[] = [];
  for (const openCapture of open) populations.push(await populationOf(openCapture));
  return networksOf(populations);
}

function networksOf(populations: readonly Population[]): number[] {
  const groups = joinedByCards(populations);
  const networks: { readonly claims: Map<string, Set<number>> }[] = [];
  const numbers = new Map<number, number>();
  for (const root of new Set(groups)) {
    const claims = claimsOf(populations.filter((_, index) => groups[index] === root));
    let number = networks.findIndex((network) => !contradict(network.claims, claims));
    if (number < 0) number = networks.push({ claims: new Map() }) - 1;
    for (const [address, macs] of claims) {
      const known = networks[number]?.claims.get(address);
      if (known === undefined) networks[number]?.claims.set(address, macs);
      else for (const mac of macs) known.add(mac);
    }
    numbers.set(root, number);
  }
  return groups.map((root) => numbers.get(root) ?? 0);
}

/** For each capture the first one that it shares a card with, through others, too. */
function joinedByCards(populations: readonly Population[]): number[] {
  const roots = populations.map((_, index) => index);
  const rootOf = (index: number): number => {
    let root = index;
    while (roots[root] !== root && roots[root] !== undefined) root = roots[root] ?? root;
    return root;
  };
  const seenIn = new Map<number, number>();
  for (const [index, { cards }] of populations.entries()) {
    for (const card of cards) {
      const other = seenIn.get(card);
      if (other === undefined) seenIn.set(card, index);
      else {
        const [first, second] = [rootOf(other), rootOf(index)].toSorted((a, b) => a - b);
        if (first !== undefined && second !== undefined) roots[second] = first;
      }
    }
  }
  return roots.map((_, index) => rootOf(index));
}

function claimsOf(populations: readonly Population[]): Map<string, Set<number>> {
  const claims = new Map<string, Set<number>>();
  for (const population of populations) {
    for (const [address, mac] of population.claims) {
      const macs = claims.get(address);
      if (macs === undefined) claims.set(address, new Set([mac]));
      else macs.add(mac);
    }
  }
  return claims;
}

/** Whether some address has other MACs in the one than in the other. */
function contradict(a: Map<string, Set<number>>, b: Map<string, Set<number>>): boolean {
  return [...b].some(([address, macs]) => {
    const others = a.get(address);
    return others !== undefined && [...macs].every((mac) => !others.has(mac));
  });
}

async function populationOf(open: () => Promise<ByteSource>): Promise<Population> {
  const census = new Census();
  const source = await open();
  try {
    await readCapture(limited(source, NETWORK_LOOK_BYTES), census);
  } catch (error) {
    // What is wrong with it is reported when it is read.
    if (!(error instanceof LvsPcapError)) throw error;
  } finally {
    await source.close();
  }
  return census;
}

/** Notes who is on the network of the frames that it is shown. */
class Census implements CaptureSink, Population {
  readonly cards = new Set<number>();
  readonly claims = new Map<string, number>();
  private readonly facts = new FrameFacts();
  private decode: LinkDecoder | undefined;

  link(linkType: number): void {
    this.decode = linkDecoder(linkType);
    beginFrame(this.facts, LinkAddresses.Both);
  }

  interface(): void {}

  skipTo(): void {}

  frame(view: DataView, start: number, capturedBytes: number): void {
    const { facts, decode } = this;
    if (decode === undefined) return;
    decode(view, start, start + capturedBytes, facts);
    if (facts.kind === FrameKind.Malformed || facts.linkAddresses === LinkAddresses.None) return;
    this.noteCard(facts.sourceMacHigh, facts.sourceMacLow);
    this.noteCard(facts.destinationMacHigh, facts.destinationMacLow);
    if (facts.kind !== FrameKind.Arp || facts.senderIp === 0 || this.claims.size >= MOST_NETWORK_MEMBERS)
      return;
    const address = `${facts.segment},${facts.senderIp}`;
    if (!this.claims.has(address)) this.claims.set(address, macKey(facts.senderMacHigh, facts.senderMacLow));
  }

  private noteCard(high: number, low: number): void {
    if (isGroupMac(high) || isShared(high, low) || this.cards.size >= MOST_NETWORK_MEMBERS) return;
    this.cards.add(macKey(high, low));
  }
}

/** No card, or one that many networks have: all zeros, and what VRRP, CARP, HSRP and GLBP give routers. */
function isShared(high: number, low: number): boolean {
  if (high === 0 && low === 0) return true;
  const third = low >>> 16;
  return (
    (high === 0x0000 && third === 0x5e00) ||
    (high === 0x0000 && (third === 0x0c07 || third === 0x0c9f)) ||
    (high === 0x0007 && third >>> 8 === 0xb4)
  );
}

function macKey(high: number, low: number): number {
  return high * 2 ** 32 + (low >>> 0);
}
