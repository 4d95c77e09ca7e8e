import type { KnownFinding } from "../memory-port.ts";
import { type BindingRecord, isBindingRecord } from "./binding-record.ts";
import { type CacheRecord, isCacheRecord } from "./cache-record.ts";
import { isFindingRecord } from "./finding-record.ts";
import { type GatewayRecord, isGatewayRecord, isVipRoleRecord, type VipRoleRecord } from "./role-record.ts";
import { isCount, isString, objectOf, orAbsent } from "./shape.ts";

/** Raised when a reader of before would misunderstand what is written now. */
export const VERSION = 1;

/** The first line of every file. */
export const isHeader = objectOf({
  lvsPcapState: isCount,
  generation: isCount,
  /** Of a snapshot: how many follow. */
  records: orAbsent(isCount),
});

/** One line: what is known under a key from here on, or that nothing is. */
export type StateRecord =
  | { readonly what: "binding"; readonly is: BindingRecord }
  | { readonly what: "cache"; readonly is: CacheRecord }
  | { readonly what: "part"; readonly is: VipRoleRecord }
  | { readonly what: "gateway"; readonly is: GatewayRecord }
  | { readonly what: "finding"; readonly is: KnownFinding }
  | { readonly what: "ids"; readonly is: { readonly given: number } }
  | { readonly what: "gone"; readonly is: { readonly key: string } };

/** Under which a later record replaces an earlier one. */
export function keyOf(record: StateRecord): string {
  switch (record.what) {
    case "binding":
      return bindingKey(record.is.segment, record.is.ip);
    case "cache":
      return cacheKey(record.is.segment, record.is.ip, record.is.holder);
    case "part":
      return `part ${record.is.segment} ${record.is.ip} ${record.is.mac}`;
    case "gateway":
      return `gateway ${record.is.segment} ${record.is.mac}`;
    case "finding":
      return `finding ${record.is.key}`;
    case "ids":
      return "ids";
    case "gone":
      return record.is.key;
  }
}

export function bindingKey(segment: number, ip: number): string {
  return `binding ${segment} ${ip}`;
}

export function cacheKey(segment: number, ip: number, holder: string): string {
  return `cache ${segment} ${ip} ${holder}`;
}

const isEnvelope = objectOf({ what: isString });
const isIds = objectOf({ given: isCount });
const isGone = objectOf({ key: isString });

/** The record that a line holds; null where it is none that this version knows. */
export function parseRecord(value: unknown): StateRecord | null {
  if (!isEnvelope(value) || !("is" in value)) return null;
  const { what, is } = value;
  if (what === "binding" && isBindingRecord(is)) return { what, is };
  if (what === "cache" && isCacheRecord(is)) return { what, is };
  if (what === "part" && isVipRoleRecord(is)) return { what, is };
  if (what === "gateway" && isGatewayRecord(is)) return { what, is };
  if (what === "finding" && isFindingRecord(is)) return { what, is };
  if (what === "ids" && isIds(is)) return { what, is };
  if (what === "gone" && isGone(is)) return { what, is };
  return null;
}
