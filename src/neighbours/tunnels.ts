import type { FrameFacts } from "../decode/facts.ts";
import type { Station } from "./station.ts";

/** More (VIP, real server) pairs than a director has; a forger's further ones are counted with those that are known. */
const MOST_TUNNELS = 1 << 14;

/** Which addresses arrive tunnelled at which stations: inner destination and the outer frame's receiver. */
export class Tunnels {
  private readonly byIp = new Map<number, Set<Station>>();
  private count = 0;

  note(facts: FrameFacts, receiver: Station): void {
    let ends = this.byIp.get(facts.innerDestinationIp);
    if (ends?.has(receiver) === true || this.count >= MOST_TUNNELS) return;
    if (ends === undefined) {
      ends = new Set();
      this.byIp.set(facts.innerDestinationIp, ends);
    }
    ends.add(receiver);
    this.count++;
  }

  endsAt(ip: number, receiver: Station): boolean {
    return this.byIp.get(ip)?.has(receiver) === true;
  }
}
