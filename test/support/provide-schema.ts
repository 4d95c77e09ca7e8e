import type { TestProject } from "vitest/node";
import { reportSchema } from "../../src/packaging/report-schema.ts";

declare module "vitest" {
  interface ProvidedContext {
    reportSchema: object;
  }
}

/** Makes the report's schema once for all test files, so that no test reads what an older build left in `dist`. */
export default function provideSchema(project: TestProject): void {
  project.provide("reportSchema", reportSchema());
}
