import { NEAR_SLOTS_LOG2, nearSlot } from "../base/near-slots.ts";
import { Binding } from "./binding.ts";

/** All bindings by segment and address. */
export class BindingTable {
  private readonly bySegment = new Map<number, Map<number, Binding>>();
  /** One byte for a hash of each /24 in which an address was ever asked for or claimed. */
  readonly near = new Uint8Array(1 << NEAR_SLOTS_LOG2);
  /** Addresses that were asked for by name, and of which no frame tells. */
  private readonly absent = new Map<string, Binding>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /**
   * Whether the address may be one of a network that is on the segment: a /24, the usual size of one and a fair guess
   * else. No means that none of its neighbours was ever heard of.
   */
  isNear(ip: number): boolean {
    return this.near[nearSlot(ip)] === 1;
  }

  /** Takes the address for one that is on the segment, though no frame tells. */
  expectNear(ip: number): void {
    this.near[nearSlot(ip)] = 1;
  }

  get(segment: number, ip: number): Binding | undefined {
    return this.bySegment.get(segment)?.get(ip);
  }

  /** The address's bindings in every broadcast domain that shows it. */
  at(ip: number): Binding[] {
    return [...this.bySegment.values()].flatMap((byIp) => byIp.get(ip) ?? []);
  }

  of(segment: number, ip: number): Binding {
    let byIp = this.bySegment.get(segment);
    if (byIp === undefined) {
      byIp = new Map();
      this.bySegment.set(segment, byIp);
    }
    let binding = byIp.get(ip);
    if (binding === undefined) {
      binding = this.absent.get(`${segment},${ip}`) ?? new Binding(segment, ip);
      byIp.set(ip, binding);
      this.expectNear(ip);
      this.count++;
    }
    return binding;
  }

  /** The address, though perhaps no frame tells of it: then it is not among the others until one does. */
  named(segment: number, ip: number): Binding {
    const known = this.get(segment, ip);
    if (known !== undefined) return known;
    const key = `${segment},${ip}`;
    const absent = this.absent.get(key) ?? new Binding(segment, ip);
    this.absent.set(key, absent);
    return absent;
  }

  delete(binding: Binding): void {
    const byIp = this.bySegment.get(binding.segment);
    if (byIp?.delete(binding.ip) !== true) return;
    this.count--;
    if (byIp.size === 0) this.bySegment.delete(binding.segment);
  }

  *[Symbol.iterator](): IterableIterator<Binding> {
    for (const byIp of this.bySegment.values()) yield* byIp.values();
  }
}
