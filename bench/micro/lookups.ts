import { ArpOperation, FrameFacts, FrameKind } from "../../src/decode/facts.ts";
import { BindingTable } from "../../src/neighbours/claims/binding-table.ts";
import { TrafficTable } from "../../src/neighbours/traffic/traffic-table.ts";
import { type Benchmark, factsOf, newState, type Prepared, scattered } from "./benchmark.ts";

/** What a decoded frame is looked up in. */
export const LOOKUPS: readonly Benchmark[] = [
  { name: "binding lookup, 64 addresses", prepare: () => prepareBindingLookup(64) },
  { name: "binding lookup, 65,536 addresses", prepare: () => prepareBindingLookup(65_536) },
  { name: "traffic table, 64 rows", prepare: () => prepareTrafficTable(64) },
  { name: "traffic table, 50,000 rows", prepare: () => prepareTrafficTable(50_000) },
  { name: "ARP observed, 100 hosts", prepare: () => prepareArpObservation(100) },
  { name: "ARP observed, 10,000 hosts", prepare: () => prepareArpObservation(10_000) },
  { name: "ARP observed, 100,000 hosts", prepare: () => prepareArpObservation(100_000) },
];

const LOOKUPS_PER_ROUND = 1_000_000;
const ARP_EXCHANGES = 100_000;
const NETWORK = 0x0a000000;

function prepareBindingLookup(addresses: number): Prepared {
  const bindings = new BindingTable();
  for (let index = 0; index < addresses; index++) bindings.of(0, NETWORK | index);
  const round = () => {
    let found = 0;
    for (let lookup = 0; lookup < LOOKUPS_PER_ROUND; lookup++) {
      if (bindings.get(0, NETWORK | scattered(lookup, addresses)) !== undefined) found++;
    }
    return found;
  };
  return { round, expected: LOOKUPS_PER_ROUND };
}

function prepareTrafficTable(rows: number): Prepared {
  const table = new TrafficTable();
  const facts = new FrameFacts();
  const put = (index: number) => {
    facts.number++;
    facts.destinationIp = NETWORK | index;
    facts.destinationMacHigh = facts.sourceMacHigh = 0x0200;
    facts.destinationMacLow = 1;
    facts.sourceMacLow = 10 + (index & 7);
    facts.originalBytes = 60;
    return table.count(facts, facts.number, false);
  };
  for (let index = 0; index < rows; index++) table.settle(put(index));
  const round = () => {
    let settled = 0;
    for (let lookup = 0; lookup < LOOKUPS_PER_ROUND; lookup++) {
      if (put(scattered(lookup, rows)) < 0) settled++;
    }
    return settled;
  };
  return { round, expected: LOOKUPS_PER_ROUND };
}

/** Every host asks its neighbour and is answered. */
function prepareArpObservation(hosts: number): Prepared {
  const state = newState(false);
  const facts = factsOf(state);
  facts.kind = FrameKind.Arp;
  const put = (operation: number, sender: number, target: number, toMacHigh: number, toMacLow: number) => {
    facts.number++;
    facts.nanoseconds += 5000;
    if (facts.nanoseconds >= 1e9) {
      facts.nanoseconds = 0;
      facts.seconds++;
    }
    facts.operation = operation;
    facts.destinationMacHigh = toMacHigh;
    facts.destinationMacLow = toMacLow;
    facts.sourceMacHigh = facts.senderMacHigh = 0x0200;
    facts.sourceMacLow = facts.senderMacLow = sender;
    facts.senderIp = NETWORK | sender;
    facts.targetMacHigh = operation === ArpOperation.Request ? 0 : toMacHigh;
    facts.targetMacLow = operation === ArpOperation.Request ? 0 : toMacLow;
    facts.targetIp = NETWORK | target;
    state.observe(facts);
  };
  const round = () => {
    const before = facts.number;
    for (let exchange = 0; exchange < ARP_EXCHANGES; exchange++) {
      const asker = scattered(exchange, hosts);
      const owner = asker ^ 1;
      put(ArpOperation.Request, asker, owner, 0xffff, -1);
      put(ArpOperation.Reply, owner, asker, 0x0200, asker);
    }
    if (state.stations.size > hosts + 1)
      throw new Error(`${state.stations.size} stations, expected ${hosts}`);
    return facts.number - before;
  };
  return { round, expected: 2 * ARP_EXCHANGES };
}
