/** One thing to do, and how: commands as typed, with names in capitals for what differs from site to site. */
export interface Step {
  readonly say: string;
  readonly run?: readonly string[];
}

/** What a name in a report means, for somebody who meets it for the first time. */
export interface Topic {
  /** One line, without a full stop. */
  readonly title: string;
  /** A paragraph each. */
  readonly meaning: readonly string[];
  readonly cause: readonly string[];
  /** On the machines, without trusting this program. */
  readonly confirm: readonly Step[];
  /** Empty where there is nothing to fix. */
  readonly fix: readonly Step[];
}

/** The names in capitals, and what to put for each. */
export const PLACEHOLDERS: Readonly<Record<string, string>> = {
  VIP: "the virtual address",
  ADDRESS: "the address that the finding names",
  IFACE: "the network card on that segment, eth0 for example",
  MAC: "the MAC that the finding names",
  "OWNER-MAC": "the MAC of the host to which the address belongs",
};
