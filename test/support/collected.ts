import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { FindingKind, Severity, Verdict } from "../../src/index.ts";

const COLLECTED = join(import.meta.dirname, "..", "..", "captures", "collected");

interface ExpectedOutcome {
  readonly verdict: Verdict;
  readonly findings?: readonly {
    readonly kind: FindingKind;
    readonly ip: string;
    readonly claimant: string;
  }[];
  readonly findingsAtMost: Severity;
  readonly why: string;
}

export interface Collected {
  readonly name: string;
  /** Absolute path. */
  readonly capture: string;
  readonly expected: ExpectedOutcome;
}

/** Every capture of other people's with what a correct analysis says of it, in order of name. */
export function loadCollected(directory: string = COLLECTED): Collected[] {
  return readdirSync(directory)
    .filter((file) => file.endsWith(".pcap"))
    .sort()
    .map((file) => {
      const name = file.slice(0, -".pcap".length);
      const expected: ExpectedOutcome = JSON.parse(
        readFileSync(join(directory, `${name}.expected.json`), "utf8"),
      );
      return { name, capture: join(directory, file), expected };
    });
}
