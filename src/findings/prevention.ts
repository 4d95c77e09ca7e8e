import type { Setting } from "../kinds/account.ts";
import { MOST_PREVENTION_TRIES } from "../limits.ts";
import type { Station } from "../neighbours/base/station.ts";
import type { Binding } from "../neighbours/claims/binding.ts";
import type { Claim, ClaimForm, HeardClaim } from "../neighbours/claims/claim.ts";
import type { NetworkView } from "../neighbours/network-view.ts";
import type { Prevention, PreventionStep } from "./finding.ts";
import type { SecondRuns } from "./second-runs.ts";

/** The settings of a real server, each with the frames that it keeps from being sent. */
const SUPPRESSED: readonly { readonly setting: Setting; readonly forms: ReadonlySet<ClaimForm> }[] = [
  { setting: "arp_announce=2", forms: new Set<ClaimForm>(["request", "addressed"]) },
  { setting: "arp_ignore=1", forms: new Set<ClaimForm>(["reply", "unsolicited-reply"]) },
  { setting: "no-announcement", forms: new Set<ClaimForm>(["announcement"]) },
];

interface Measure {
  readonly host: Station;
  readonly setting: Setting;
  readonly forms: ReadonlySet<ClaimForm>;
}

/**
 * What would have kept every cache right: the model is run again without the claimant's frames of these forms, and
 * without as few others as it takes, for another form or another host may fool the caches then.
 *
 * @param runs allows as many second runs as there is time for
 * @param hasVictims whether a cache was fooled: then a second run with every frame has to show that, or proves nothing
 * @param leaks the claims of all hosts that should not have claimed the address
 * @param exempt stations whose caches may hold anything: they own the address
 */
export function preventionOf(
  state: NetworkView,
  runs: SecondRuns,
  binding: Binding,
  claimant: Station,
  forms: ReadonlySet<ClaimForm>,
  hasVictims: boolean,
  leaks: readonly Claim[],
  exempt: ReadonlySet<Station>,
): Prevention | null {
  const measures = leaks.flatMap(measuresAgainst);
  const own = measures.filter(
    (measure) => measure.host === claimant && [...measure.forms].some((form) => forms.has(form)),
  );
  const log = state.recorder.logOf(binding);
  if (own.length === 0 || log === undefined || runs.areOver) return null;
  const wrong = new Set(leaks.map(({ station }) => station));
  const staysRight = (taken: readonly Measure[]): boolean => {
    const isSuppressed = (heard: HeardClaim) => taken.some((measure) => keepsFromSending(measure, heard));
    return runs
      .without(isSuppressed, binding, wrong, log)
      .every(
        ({ holder, history }) =>
          exempt.has(holder) ||
          wrong.has(holder) ||
          history.every(({ owner }) => owner === null || !wrong.has(owner)),
      );
  };
  if (hasVictims && staysRight([])) return { steps: [], omittedClaims: log.omittedClaims };
  const others = measures.filter((measure) => !own.includes(measure));
  const enough = smallestFirst(others).find((more) => !runs.areOver && staysRight([...own, ...more]));
  // Too many claimants to try what settings of theirs would have done.
  if (runs.areOver) return null;
  if (enough === undefined) return { steps: [], omittedClaims: log.omittedClaims };
  const taken = [...own, ...enough];
  const steps = [...new Set(taken.map(({ host }) => host))].map((host): PreventionStep => {
    const onHost = taken.filter((measure) => measure.host === host);
    return { host, settings: onHost.map(({ setting }) => setting), enough: staysRight(onHost) };
  });
  return { steps, omittedClaims: log.omittedClaims };
}

function measuresAgainst({ station, tallies }: Claim): Measure[] {
  return SUPPRESSED.filter(({ forms }) => [...tallies.keys()].some((form) => forms.has(form))).map(
    ({ setting, forms }) => ({ host: station, setting, forms }),
  );
}

function keepsFromSending({ host, forms }: Measure, heard: HeardClaim): boolean {
  if (!forms.has(heard.form)) return false;
  // Of a request that was not captured only the reply to it tells.
  return heard.form === "addressed" ? heard.claimed === host : heard.sentBy === host;
}

/** Nothing, each one, each two and so on, as far as there are tries; at last all of them. */
function smallestFirst(measures: readonly Measure[]): Measure[][] {
  const sets: Measure[][] = [[]];
  let ofSize: { set: Measure[]; next: number }[] = [{ set: [], next: 0 }];
  while (ofSize.length > 0 && sets.length < MOST_PREVENTION_TRIES) {
    const larger: { set: Measure[]; next: number }[] = [];
    for (const { set, next } of ofSize) {
      const room = MOST_PREVENTION_TRIES - sets.length - larger.length;
      for (const [index, measure] of measures.slice(next, next + room).entries())
        larger.push({ set: [...set, measure], next: next + index + 1 });
    }
    ofSize = larger;
    sets.push(...ofSize.map(({ set }) => set));
  }
  return [...sets, [...measures]];
}
