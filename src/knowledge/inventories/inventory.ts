import { LvsPcapError } from "../../errors.ts";
import type { KnownBinding } from "../known-binding.ts";
import { oneLine } from "../quoted.ts";
import { type GivenRoles, type HostLabel, NO_ROLES } from "../roles.ts";

/** What a parser found in a file. */
export interface InventoryContent {
  readonly roles?: GivenRoles;
  readonly known?: readonly KnownBinding[];
  readonly labels?: readonly HostLabel[];
  /** What was left out and matters, each in one line with file and line number. */
  readonly notes?: readonly string[];
}

/** A file that was read, and as what. */
export interface Inventory {
  readonly file: string;
  /** As a person names it: `ipvsadm -Sn`. */
  readonly format: string;
  /** With the hosts' names. */
  readonly roles: GivenRoles;
  readonly known: readonly KnownBinding[];
  readonly notes: readonly string[];
}

export function inventoryOf(file: string, format: string, content: InventoryContent): Inventory {
  const { roles = NO_ROLES, known = [], labels = [], notes = [] } = content;
  const vips = roles.vips.map((vip) => ({ ...vip, source: file }));
  return { file, format, roles: { ...roles, vips, labels }, known, notes };
}

/** A file's text under the name by which errors tell of it. */
interface InventoryText {
  readonly file: string;
  readonly text: string;
}

/** One way to write an inventory. */
export interface InventoryFormat {
  readonly name: string;
  /** Whether the text is of this format, by what only it has; never throws. */
  recognises(text: string): boolean;
  /** @throws LvsPcapError `bad-inventory`, naming file and line */
  read(inventory: InventoryText): InventoryContent | Promise<InventoryContent>;
}

/** @throws LvsPcapError `bad-inventory`, always */
export function broken(file: string, line: number, what: string): never {
  throw new LvsPcapError("bad-inventory", `${file}:${line}: ${what}`);
}

/** A name from a file, without what a terminal or a page could take for a command; null where nothing is left. */
export function labelText(text: string | undefined): string | null {
  const clean = oneLine((text ?? "").trim());
  return clean === "" || clean === "*" ? null : clean;
}

/** For a person: `arp.dat, line 3`. */
export function sourceText(file: string, line: number): string {
  return `${file}, line ${line}`;
}

/** Lines with their numbers, from 1; without the line's end. */
export function* linesOf(text: string): IterableIterator<[line: string, number: number]> {
  let number = 0;
  for (const line of text.split("\n")) yield [line.endsWith("\r") ? line.slice(0, -1) : line, ++number];
}
