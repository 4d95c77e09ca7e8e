import type { Mac } from "./address.ts";
import type { HostName } from "./roles.ts";

/**
 * Where a binding is known from.
 *
 * - `inventory`  a file that somebody keeps or had a tool write: where the frames contradict it, that is worth saying
 * - `memory`     what this program saw before it was restarted: the address may have moved meanwhile
 */
type KnownFrom = "inventory" | "memory";

/** An address and its MAC as known before the first frame. Less than a role that was given, more than silence. */
export interface KnownBinding {
  readonly ip: number;
  readonly mac: Mac;
  /** The broadcast domain, as the decoder numbers it; null where the source does not tell VLANs apart. */
  readonly segment: number | null;
  readonly from: KnownFrom;
  /** For a person: `arp.dat, line 3`. */
  readonly source: string;
  /**
   * Whose neighbour cache held it, where that is known. It then says what that host believed, and not whose the address
   * is: the cache may have been poisoned already.
   */
  readonly holder: HostName | null;
  /** Seconds since 1970 when it was last seen to be so; null where the source has no date, and means it as it stands. */
  readonly seenSeconds: number | null;
  /** Until when it was promised, as by a lease; what is over says nothing. */
  readonly expiresSeconds?: number;
}
