import { ADDRESS_ANNOUNCEMENT } from "./benign/address-announcement.ts";
import { ADDRESS_MOVED } from "./benign/address-moved.ts";
import { ADDRESS_PROBE } from "./benign/address-probe.ts";
import { CACHE_RESTORED } from "./benign/cache-restored.ts";
import { DIRECTOR_TAKEOVER } from "./benign/director-takeover.ts";
import { MAC_REWRITING_BRIDGE } from "./benign/mac-rewriting-bridge.ts";
import { PROXY_ARP } from "./benign/proxy-arp.ts";
import { ROUTED_VIP } from "./benign/routed-vip.ts";
import { VIRTUAL_MAC } from "./benign/virtual-mac.ts";
import { VRRP_FAILOVER } from "./benign/vrrp-failover.ts";
import { ADDRESS_CONFLICT } from "./findings/address-conflict.ts";
import { ADDRESS_IMPERSONATION } from "./findings/address-impersonation.ts";
import { ARP_FLOOD } from "./findings/arp-flood.ts";
import { ARP_FLUX } from "./findings/arp-flux.ts";
import { ARP_SCAN } from "./findings/arp-scan.ts";
import { ARP_STORM } from "./findings/arp-storm.ts";
import { FLIP_FLOP } from "./findings/flip-flop.ts";
import { GATEWAY_IMPERSONATION } from "./findings/gateway-impersonation.ts";
import { INVENTORY_CONTRADICTED } from "./findings/inventory-contradicted.ts";
import { PROXY_OVERREACH } from "./findings/proxy-overreach.ts";
import { SENDER_MISMATCH } from "./findings/sender-mismatch.ts";
import { STALE_NEIGHBOUR } from "./findings/stale-neighbour.ts";
import { VIP_BYPASS } from "./findings/vip-bypass.ts";
import { VIP_GRATUITOUS } from "./findings/vip-gratuitous.ts";
import { VIP_LEAK_INERT } from "./findings/vip-leak-inert.ts";
import { VIP_REPLY } from "./findings/vip-reply.ts";
import { VIP_SOURCE_IN_REQUEST } from "./findings/vip-source-in-request.ts";
import { VIP_SPLIT } from "./findings/vip-split.ts";
import { VIP_UNANSWERED } from "./findings/vip-unanswered.ts";
import { VRID_COLLISION } from "./findings/vrid-collision.ts";
import type { BenignKindRecord, FindingKindRecord, KindRecord } from "./kind.ts";
import type { Severity, Stage } from "./severity.ts";

/** Every kind of finding, in the order in which readers meet them. A new one is a line here. */
const FINDINGS = [
  VIP_SOURCE_IN_REQUEST,
  VIP_REPLY,
  VIP_GRATUITOUS,
  VIP_BYPASS,
  VIP_UNANSWERED,
  VIP_SPLIT,
  VRID_COLLISION,
  VIP_LEAK_INERT,
  GATEWAY_IMPERSONATION,
  ADDRESS_IMPERSONATION,
  ADDRESS_CONFLICT,
  FLIP_FLOP,
  PROXY_OVERREACH,
  ARP_FLUX,
  STALE_NEIGHBOUR,
  SENDER_MISMATCH,
  ARP_FLOOD,
  ARP_SCAN,
  ARP_STORM,
  INVENTORY_CONTRADICTED,
] as const;

/** Every kind of benign explanation. */
const BENIGN = [
  VRRP_FAILOVER,
  DIRECTOR_TAKEOVER,
  ADDRESS_MOVED,
  ADDRESS_PROBE,
  ADDRESS_ANNOUNCEMENT,
  ROUTED_VIP,
  PROXY_ARP,
  VIRTUAL_MAC,
  MAC_REWRITING_BRIDGE,
  CACHE_RESTORED,
] as const;

/** What happened; each kind has one cause and one remedy. */
export type FindingKind = (typeof FINDINGS)[number]["name"];
/** Changes and frames that look like poisoning and have an innocent explanation. */
export type BenignKind = (typeof BENIGN)[number]["name"];
/** What a rule found that clears the hosts. */
export type BenignReason = Parameters<(typeof BENIGN)[number]["why"]>[0];

export const FINDING_KINDS: readonly FindingKind[] = FINDINGS.map(({ name }) => name);
export const BENIGN_KINDS: readonly BenignKind[] = BENIGN.map(({ name }) => name);

/** All of them: what a page about names shows. */
export const KINDS: readonly KindRecord[] = [...FINDINGS, ...BENIGN];

const FINDING_BY_NAME: ReadonlyMap<string, FindingKindRecord<FindingKind>> = new Map(
  FINDINGS.map((kind) => [kind.name, kind]),
);
const BENIGN_BY_NAME: ReadonlyMap<string, BenignKindRecord<BenignKind, BenignReason>> = new Map(
  BENIGN.map((kind) => [kind.name, kind]),
);

export function findingKindOf(name: FindingKind): FindingKindRecord<FindingKind> {
  return recordOf(FINDING_BY_NAME, name);
}

/** How bad a finding is that came so far. */
export function severityOf(name: FindingKind, stage: Stage): Severity {
  return findingKindOf(name).severity[stage];
}

export function benignKindOf(name: BenignKind): BenignKindRecord<BenignKind, BenignReason> {
  return recordOf(BENIGN_BY_NAME, name);
}

function recordOf<Kind>(byName: ReadonlyMap<string, Kind>, name: string): Kind {
  const record = byName.get(name);
  if (record === undefined) throw new Error(`no kind ${name}`);
  return record;
}
