import { isIP } from "node:net";

/** The addresses that stand for all of a machine's. */
const WILDCARDS: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/**
 * Whether a request is meant for who listens, by its Host header. A page on the web can have a browser ask any address in
 * the name of the page's own site (DNS rebinding): its requests have that site's name in them.
 *
 * @param header undefined where there is none, as HTTP/1.0 allows; no browser leaves it out
 * @param asked the host as it was configured, a name or an address
 * @param bound the address that it is listening on
 */
export function isMeantFor(header: string | undefined, asked: string, bound: string): boolean {
  if (header === undefined || WILDCARDS.has(bound)) return true;
  const host = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(header.toLowerCase());
  const name = (host?.[1] ?? host?.[2])?.replace(/\.$/, "");
  if (name === undefined || name === "") return false;
  if (isLoopback(bound) && (name === "localhost" || isLoopback(name))) return true;
  return name === asked.toLowerCase() || name === bound;
}

function isLoopback(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}
