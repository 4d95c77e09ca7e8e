import type { Position } from "../neighbours/base/position.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding, Turn } from "../neighbours/claims/binding.ts";
import type { ClaimForm } from "../neighbours/claims/claim.ts";
import { type Advertiser, patienceNs, type Term, type VirtualRouter } from "../neighbours/control/adverts.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Machines } from "./machines/machines.ts";
import { cardOf, virtualRouterOf } from "./machines/virtual-macs.ts";

/** How a host came to hold an address: by an ARP frame of its own, or by a VRRP advertisement. */
export type HolderForm = ClaimForm | "advertisement";

/** A host that holds an address, from when until when. */
export interface Tenure {
  /** At whose MAC the address is: of a virtual router with a MAC of its own that one. */
  readonly station: Station;
  /** The card of the host that holds it; the same station where no virtual MAC stands before it. */
  readonly card: Station;
  readonly from: Position;
  /** When the next one took it; null where nobody has. */
  to: Position | null;
  readonly form: HolderForm;
  /** The first announcement (gratuitous ARP) by which others learn of it; null where there was none. */
  announced: Position | null;
}

/** A claim of a host that did not hold the address: its holder went on advertising before and after. */
interface StrayClaim {
  readonly station: Station;
  readonly at: Position;
  readonly form: HolderForm;
  readonly holder: Tenure;
}

export interface Holders {
  /** In order. */
  readonly tenures: readonly Tenure[];
  readonly strays: readonly StrayClaim[];
  /** Whether what is listed is all: what alternates too often is not kept in full. */
  readonly isComplete: boolean;
}

/** An announcement belongs to the change that it follows, or goes right before. */
const ANNOUNCED_BEFORE_NS = 1_000_000_000;

/**
 * Who held an address when.
 *
 * A virtual router's master holds the addresses that it advertises: while its advertisements go on, others' claims are
 * stray. Where nobody advertises the address, it is at the host that spoke for it last.
 *
 * @param isSuspect whether a station's claims were found to be wrong
 */
export function holdersOf(
  state: NetworkView,
  machines: Machines,
  binding: Binding,
  isSuspect: (station: Station) => boolean,
): Holders {
  const routers = state.adverts.routersFor(binding.segment, binding.ip);
  const events = eventsOf(state, routers, binding).filter(({ station }) => !isSuspect(station));
  const history = new History(binding, machines, new Offices(routers, state.timeline.nowNs));
  for (const event of events) history.add(event);
  const { tenures } = history;
  for (const tenure of tenures) tenure.announced ??= announcementIn(binding, tenure);
  return {
    tenures,
    strays: history.strays.filter((stray) => !tenures.some((tenure) => beginsWith(tenure, stray))),
    isComplete: binding.turnCount <= binding.turns.length,
  };
}

/** The tenure in which a moment lies; null before the first. */
export function holderAt({ tenures }: Holders, at: Pick<Position, "ordinal">): Tenure | null {
  return tenures.findLast(({ from }) => from.ordinal <= at.ordinal) ?? null;
}

interface HolderEvent {
  readonly station: Station;
  readonly card: Station;
  readonly at: Position;
  readonly form: HolderForm;
  readonly term: Term | null;
}

function eventsOf(state: NetworkView, routers: readonly VirtualRouter[], binding: Binding): HolderEvent[] {
  const claims = binding.turns.map(({ station, at, form }: Turn) => ({
    station,
    card: station,
    at,
    form,
    term: null,
  }));
  const terms = routers.flatMap((router) => {
    const virtual = virtualStation(binding, router);
    return router.terms
      .filter(({ advertiser }) => advertiser.addresses.has(binding.ip))
      .map((term) => {
        const card = cardOf(state, term.advertiser);
        const { from: at } = term;
        return { station: virtual ?? card, card, at, form: "advertisement" as const, term };
      });
  });
  return [...claims, ...terms].toSorted((a, b) => a.at.ordinal - b.at.ordinal);
}

/** The virtual MAC of the router, where the address is claimed at it. */
function virtualStation(binding: Binding, { virtualRouterId }: VirtualRouter): Station | null {
  const claim = binding.claims.find(
    ({ station, isOwn }) => isOwn && virtualRouterOf(station) === virtualRouterId,
  );
  return claim?.station ?? null;
}

/** Puts claims and advertisements together, in order. */
class History {
  readonly tenures: Tenure[] = [];
  readonly strays: StrayClaim[] = [];
  private readonly binding: Binding;
  private readonly machines: Machines;
  private readonly offices: Offices;
  /** Of the holder's advertisements the newest run; null where it does not advertise. */
  private term: Term | null = null;

  constructor(binding: Binding, machines: Machines, offices: Offices) {
    this.binding = binding;
    this.machines = machines;
    this.offices = offices;
  }

  add(event: HolderEvent): void {
    const current = this.tenures.at(-1);
    if (current === undefined) this.begin(event);
    else if (event.term === null) this.addClaim(event, current);
    else this.addTerm(event, event.term, current);
  }

  private addClaim(event: HolderEvent, current: Tenure): void {
    const { station, at, form } = event;
    if (this.isSame(current, station)) {
      if (form === "announcement") current.announced ??= at;
    } else if (this.term !== null && this.offices.isUp(this.term.advertiser, at)) {
      this.strays.push({ station, at, form, holder: current });
    } else this.begin(event);
  }

  private addTerm(event: HolderEvent, term: Term, current: Tenure): void {
    const { card, station, at, form } = event;
    const holder = this.term;
    if (current.card === card || (holder === null && this.isSame(current, station))) {
      this.term = term;
      return;
    }
    const outranks = holder === null || term.priority > holder.priority;
    if (!outranks && this.offices.isUp(holder.advertiser, at))
      this.strays.push({ station, at, form, holder: current });
    else this.begin(event);
  }

  private begin({ station, card, at, form, term }: HolderEvent): void {
    const before = this.tenures.at(-1);
    if (before !== undefined) before.to = at;
    const announced = form === "announcement" ? at : null;
    this.tenures.push({ station, card, from: at, to: null, form, announced });
    this.term = term;
  }

  private isSame({ station, card }: Tenure, other: Station): boolean {
    if (other === station || other === card) return true;
    const [a, b] = [this.binding.claimOf(station), this.binding.claimOf(other)];
    return a !== undefined && b !== undefined && this.machines.between(this.binding, a, b) !== null;
  }
}

/** When which member of a virtual router was up. */
class Offices {
  private readonly terms = new Map<Advertiser, Term[]>();
  private readonly endNs: number;

  constructor(routers: readonly VirtualRouter[], endNs: number) {
    this.endNs = endNs;
    for (const term of routers.flatMap((router) => router.terms)) {
      const known = this.terms.get(term.advertiser);
      if (known === undefined) this.terms.set(term.advertiser, [term]);
      else known.push(term);
    }
  }

  /**
   * Whether the member advertised before that moment and again after it, without being silent for so long that its
   * backups take it for dead (RFC 9568, section 6.1). So close to the end of the capture nothing shows that it is.
   */
  isUp(advertiser: Advertiser, at: Position): boolean {
    const terms = this.terms.get(advertiser) ?? [];
    const before = terms.findLast(({ from }) => from.ordinal <= at.ordinal);
    if (before === undefined) return false;
    if (before.last.ordinal > at.ordinal) return true;
    if (advertiser.resigned?.ordinal === before.last.ordinal) return false;
    const next = terms.find(({ from }) => from.ordinal > at.ordinal);
    return (next?.from.timeNs ?? this.endNs) - before.last.timeNs < patienceNs(advertiser);
  }
}

/** The announcement and the first advertisement of one and the same change may come in either order. */
function beginsWith({ station, from }: Tenure, stray: StrayClaim): boolean {
  return station === stray.station && Math.abs(from.timeNs - stray.at.timeNs) < ANNOUNCED_BEFORE_NS;
}

function announcementIn(binding: Binding, { station, from, to }: Tenure): Position | null {
  const tally = binding.claimOf(station)?.tallies.get("announcement");
  if (tally === undefined) return null;
  const end = to?.ordinal ?? Number.POSITIVE_INFINITY;
  const candidates = [...tally.evidence.map(({ at }) => at), tally.last];
  return candidates.find((at) => at.timeNs >= from.timeNs - ANNOUNCED_BEFORE_NS && at.ordinal < end) ?? null;
}
