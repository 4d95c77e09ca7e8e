import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Report, WatchEvent } from "../../src/index.ts";

const SCHEMA = new URL("../../src/reports/report.schema.json", import.meta.url);

const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
addFormats.default(ajv);
ajv.addSchema(JSON.parse(readFileSync(SCHEMA, "utf8")), "report");
const validate = ajv.compile<Report>({ $ref: "report" });
const validateEvent = ajv.compile<WatchEvent>({ $ref: "report#/$defs/event" });

/** @throws where the report is not as the published schema promises; every report that a test makes goes through here */
export function validReport(report: unknown): Report {
  if (validate(report)) return report;
  throw new Error(`not a report by report.schema.json: ${ajv.errorsText(validate.errors)}`);
}

/** @throws where a line of NDJSON, or what a sink is given, is not as the published schema promises */
export function validEvent(event: unknown): WatchEvent {
  if (validateEvent(event)) return event;
  throw new Error(`not an event by report.schema.json: ${ajv.errorsText(validateEvent.errors)}`);
}
