import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  constants,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import type { Report } from "../../../src/index.ts";
import { BUILT_COMMAND } from "../../support/cli.ts";
import { CLIENT, DIRECTOR, GATEWAY, type Host, NEIGHBOUR, REAL_SERVER, VIP } from "../../support/frames.ts";
import { FIRST_REQUEST } from "../../support/incidents.ts";
import { type CapturedFrame, pcapHeader, pcapRecord } from "../../support/pcap.ts";
import { scratchPath } from "../../support/scratch.ts";
import { announcement, at, isAt, packet, whoHas } from "../../support/traffic.ts";
import { until } from "../sinks/events.ts";

const FLAGS = [
  ...["--vip", VIP, "--director", DIRECTOR.ip, "--real-server", REAL_SERVER.ip, "--gateway", GATEWAY.ip],
  ...["--format", "ndjson", "--fail-on", "never"],
];

const PATIENCE_MS = 30_000;
/** By then the first frames are over. */
const BEGUN_AT_MS = 10;
/** Of a journal in which nothing was written down. */
const HEADER_BYTES = 60;

/** Somebody learns another host every so many milliseconds; faster would be a scan. */
const HOST_EVERY_MS = 20;
const ASKERS: readonly Host[] = [GATEWAY, DIRECTOR, REAL_SERVER, NEIGHBOUR];
const POISONED_AT_MS = 500;
const HEALED_AT_MS = 1000;
export const ENDS_AT_MS = 1500;

const FROM_CLIENT = { source: CLIENT.ip, destination: VIP };
const TO_CLIENT = { source: VIP, destination: CLIENT.ip };

export interface HostLearnt {
  readonly ip: string;
  readonly atMs: number;
}

export function hostsLearnt(): HostLearnt[] {
  const hosts: HostLearnt[] = [];
  for (let atMs = 20; atMs < ENDS_AT_MS; atMs += HOST_EVERY_MS) {
    const number = hosts.length;
    hosts.push({ ip: `192.168.2.${number + 1}`, atMs });
  }
  return hosts;
}

function hostOf({ ip }: HostLearnt): Host {
  const number = Number(ip.split(".")[3]);
  return { ip, mac: `02:00:00:00:02:${number.toString(16).padStart(2, "0")}` };
}

/** One host after another is learnt; meanwhile the VIP is poisoned, and healed. */
export function scenario(): CapturedFrame[] {
  const poison = [
    at(POISONED_AT_MS, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    at(POISONED_AT_MS + 0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
    at(POISONED_AT_MS + 0.2, packet(REAL_SERVER, GATEWAY, TO_CLIENT)),
  ];
  const traffic: CapturedFrame[] = [];
  for (let atMs = 22.5; atMs < ENDS_AT_MS; atMs += 5) {
    const isWrong = atMs > POISONED_AT_MS && atMs < HEALED_AT_MS;
    traffic.push(at(atMs, packet(GATEWAY, isWrong ? REAL_SERVER : DIRECTOR, FROM_CLIENT)));
  }
  const learning = hostsLearnt().flatMap((host, index) => {
    const asker = ASKERS[index % ASKERS.length] ?? GATEWAY;
    return [at(host.atMs, whoHas(host.ip, asker)), at(host.atMs + 0.1, isAt(host.ip, hostOf(host), asker))];
  });
  return [
    ...FIRST_REQUEST,
    ...learning,
    ...poison,
    at(HEALED_AT_MS, announcement(VIP, DIRECTOR)),
    ...traffic,
  ].toSorted((a, b) => a.atNs - b.atNs);
}

/** What one life of the watcher printed. */
export interface Life {
  /** `opened F1 vip-reply`, in order. */
  readonly told: readonly string[];
  /** Addresses that some host's cache holds at the end; empty where it was killed. */
  readonly known: ReadonlySet<string>;
  readonly said: string;
}

/**
 * Lets a watcher live on a pipe that is fed in real time.
 *
 * @param killAtMs when it is killed, by the scenario's time; null to let it live to the end
 */
export async function live(
  directory: string,
  frames: readonly CapturedFrame[],
  killAtMs: number | null,
): Promise<Life> {
  const pipe = scratchPath(`pipe-${Math.random()}`);
  spawnSync("mkfifo", [pipe]);
  const reading = openSync(pipe, constants.O_RDONLY | constants.O_NONBLOCK);
  const writing = openSync(pipe, constants.O_WRONLY);
  const output = openSync(`${pipe}.out`, "w");
  const errors = openSync(`${pipe}.err`, "w");
  const journalBefore = journalIn(directory);
  const args = [BUILT_COMMAND, "watch", ...FLAGS, "--state", directory, "--report", `${pipe}.report`];
  const child = spawn(process.execPath, args, { stdio: [reading, output, errors] });
  for (const fd of [reading, output, errors]) closeSync(fd);
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  writeSync(writing, pcapHeader());
  // With a journal of its own it has read what was remembered, and begins.
  await until(() => journalIn(directory) !== journalBefore || child.exitCode !== null, PATIENCE_MS);
  const isEarly = ({ atNs }: CapturedFrame) => atNs / 1e6 <= BEGUN_AT_MS;
  const early = frames.filter(isEarly);
  await feed(child, writing, early, null);
  // With the first bindings written down it runs; a machine under load takes its time for that.
  if (early.length > 0) await until(() => hasGrown(directory) || child.exitCode !== null, PATIENCE_MS);
  await feed(
    child,
    writing,
    frames.filter((frame) => !isEarly(frame)),
    killAtMs,
  );
  closeSync(writing);
  await ended;
  const report = existsSync(`${pipe}.report`) ? readFileSync(`${pipe}.report`, "utf8") : "";
  return lifeOf(readFileSync(`${pipe}.out`, "utf8"), report, readFileSync(`${pipe}.err`, "utf8"));
}

function journalIn(directory: string): string | undefined {
  if (!existsSync(directory)) return undefined;
  return readdirSync(directory)
    .filter((name) => name.startsWith("journal-"))
    .toSorted()
    .at(-1);
}

function hasGrown(directory: string): boolean {
  const name = journalIn(directory);
  return name !== undefined && statSync(join(directory, name)).size > HEADER_BYTES;
}

async function feed(
  child: ChildProcess,
  writing: number,
  frames: readonly CapturedFrame[],
  killAtMs: number | null,
): Promise<void> {
  const first = (frames[0]?.atNs ?? 0) / 1e6;
  const began = performance.now() - first;
  for (const { atNs, bytes } of frames) {
    const dueMs = atNs / 1e6;
    while (performance.now() - began < dueMs) await sleep(1);
    if (killAtMs !== null && performance.now() - began >= killAtMs) break;
    if (child.exitCode !== null) return;
    const now = Date.now();
    writeSync(
      writing,
      pcapRecord({
        seconds: Math.floor(now / 1000),
        fraction: (now % 1000) * 1e6,
        bytes,
        originalLength: bytes.length,
      }),
    );
  }
  if (killAtMs === null) return;
  while (performance.now() - began < killAtMs) await sleep(1);
  child.kill("SIGKILL");
}

function lifeOf(output: string, report: string, said: string): Life {
  const told: string[] = [];
  for (const line of output.split("\n")) {
    if (!line.endsWith("}")) continue;
    const { event, id, kind } = JSON.parse(line);
    if (event !== "benign") told.push(`${event} ${id} ${kind}`);
  }
  const { caches }: Pick<Report, "caches"> = report === "" ? { caches: [] } : JSON.parse(report);
  return { told, known: new Set(caches.flatMap(({ entries }) => entries.map(({ ip }) => ip))), said };
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
