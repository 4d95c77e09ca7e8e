import { type FrameFacts, TCP_RST } from "../decode/facts.ts";
import { MOST_FLOWS } from "../limits.ts";

interface Flow {
  answered: boolean;
  reset: boolean;
}

/** Of the flows that a finding counts what first came back: an answer, a refusal, or one after the other. */
export class Refusals {
  private readonly flows = new Map<number, Map<number, Flow>>();
  private count = 0;

  noteFlow(to: number, { sourceIp, destinationIp, ports, protocol }: FrameFacts): void {
    let flows = this.flows.get(to);
    if (flows === undefined) {
      flows = new Map();
      this.flows.set(to, flows);
    }
    const key = flowKey(sourceIp, destinationIp, ports, protocol);
    if (flows.has(key) || this.count >= MOST_FLOWS) return;
    this.count++;
    flows.set(key, { answered: false, reset: false });
  }

  /** Whether the frame is the first of its sort that comes back of a flow. */
  isFirstAnswer(from: number, facts: FrameFacts): boolean {
    const flows = this.flows.get(from);
    if (flows === undefined) return false;
    const swapped = (facts.ports << 16) | (facts.ports >>> 16);
    const flow = flows.get(
      facts.refuses
        ? flowKey(
            facts.refusedSourceIp,
            facts.refusedDestinationIp,
            facts.refusedPorts,
            facts.refusedProtocol,
          )
        : flowKey(facts.destinationIp, facts.sourceIp, swapped, facts.protocol),
    );
    if (flow === undefined) return false;
    const sort = facts.refuses || (facts.tcpFlags & TCP_RST) !== 0 ? "reset" : "answered";
    if (flow[sort]) return false;
    flow[sort] = true;
    return true;
  }
}

/** The ports, and 21 bits of a hash of the rest, in the 53 bits of a double. */
function flowKey(clientIp: number, serverIp: number, ports: number, protocol: number): number {
  const mixed = Math.imul(
    clientIp ^ Math.imul(serverIp ^ Math.imul(protocol, 0x01000193), 0x85ebca6b),
    0x9e3779b1,
  );
  return (ports >>> 0) * 2 ** 21 + (mixed >>> 11);
}
