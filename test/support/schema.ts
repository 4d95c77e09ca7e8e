import { inject } from "vitest";
import { reportValidator } from "./report-validator.ts";

/** As it is made from `src/reports/report.ts` when the tests begin. */
export const SCHEMA = inject("reportSchema");

/** Every report and event that a test makes goes through these. */
export const { validReport, validEvent } = reportValidator(SCHEMA);
