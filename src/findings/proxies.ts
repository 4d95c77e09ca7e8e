import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import { livingOwner, onlyAnswers } from "../roles/proxies.ts";
import type { RoleAssignment } from "../roles/role-assignment.ts";

/** A man in the middle answers for two; a proxy for a range, in which several hosts live. */
const ADDRESSES_OF_RANGE = 3;
const OWNERS_IN_RANGE = 2;

/** Proxies that answer for hosts which live on the link and answer themselves. */
export class Proxies {
  private readonly assignment: RoleAssignment;
  /** By station: the addresses for which it only answers, and the hosts beside which it does. */
  private readonly ranges = new Map<Station, { addresses: number; readonly owners: Set<Station> }>();

  constructor(state: NetworkView, assignment: RoleAssignment) {
    this.assignment = assignment;
    for (const binding of state.bindings) {
      for (const claim of binding.claims) this.enter(binding, claim);
    }
  }

  /** The living owner beside which the claimant answers as a proxy; null where it is none, or nothing tells. */
  ownerBeside(binding: Binding, claim: Claim): Station | null {
    if (!onlyAnswers(binding, claim) || this.assignment.isGatewayAddress(binding)) return null;
    const owner = this.livingOwner(binding, claim);
    const { station } = claim;
    if (owner === null) return null;
    return this.assignment.routesElsewhere(station, binding.ip) ||
      waits(binding, station) ||
      this.hasRange(station)
      ? owner
      : null;
  }

  private enter(binding: Binding, claim: Claim): void {
    if (!onlyAnswers(binding, claim)) return;
    const { station } = claim;
    const range = this.ranges.get(station) ?? { addresses: 0, owners: new Set() };
    this.ranges.set(station, range);
    range.addresses++;
    const owner = binding.claims.length < 2 ? null : this.livingOwner(binding, claim);
    if (owner !== null && binding.asks.haveRaced(owner, station)) range.owners.add(owner);
  }

  private livingOwner(binding: Binding, claim: Claim): Station | null {
    return livingOwner(binding, claim, (station, ip) => this.assignment.hasOtherAddress(station, ip));
  }

  private hasRange(station: Station): boolean {
    const range = this.ranges.get(station);
    return (
      range !== undefined && range.addresses >= ADDRESSES_OF_RANGE && range.owners.size >= OWNERS_IN_RANGE
    );
  }
}

/** Whether it leaves the first answer to others, for longer than a kernel takes that holds the address. */
function waits({ asks }: Binding, station: Station): boolean {
  return asks.answeredLate(station) && !asks.answeredFirst(station);
}
