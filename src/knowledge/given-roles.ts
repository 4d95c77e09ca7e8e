import { LvsPcapError } from "../errors.ts";
import { parseIpv4, parseMac } from "./address.ts";
import type { GivenRoles, HostName } from "./roles.ts";

/** Roles as text: what the flags of the command and the options of the library have in common. */
export interface RoleNames {
  /** IPv4 addresses. */
  vips?: readonly string[];
  /** IPv4 addresses or MACs. */
  directors?: readonly string[];
  realServers?: readonly string[];
  gateways?: readonly string[];
}

/** @throws LvsPcapError `bad-usage`, naming the role and the text that is no address */
export function parseRoles(names: RoleNames): GivenRoles {
  return {
    vips: (names.vips ?? []).map((text) => {
      const ip = parseIpv4(text);
      if (ip === null) throw new LvsPcapError("bad-usage", `VIP ${quoted(text)}: expected an IPv4 address`);
      return { ip, directors: [], realServers: [] };
    }),
    directors: (names.directors ?? []).map((text) => parseHost("director", text)),
    realServers: (names.realServers ?? []).map((text) => ({
      ...parseHost("real server", text),
      forwarding: null,
    })),
    gateways: (names.gateways ?? []).map((text) => parseHost("gateway", text)),
  };
}

function parseHost(role: string, text: string): HostName {
  const ip = parseIpv4(text);
  const mac = ip === null ? parseMac(text) : null;
  if (ip === null && mac === null) {
    throw new LvsPcapError("bad-usage", `${role} ${quoted(text)}: expected an IPv4 address or a MAC`);
  }
  return { ip, mac };
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text);
}
