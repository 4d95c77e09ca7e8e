import type { Host } from "./frames.ts";
import { scratchFile } from "./scratch.ts";

let files = 0;

/** A file that `--inventory` reads. */
export function inventory(text: string, name = "inventory"): string {
  files++;
  return scratchFile(`${name}-${files}`, text);
}

/** What `ip -j neigh` prints where a host's cache holds these. */
export function ipNeigh(...hosts: readonly Host[]): string {
  const entries = hosts.map(({ ip, mac }) => ({ dst: ip, dev: "eth0", lladdr: mac, state: ["REACHABLE"] }));
  return inventory(JSON.stringify(entries), "neigh.json");
}

/** arpwatch's database with each host last seen then. */
export function arpDat(seenSeconds: number, ...hosts: readonly Host[]): string {
  const lines = hosts.map(({ ip, mac }) => `${mac}\t${ip}\t${seenSeconds}\thost\teth0\n`);
  return inventory(lines.join(""), "arp.dat");
}
