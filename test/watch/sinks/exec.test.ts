import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { commandWords } from "../../../src/watch/sinks/command-words.ts";
import { ExecSink } from "../../../src/watch/sinks/exec.ts";
import { REAL_SERVER, VIP } from "../../support/frames.ts";
import { scratchPath } from "../../support/scratch.ts";
import { opened, takeover, until } from "./events.ts";

const { PATH } = process.env;
let number = 0;

/** A program, and the path that it gets as its first argument. */
function program(body: string): { command: [string, ...string[]]; output: string } {
  number++;
  const path = scratchPath(`program-${number}`);
  const output = scratchPath(`output-${number}`);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return { command: [path, output], output };
}

interface Limits {
  readonly timeoutMs?: number;
  readonly most?: number;
  readonly said?: string[];
}

function sinkFor(command: [string, ...string[]], limits: Limits = {}): Promise<ExecSink> {
  const { timeoutMs = 5000, most = 4, said = [] } = limits;
  return ExecSink.open({ command, timeoutMs, most, environment: { PATH }, say: (line) => said.push(line) });
}

function linesOf(path: string): string[] {
  return existsSync(path) ? readFileSync(path, "utf8").trimEnd().split("\n") : [];
}

describe("a program that is run for an event", () => {
  it("gets it as one line of JSON on standard input", async () => {
    const { command, output } = program('cat > "$1"');
    const sink = await sinkFor(command);
    const event = opened();
    sink.deliver(event);
    await sink.close();
    expect(JSON.parse(readFileSync(output, "utf8"))).toEqual(event);
  });

  it("is told the essentials by its environment", async () => {
    const { command, output } = program('env | grep ^LVS_PCAP_ | sort > "$1"');
    const sink = await sinkFor(command);
    const event = opened();
    sink.deliver(event);
    await sink.close();
    expect(linesOf(output)).toEqual([
      `LVS_PCAP_CLAIMANT_IP=${REAL_SERVER.ip}`,
      `LVS_PCAP_CLAIMANT_MAC=${REAL_SERVER.mac}`,
      "LVS_PCAP_EVENT=opened",
      "LVS_PCAP_ID=F1",
      `LVS_PCAP_IP=${VIP}`,
      "LVS_PCAP_KIND=vip-source-in-request",
      `LVS_PCAP_RIGHTFUL_IP=${event.rightful?.ip}`,
      `LVS_PCAP_RIGHTFUL_MAC=${event.rightful?.mac}`,
      "LVS_PCAP_SEVERITY=critical",
      "LVS_PCAP_STAGE=used",
      `LVS_PCAP_SUMMARY=F1 opened, critical: ${event.summary}`,
      `LVS_PCAP_TIME=${event.at}`,
    ]);
  });

  it("is told of benign changes, too", async () => {
    const { command, output } = program('echo "$LVS_PCAP_EVENT $LVS_PCAP_KIND" > "$1"');
    const sink = await sinkFor(command);
    sink.deliver(takeover());
    await sink.close();
    expect(linesOf(output)).toEqual(["benign director-takeover"]);
  });

  it("gets its arguments as they are, since no shell reads them", async () => {
    const { command, output } = program('printf "%s\\n" "$2" "$3" > "$1"');
    const sink = await sinkFor([...command, "$(touch /tmp/pwned); `id`", "* ; exit 1"]);
    sink.deliver(opened());
    await sink.close();
    expect(linesOf(output)).toEqual(["$(touch /tmp/pwned); `id`", "* ; exit 1"]);
  });

  it("need not read what it is given", async () => {
    const sink = await sinkFor(["true"]);
    sink.deliver(opened({ remedy: ["x".repeat(1 << 20)] }));
    await sink.close();
    expect(sink.dropped).toBe(0);
  });
});

describe("how many run at a time", () => {
  it("is bounded, and the events of one finding come in order", async () => {
    const { command, output } = program(
      'echo "+ $LVS_PCAP_ID" >> "$1"; sleep 0.05; echo "- $LVS_PCAP_ID" >> "$1"',
    );
    const sink = await sinkFor(command, { most: 2 });
    for (const id of ["F1", "F1", "F1", "F2", "F3", "F4"]) sink.deliver(opened({ id }));
    await sink.close();
    const lines = linesOf(output);
    let running = 0;
    let mostRunning = 0;
    const alone = new Set<string>();
    for (const line of lines) {
      const [sign, id = ""] = line.split(" ");
      running += sign === "+" ? 1 : -1;
      mostRunning = Math.max(mostRunning, running);
      if (sign === "+") expect(alone.has(id)).toBe(false);
      if (sign === "+") alone.add(id);
      else alone.delete(id);
    }
    expect([lines.length, mostRunning]).toEqual([12, 2]);
  });

  it("is not waited for while events come, and what is too much is counted", async () => {
    const sink = await sinkFor(["sleep", "1"], { most: 1 });
    const began = performance.now();
    for (let index = 0; index < 1000; index++) sink.deliver(opened({ id: `F${index}` }));
    expect(performance.now() - began).toBeLessThan(1000);
    expect(sink.dropped).toBeGreaterThan(700);
    await sink.close();
    expect(sink.dropped).toBeGreaterThan(990);
  });
});

describe("a program that does not do its work", () => {
  it("is killed when its time is up, with all that it started", async () => {
    const { command, output } = program(
      'trap "" TERM; sh -c "trap \'\' TERM; sleep 3; echo survived >> $1"; sleep 3',
    );
    const said: string[] = [];
    const sink = await sinkFor(command, { timeoutMs: 100, said });
    sink.deliver(opened());
    await until(() => sink.dropped === 1);
    await sink.close();
    expect(said).toEqual([`exec ${command[0]}: killed after 0.1 s; watching goes on`]);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(linesOf(output)).toEqual([]);
  });

  it("is said once, with its first complaint", async () => {
    const said: string[] = [];
    const { command } = program('echo "no route to pager" >&2; exit 3');
    const sink = await sinkFor(command, { said });
    sink.deliver(opened());
    sink.deliver(opened());
    await sink.close();
    expect(said).toEqual([`exec ${command[0]}: exit status 3: no route to pager; watching goes on`]);
    expect(sink.dropped).toBe(2);
  });

  it("does not hold up the end for more than a few seconds", async () => {
    const sink = await sinkFor(["sleep", "60"], { timeoutMs: 60_000 });
    sink.deliver(opened());
    await new Promise((resolve) => setTimeout(resolve, 100));
    const began = performance.now();
    await sink.close();
    expect(performance.now() - began).toBeLessThan(4000);
  });

  it("is missed at the start", async () => {
    await expect(sinkFor(["no-such-program"])).rejects.toThrow(
      "--exec no-such-program: no such program, or it may not be run",
    );
  });
});

describe("a command as it is given", () => {
  it.each([
    ["notify", ["notify"]],
    ["notify --to ops", ["notify", "--to", "ops"]],
    ["notify 'two words' \"and two\"", ["notify", "two words", "and two"]],
    ["notify a\\ b ''", ["notify", "a b", ""]],
    ["notify $HOME *.log ; reboot", ["notify", "$HOME", "*.log", ";", "reboot"]],
  ])("%s is split into words, and nothing in it expanded", (text, words) => {
    expect(commandWords(text)).toEqual(words);
  });

  it.each([
    ["  ", "expected a program"],
    ["notify 'open", "a quote is not closed"],
  ])("%j is refused", (text, reason) => {
    expect(() => commandWords(text)).toThrow(reason);
  });
});
