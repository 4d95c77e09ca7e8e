import { plural } from "../../words/counts.ts";
import { hostNames, shortName } from "../../words/hosts.ts";
import type { FindingAccount, Setting } from "../account.ts";

const SETTING_NAMES: Record<Setting, string> = {
  "arp_announce=2": "arp_announce=2",
  "arp_ignore=1": "arp_ignore=1 (with the VIP on lo or a dummy interface)",
  "no-announcement": "no announcement of the VIP (ARPUPDATE=no, or its alias off the network card)",
};

/** Which settings would have prevented it, shown by a replay; null where none would, or none was tried. */
export function preventionText({
  prevention,
  preventionOmittedClaims,
  victims,
}: Pick<FindingAccount, "prevention" | "preventionOmittedClaims" | "victims">): string | null {
  if (prevention.length === 0) return null;
  const hosts = prevention.map(
    ({ host, settings }) =>
      `on ${shortName(host)} ${settings.map((name) => SETTING_NAMES[name]).join(" and ")}`,
  );
  const together = prevention.length > 1 ? ", together" : "";
  const isOne = prevention.flatMap(({ settings }) => settings).length === 1;
  const suppress = isOne ? "this setting suppresses" : "these settings suppress";
  const outcome =
    victims.length === 0
      ? "no cache takes a wrong MAC"
      : `${hostNames(victims)} ${victims.length === 1 ? "keeps" : "keep"} the right MAC`;
  const omitted =
    preventionOmittedClaims === 0
      ? ""
      : ` (${plural(preventionOmittedClaims, "later claim")} ${preventionOmittedClaims === 1 ? "was" : "were"} not replayed)`;
  return `What would have prevented this${together}: ${hosts.join("; ")}. Replayed without the frames that ${suppress}${omitted}: ${outcome}.`;
}
