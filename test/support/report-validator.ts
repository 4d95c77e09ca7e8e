import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import type { Report, WatchEvent } from "../../src/index.ts";

export interface ReportValidator {
  /** @throws where the report is not as the published schema promises */
  validReport(report: unknown): Report;
  /** @throws where a line of NDJSON, or what a sink is given, is not as the published schema promises */
  validEvent(event: unknown): WatchEvent;
}

export function reportValidator(schema: object): ReportValidator {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true });
  addFormats.default(ajv);
  ajv.addSchema(schema, "report");
  const isReport = ajv.compile<Report>({ $ref: "report" });
  const isEvent = ajv.compile<WatchEvent>({ $ref: "report#/$defs/event" });
  return {
    validReport(report) {
      if (isReport(report)) return report;
      throw new Error(`not a report by report.schema.json: ${ajv.errorsText(isReport.errors)}`);
    },
    validEvent(event) {
      if (isEvent(event)) return event;
      throw new Error(`not an event by report.schema.json: ${ajv.errorsText(isEvent.errors)}`);
    },
  };
}
