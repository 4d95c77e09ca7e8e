import { LvsPcapError } from "../../errors.ts";

export interface ListenAddress {
  /** Loopback where none was given: what it shows is nobody else's business unless somebody says so. */
  readonly host: string;
  readonly port: number;
}

/**
 * `:9469`, `192.0.2.1:9469`, `localhost:9469`, `[::1]:9469`, or a port alone.
 *
 * @throws LvsPcapError `bad-usage`
 */
export function parseListenAddress(text: string): ListenAddress {
  const match = /^(?:(?:\[([0-9a-fA-F:.%]+)\]|([^\s:[\]]*)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3] ?? Number.NaN);
  if (match === null || port > 65_535) {
    throw new LvsPcapError("bad-usage", `--metrics ${text}: expected [host]:port, as in :9469 or [::]:9469`);
  }
  return { host: match[1] ?? (match[2] || "127.0.0.1"), port };
}
