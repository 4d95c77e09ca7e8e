import { spawnSync } from "node:child_process";
import { ENVIRONMENT, isInstalled } from "./process.ts";

const TOOLS = ["ip", "nft", "tcpdump", "ethtool", "sysctl", "python3"];

/**
 * The reason why no recording can be made here, in one line, or null. `arping` is that of iputils: the other program of
 * this name, by Thomas Habets, has other options and sends other frames.
 */
export function labUnavailable(alsoNeeded: readonly string[] = []): string | null {
  if (process.getuid?.() !== 0) return "the lab needs root";
  const missing = [...TOOLS, ...alsoNeeded].filter((tool) => !isInstalled(tool));
  if (missing.length > 0) return `the lab needs ${missing.join(", ")}`;
  if (alsoNeeded.includes("arping") && !isArpingOfIputils()) return "the lab needs the arping of iputils";
  // Containers often let root do everything but this.
  const probe = `lvs${process.pid}-probe`;
  const added = spawnSync("ip", ["netns", "add", probe], { encoding: "utf8" });
  if (added.status !== 0) return `the lab needs network namespaces: ${firstLine(added.stderr)}`;
  const commands = [
    ["link", "add", "br0", "type", "bridge"],
    ["link", "add", "veth0", "type", "veth", "peer", "name", "veth1"],
  ];
  let problem: string | null = null;
  for (const command of commands) {
    const tried = spawnSync("ip", ["-n", probe, ...command], { encoding: "utf8" });
    if (tried.status !== 0) problem ??= `the lab needs bridges and veth pairs: ${firstLine(tried.stderr)}`;
  }
  const rule =
    'add table netdev t; add chain netdev t c { type filter hook ingress device "veth0" priority 0; }';
  const tried = spawnSync("ip", ["netns", "exec", probe, "nft", "-f", "-"], {
    encoding: "utf8",
    input: rule,
  });
  if (tried.status !== 0) problem ??= `the lab needs nftables' netdev hook: ${firstLine(tried.stderr)}`;
  spawnSync("ip", ["netns", "del", probe]);
  return problem;
}

function isArpingOfIputils(): boolean {
  const { stdout } = spawnSync("arping", ["-V"], { encoding: "utf8", env: ENVIRONMENT });
  return (stdout ?? "").includes("iputils");
}

function firstLine(text: string | null): string {
  return (text ?? "").trim().split("\n")[0] ?? "";
}
