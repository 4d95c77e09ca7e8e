import type { CaptureInterface } from "../../capture/capture-sink.ts";
import { type FrameFacts, FrameKind, LinkAddresses } from "../../decode/facts.ts";
import { MOST_NETWORKS, MOST_UNTAGGED_VLANS } from "../../limits.ts";
import { VLAN_MASK } from "../base/segment.ts";
import { SameNetwork } from "../duplicates/same-network.ts";
import type { Interfaces } from "./interfaces.ts";

/** Of a network whose domain is not known yet. */
const UNDECIDED = -1;

/**
 * The interfaces of a capture that was taken on several at once: which lead to one broadcast domain.
 *
 * A router's two sides are two networks, a TAP's two directions, a bond and its ports, or captures of one network put
 * into one file are one. Frames tell: nobody says the same of the same addresses on two networks. Until they do, each is a
 * network of its own.
 */
export class CaptureInterfaces {
  private readonly numbered: Interfaces;
  private readonly networks = new Map<string, number>();
  /** By network: the upper bits of `FrameFacts.segment`, or `UNDECIDED`. */
  private readonly domains: number[] = [];
  /** By network the one that it was found to be, itself where it is none other. */
  private readonly joined: number[] = [];
  /** By network and VLAN the segment, where it is another VLAN of another interface. */
  private readonly vlans = new Map<string, { readonly network: number; readonly vlan: number }>();
  /** Null where there is one interface. */
  private evidence: SameNetwork | null = null;
  private undecided = 0;

  constructor(numbered: Interfaces) {
    this.numbered = numbered;
  }

  /** Whether frames should wait, because those that follow may tell that some of them are of one network. */
  get isUndecided(): boolean {
    return this.undecided > 0;
  }

  /** @returns the number of the interface's network */
  enter({ network }: CaptureInterface): number {
    const known = this.networks.get(network);
    if (known !== undefined) return known;
    const number = this.domains.length;
    if (number >= MOST_NETWORKS) return number - 1;
    this.networks.set(network, number);
    this.joined.push(number);
    this.domains.push(UNDECIDED);
    this.undecided++;
    return number;
  }

  /** Learns from a frame, as it was decoded, which networks are one. */
  learn(facts: FrameFacts, network: number): void {
    if (!isOfStations(facts)) return;
    this.evidence ??= new SameNetwork();
    const other = this.evidence.find(facts, network);
    if (other === null) return;
    if (other.vlan === facts.segment) this.join(this.rootOf(network), this.rootOf(other.network));
    else this.joinVlans({ network, vlan: facts.segment }, other);
  }

  /** What is not known to be one by now is taken for networks of their own. */
  decide(): void {
    for (const [network, domain] of this.domains.entries()) {
      if (domain !== UNDECIDED) continue;
      const root = this.rootOf(network);
      // The first stands for the network that a capture of a single interface would show.
      if (root === network) this.domains[network] = network === 0 ? 0 : this.numbered.openDomain();
      else this.domains[network] = this.domains[root] ?? 0;
    }
    this.undecided = 0;
  }

  /** Puts a decoded frame into its broadcast domain; to be called once that is decided. */
  place(facts: FrameFacts, network: number): void {
    if (facts.linkAddresses !== LinkAddresses.Both || facts.interfaceIndex !== 0) return;
    const moved =
      this.vlans.size === 0 ? undefined : this.vlans.get(vlanKey({ network, vlan: facts.segment }));
    if (moved !== undefined) facts.segment = moved.vlan;
    facts.segment |= this.domains[this.rootOf(moved?.network ?? network)] ?? 0;
    if (facts.kind === FrameKind.Arp) this.numbered.noteClaim(facts);
  }

  private join(a: number, b: number): void {
    if (a === b) return;
    const [root, other] = a < b ? [a, b] : [b, a];
    for (const [network, before] of this.joined.entries()) if (before === other) this.joined[network] = root;
    this.decideIfKnown();
  }

  /** What is tagged on one interface comes without its tag on another, as of a trunk and a VLAN device on it. */
  private joinVlans(a: NetworkVlan, b: NetworkVlan): void {
    const [known, other] = a.network < b.network ? [a, b] : [b, a];
    const key = vlanKey(other);
    if (this.vlans.has(key) || this.vlans.has(vlanKey(known)) || this.vlans.size >= MOST_UNTAGGED_VLANS)
      return;
    this.vlans.set(key, known);
  }

  /** Nothing is left to wait for where every network met is one that was there before, or the first. */
  private decideIfKnown(): void {
    if (this.joined.every((root) => root === 0 || this.domains[root] !== UNDECIDED)) this.decide();
  }

  private rootOf(network: number): number {
    return this.joined[network] ?? network;
  }
}

interface NetworkVlan {
  readonly network: number;
  readonly vlan: number;
}

function isOfStations({ kind, linkAddresses, interfaceIndex, segment }: FrameFacts): boolean {
  return (
    (kind === FrameKind.Arp || kind === FrameKind.Ipv4) &&
    linkAddresses === LinkAddresses.Both &&
    interfaceIndex === 0 &&
    (segment & ~VLAN_MASK) === 0
  );
}

function vlanKey({ network, vlan }: NetworkVlan): string {
  return `${network},${vlan}`;
}
