import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Report } from "../../src/index.ts";

const SCHEMA = new URL("../../src/reports/report.schema.json", import.meta.url);

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);
const validate = ajv.compile<Report>(JSON.parse(readFileSync(SCHEMA, "utf8")));

/** @throws where the report is not as the published schema promises; every report that a test makes goes through here */
export function validReport(report: unknown): Report {
  if (validate(report)) return report;
  throw new Error(`not a report by report.schema.json: ${ajv.errorsText(validate.errors)}`);
}
