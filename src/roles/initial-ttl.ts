/** Initial TTLs of the common stacks; a packet with another one came through a router. */
const INITIAL_TTLS: ReadonlySet<number> = new Set([32, 60, 64, 128, 255]);

export function isInitialTtl(ttl: number): boolean {
  return INITIAL_TTLS.has(ttl);
}
