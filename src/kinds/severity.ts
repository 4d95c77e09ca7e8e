export const SEVERITIES = ["critical", "warning", "notice"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STAGES = ["claimed", "learned", "used"] as const;
/** A frame claimed it · a cache took it, by the model · frames prove that it is used. */
export type Stage = (typeof STAGES)[number];

/** How bad a finding of a kind is, by how far it came. */
export type SeverityRule = Readonly<Record<Stage, Severity>>;

export function always(severity: Severity): SeverityRule {
  return { claimed: severity, learned: severity, used: severity };
}

/** Until a cache took it, somebody tried, or was lucky. */
export const ONCE_LEARNED: SeverityRule = { claimed: "warning", learned: "critical", used: "critical" };

/** As bad as it gets. */
export function worstOf(rule: SeverityRule): Severity {
  return SEVERITIES.find((severity) => STAGES.some((stage) => rule[stage] === severity)) ?? "notice";
}
