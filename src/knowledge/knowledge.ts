import { type OptionTypes, TEXT, TEXTS } from "../options.ts";
import { type KnownException, parseException } from "./exceptions.ts";
import { parseRoles, type RoleNames } from "./given-roles.ts";
import type { Inventory } from "./inventories/inventory.ts";
import type { KnownBinding } from "./known-binding.ts";
import { type GivenRoles, mergeRoles } from "./roles.ts";

/** What somebody knows beforehand, as text and files. */
export interface KnowledgeSources extends RoleNames {
  /** Path of a topology file, YAML or JSON. */
  topology?: string;
  /** Paths of inventories, each recognised by its content. */
  inventories?: readonly string[];
  /**
   * Known exceptions, whose findings count for no verdict: `mac=…,ip=…,kind=…,until=…,why=…`, or the path of a YAML or JSON
   * list of them.
   */
  ignore?: readonly string[];
}

export const KNOWLEDGE_OPTIONS: OptionTypes<KnowledgeSources> = {
  vips: TEXTS,
  directors: TEXTS,
  realServers: TEXTS,
  gateways: TEXTS,
  topology: TEXT,
  inventories: TEXTS,
  ignore: TEXTS,
};

/** What is known before the first frame. */
export interface Knowledge {
  readonly roles: GivenRoles;
  readonly known: readonly KnownBinding[];
  readonly inventories: readonly Inventory[];
  readonly exceptions: readonly KnownException[];
}

/**
 * Joins what flags, a topology file and inventories say.
 *
 * @throws LvsPcapError `bad-usage`, `bad-topology`, `bad-inventory`, `unreadable-file`
 */
export async function readKnowledge(sources: KnowledgeSources): Promise<Knowledge> {
  const named = parseRoles(sources);
  const { topology, inventories: files = [] } = sources;
  // Loaded only where they are wanted: the YAML parser takes longer to load than a capture of 100 MB to read.
  const fromFile =
    topology === undefined ? [] : [await (await import("./topology-file.ts")).readTopologyFile(topology)];
  const inventories: Inventory[] = [];
  if (files.length > 0) {
    const { readInventory } = await import("./inventories/read-inventory.ts");
    for (const file of files) inventories.push(await readInventory(file));
  }
  const roles = [named, ...fromFile, ...inventories.map((inventory) => inventory.roles)];
  return {
    roles: roles.length === 1 ? named : mergeRoles(roles),
    known: inventories.flatMap(({ known }) => known),
    inventories,
    exceptions: await readExceptions(sources.ignore ?? []),
  };
}

async function readExceptions(ignored: readonly string[]): Promise<KnownException[]> {
  const exceptions: KnownException[] = [];
  for (const text of ignored) {
    if (text.includes("=")) exceptions.push(parseException(text));
    else exceptions.push(...(await (await import("./exceptions-file.ts")).readExceptionsFile(text)));
  }
  return exceptions;
}
