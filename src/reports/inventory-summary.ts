import type { Inventory } from "../knowledge/inventories/inventory.ts";
import { plural } from "../words/counts.ts";
import type { ReportedInventory } from "./report.ts";

/** What the report says of one inventory. */
export function reportInventory({ file, format, roles, known, notes }: Inventory): ReportedInventory {
  return {
    file,
    format,
    vips: roles.vips.length,
    bindings: known.length,
    names: roles.labels?.filter(({ name }) => name !== null).length ?? 0,
    notes: [...notes],
  };
}

/** As what an inventory was read, and how much it had to say. */
export function inventoryText({ format, vips, bindings, names }: ReportedInventory): string {
  const counts = [plural(vips, "VIP"), plural(bindings, "binding"), plural(names, "name")];
  return `read as ${format}: ${counts.join(", ")}`;
}
