import { MOST_CHANGED_ADDRESSES } from "../../limits.ts";
import type { Binding } from "./binding.ts";

/**
 * What is news since somebody last looked, for whoever judges while frames come: which addresses, and whether anything
 * happened that the hosts' roles may follow from. Settled traffic, which is nearly all, leaves it alone.
 */
export class Changes {
  /** Addresses of which a frame told something, or about which a cache changed. */
  readonly bindings = new Set<Binding>();
  /** More addresses than are listed. */
  overflown = false;
  /** A frame told more than how many there are. */
  anything = false;
  /** A contested address changed hands, or what a host believes of one did: the next frame may undo it. */
  urgent = false;
  /** Somebody claimed an address for the first time. */
  newClaims = false;

  note(binding: Binding | undefined): void {
    this.anything = true;
    if (binding === undefined) return;
    if (this.bindings.size < MOST_CHANGED_ADDRESSES) this.bindings.add(binding);
    else this.overflown = true;
  }

  /** The addresses were looked at. */
  forgetBindings(): void {
    this.bindings.clear();
    this.overflown = false;
    this.urgent = false;
  }
}
