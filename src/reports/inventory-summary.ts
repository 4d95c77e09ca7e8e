import type { Inventory } from "../network/inventories/inventory.ts";
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
