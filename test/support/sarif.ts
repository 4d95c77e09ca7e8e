import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";

const SCHEMA = new URL("../fixtures/sarif/sarif-schema-2.1.0.json", import.meta.url);

const ajv = new Ajv({ allErrors: true, strict: false });
addFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(SCHEMA, "utf8")));

interface SarifResult {
  readonly ruleId: string;
  readonly ruleIndex: number;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly fingerprints: Readonly<Record<string, string>>;
  readonly locations: readonly {
    readonly physicalLocation: {
      readonly artifactLocation: { readonly uri?: string; readonly index: number };
    };
  }[];
}

export interface SarifLog {
  readonly runs: readonly {
    readonly tool: { readonly driver: { readonly rules: readonly { readonly id: string }[] } };
    readonly invocations: readonly {
      readonly exitCode: number;
      readonly toolExecutionNotifications: readonly { readonly message: { readonly text: string } }[];
    }[];
    readonly artifacts: readonly { readonly location: { readonly uri?: string } }[];
    readonly results: readonly SarifResult[];
  }[];
}

function isSarif(log: unknown): log is SarifLog {
  return validate(log) === true;
}

/** @throws where the text is no SARIF 2.1.0 log by the schema of OASIS */
export function validSarif(text: string): SarifLog {
  const log: unknown = JSON.parse(text);
  if (isSarif(log)) return log;
  throw new Error(`not SARIF by its schema: ${ajv.errorsText(validate.errors)}`);
}
