import { join } from "node:path";
import {
  createFormatter,
  createParser,
  createProgram,
  DEFAULT_CONFIG,
  EnumType,
  SchemaGenerator,
  type SubNodeParser,
} from "ts-json-schema-generator";
import { BENIGN_KINDS, FINDING_KINDS } from "../kinds/registry.ts";

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
  const config = {
    ...DEFAULT_CONFIG,
    path: join(ROOT, "src/reports/{report,event}.ts"),
    tsconfig: join(ROOT, "tsconfig.json"),
    // tsc has checked them.
    skipTypeCheck: true,
    additionalProperties: false,
    topRef: false,
    sortProps: false,
  };
  const program = createProgram(config);
  const parser = createParser(program, config, (chain) => chain.addNodeParser(new KindNames()));
  const generator = new SchemaGenerator(program, parser, createFormatter(config), config);
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

type TypeNode = Parameters<SubNodeParser["supportsNode"]>[0];

/** The types of kinds' names come from the registry by inference, which the generator does not do: it reads declarations. */
class KindNames implements SubNodeParser {
  private static readonly NAMES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
    ["FindingKind", FINDING_KINDS],
    ["BenignKind", BENIGN_KINDS],
  ]);

  supportsNode(node: TypeNode): boolean {
    return this.namesFor(node) !== undefined;
  }

  createType(node: TypeNode): EnumType {
    return new EnumType(`kinds-${node.pos}`, [...(this.namesFor(node) ?? [])]);
  }

  private namesFor({ parent }: TypeNode): readonly string[] | undefined {
    const alias = /^export type (\w+) =/.exec(parent?.getText() ?? "")?.[1];
    return alias === undefined ? undefined : KindNames.NAMES.get(alias);
  }
}

/** Draft 7 differs, in what the generator writes, by the place of definitions only. */
function inDraft2020(schema: object): object {
  return JSON.parse(JSON.stringify(schema).replaceAll('"#/definitions/', '"#/$defs/'));
}
