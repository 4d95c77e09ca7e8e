import { spawnSync } from "node:child_process";
import { arch, cpus, release, type as systemName, totalmem } from "node:os";

/** Contenders, makers of their captures, and what the floor is compiled with. */
const TOOLS = ["gzip", "zstd", "editcap", "cc"] as const;

/** What a figure means nothing without, one fact a line. */
export function describeMachine(): string[] {
  const processors = cpus();
  return [
    `${processors[0]?.model.trim() ?? "unknown processor"}, ${processors.length} cores, ${(totalmem() / 2 ** 30).toFixed(0)} GiB, ${arch()}`,
    `${systemName()} ${release()}`,
    `Node ${process.versions.node}, ${firstLines("tcpdump", ["--version"], 2) ?? "no tcpdump"}, ${firstLines("tshark", ["--version"], 1) ?? "no tshark"}`,
    TOOLS.map((tool) => firstLines(tool, ["--version"], 1) ?? `no ${tool}`).join(", "),
  ];
}

function firstLines(program: string, args: readonly string[], count: number): string | null {
  const { stdout, stderr, error } = spawnSync(program, args, { encoding: "utf8" });
  if (error !== undefined) return null;
  const lines = `${stdout}${stderr}`
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("Running as user"));
  return lines.slice(0, count).join(", ").replace(/\.$/, "");
}
