import { MOST_INTERFACE_IDENTITIES } from "../../limits.ts";
import type { CaptureInterface } from "../capture-sink.ts";
import type { Interface } from "./interface.ts";

/**
 * Which interfaces of a file's sections are one: numbers begin anew in each section, so the name tells, and the number only
 * where there is none. Of two in one section that share a name, each is one of its own, though on one network.
 */
export class InterfaceIdentities {
  private readonly known = new Map<string, CaptureInterface>();
  private newest: CaptureInterface | undefined;
  private readonly identities = new WeakMap<Interface, CaptureInterface>();
  private readonly sameName = new Map<string, number>();
  /** The newest frame's. */
  private current: CaptureInterface | null = null;
  private isReported = false;

  /** Its interfaces follow. */
  beginSection(): void {
    this.sameName.clear();
  }

  /** @param id within its section */
  add(described: Interface, id: number): void {
    const isFull = this.known.size >= MOST_INTERFACE_IDENTITIES;
    const network = described.name ?? `interface ${id}`;
    const before = this.sameName.get(network) ?? 0;
    const key = `${before} ${network}`;
    let identity = this.known.get(key);
    if (identity === undefined && isFull) identity = this.newest;
    if (identity === undefined) {
      identity = { index: this.known.size, network };
      this.known.set(key, identity);
      this.newest = identity;
    }
    if (!isFull) this.sameName.set(network, before + 1);
    this.identities.set(described, identity);
  }

  /**
   * @returns what is to be told before the interface's frame, in order: nothing where there is one interface only, and
   * where a second one turned up late, first whose the frames before were
   */
  turnTo(source: Interface): readonly CaptureInterface[] {
    const { current, isReported } = this;
    const identity = this.identities.get(source) ?? null;
    this.current = identity;
    if (this.known.size < 2 || identity === null || (isReported && identity === current)) return [];
    this.isReported = true;
    return isReported || current === null || current === identity ? [identity] : [current, identity];
  }
}
