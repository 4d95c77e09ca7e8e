import { join } from "node:path";
import { createGenerator } from "ts-json-schema-generator";

const ROOT = join(import.meta.dirname, "../..");
/** `.` of the published schema is this type, `#/$defs/event` that one. */
const REPORT = "Report";
const EVENT = "WatchEvent";

/**
 * The JSON Schema of the report and of an event, made from their TypeScript types: `src/reports/report.ts`, `event.ts`
 * and `scalars.ts`. Doc comments become descriptions; tags such as `@minimum` and `@pattern` become constraints.
 *
 * @throws where a type cannot be put as JSON Schema
 */
export function reportSchema(): object {
  const generator = createGenerator({
    path: join(ROOT, "src/reports/{report,event}.ts"),
    tsconfig: join(ROOT, "tsconfig.json"),
    // tsc has checked them.
    skipTypeCheck: true,
    additionalProperties: false,
    topRef: false,
    sortProps: false,
  });
  const { $schema: _, definitions, ...report } = generator.createSchema(REPORT);
  const { $schema: __, definitions: eventDefinitions, ...event } = generator.createSchema(EVENT);
  return inDraft2020({
    $schema: "https://json-schema.org/draft/2020-12/schema",
    $id: "lvs-pcap/report.schema.json",
    title: "lvs-pcap report, schemaVersion 1",
    ...report,
    $defs: { event, ...definitions, ...eventDefinitions },
  });
}

/** Draft 7 differs, in what the generator writes, by the place of definitions only. */
function inDraft2020(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', '"#/$defs/'));
}
