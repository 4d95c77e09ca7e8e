import { spawnSync } from "node:child_process";
import { readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { EveSink } from "../../../src/watch/sinks/eve.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, SECOND_DIRECTOR, VIP } from "../../support/frames.ts";
import { scratchPath } from "../../support/scratch.ts";
import { skippedFor } from "../../support/skipped.ts";
import { smallDisk } from "../../support/small-disk.ts";
import { opened, takeover, until } from "./events.ts";

const { path: DISK, unavailable: NO_DISK } = smallDisk();

const QUICK = { firstMs: 20, longestMs: 50, random: () => 0.5 };
let number = 0;

async function sinkTo(path: string, said: string[] = []): Promise<EveSink> {
  return EveSink.open({ path, pace: QUICK, say: (line) => said.push(line) });
}

function freshPath(): string {
  number++;
  return scratchPath(`eve-${number}.json`);
}

function recordsIn(path: string): { [key: string]: unknown }[] {
  const lines = readFileSync(path, "utf8").split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line) => JSON.parse(line));
}

describe("a line of EVE", () => {
  it("is an alert as Suricata writes one", async () => {
    const path = freshPath();
    const sink = await sinkTo(path);
    const event = opened();
    sink.deliver(event);
    await sink.close();
    expect(recordsIn(path)).toEqual([
      {
        timestamp: expect.stringMatching(/^2023-11-14T22:13:20\.\d{6}\+0000$/),
        event_type: "alert",
        src_ip: REAL_SERVER.ip,
        dest_ip: GATEWAY.ip,
        ether: { src_mac: REAL_SERVER.mac, dest_mac: GATEWAY.mac },
        arp: {
          hw_type: "ethernet",
          proto_type: "ipv4",
          opcode: "request",
          src_mac: REAL_SERVER.mac,
          src_ip: VIP,
        },
        alert: {
          action: "allowed",
          gid: 826,
          signature_id: 1,
          rev: 1,
          signature: "LVS-PCAP vip-source-in-request",
          category: "Potentially Bad Traffic",
          severity: 1,
          metadata: {
            lvs_pcap_id: ["F1"],
            lvs_pcap_event: ["opened"],
            lvs_pcap_says: [`F1 opened, critical: ${event.summary}`],
          },
        },
        lvs_pcap: event,
      },
    ]);
  });

  it("names the VLAN as Suricata does", async () => {
    const path = freshPath();
    const sink = await sinkTo(path);
    sink.deliver(opened({ vlan: 7 }));
    await sink.close();
    expect(recordsIn(path)[0]).toMatchObject({ vlan: [7] });
  });

  it("is of the mildest severity when it is over", async () => {
    const path = freshPath();
    const sink = await sinkTo(path);
    sink.deliver(opened({ event: "restored", ending: "healed" }));
    await sink.close();
    expect(recordsIn(path)[0]).toMatchObject({
      alert: { severity: 3, signature: "LVS-PCAP vip-source-in-request restored" },
    });
  });

  it("says of a benign change that it is not suspicious", async () => {
    const path = freshPath();
    const sink = await sinkTo(path);
    sink.deliver(takeover());
    await sink.close();
    expect(recordsIn(path)[0]).toMatchObject({
      event_type: "alert",
      ether: { src_mac: SECOND_DIRECTOR.mac, dest_mac: DIRECTOR.mac },
      alert: { category: "Not Suspicious Traffic", severity: 3, signature_id: 102 },
    });
  });
});

describe("the file", () => {
  it("is appended to, and not for others to read", async () => {
    const path = freshPath();
    writeFileSync(path, "before\n", { mode: 0o640 });
    const sink = await sinkTo(path);
    sink.deliver(opened());
    await sink.close();
    expect(readFileSync(path, "utf8")).toMatch(/^before\n\{.*\}\n$/);
    const fresh = freshPath();
    await (await sinkTo(fresh)).close();
    expect(statSync(fresh).mode & 0o007).toBe(0);
  });

  it("is made anew when logrotate has moved it away", async () => {
    const path = freshPath();
    const sink = await sinkTo(path);
    sink.deliver(opened({ id: "F1" }));
    await until(() => recordsIn(path).length === 1);
    renameSync(path, `${path}.1`);
    sink.deliver(opened({ id: "F2" }));
    await sink.close();
    expect([recordsIn(`${path}.1`), recordsIn(path)]).toEqual([
      [expect.objectContaining({ lvs_pcap: expect.objectContaining({ id: "F1" }) })],
      [expect.objectContaining({ lvs_pcap: expect.objectContaining({ id: "F2" }) })],
    ]);
  });

  it("goes on at its beginning when it was emptied in place", async () => {
    const path = freshPath();
    const sink = await sinkTo(path);
    sink.deliver(opened());
    await until(() => recordsIn(path).length === 1);
    truncateSync(path);
    sink.deliver(opened());
    await sink.close();
    expect(recordsIn(path)).toHaveLength(1);
  });

  it("that cannot be written is said in one line at the start", async () => {
    await expect(sinkTo("/nonexistent/eve.json")).rejects.toThrow(
      "--eve /nonexistent/eve.json: cannot be written: no such file or directory",
    );
  });

  it("may be a named pipe, and one that nobody reads is said", async () => {
    const path = freshPath();
    spawnSync("mkfifo", [path]);
    await expect(sinkTo(path)).rejects.toThrow("a pipe that nobody reads");
  });
});

describe.skipIf(NO_DISK !== null)(`a full disk${skippedFor(NO_DISK)}`, () => {
  it("is said once, and what happens meanwhile is written when there is room again, line by line", async () => {
    const path = join(DISK, "eve.json");
    const ballast = join(DISK, "ballast");
    const said: string[] = [];
    const sink = await sinkTo(path, said);
    writeFileSync(ballast, Buffer.alloc(112 << 10));
    for (let index = 1; index <= 12; index++) sink.deliver(opened({ id: `F${index}` }));
    await until(() => said.length === 1);
    rmSync(ballast);
    await until(() => said.length === 2);
    await sink.close();
    expect(said).toEqual([
      `eve ${path}: no space left on the disk; watching goes on, and trying again`,
      `eve ${path}: works again`,
    ]);
    const ids = new Set<unknown>();
    for (const line of readFileSync(path, "utf8").split("\n")) {
      // The line that was cut short stays; it is told by that it does not end.
      if (line.endsWith("}}")) ids.add(JSON.parse(line).lvs_pcap.id);
    }
    expect(ids.size).toBe(12);
    expect(sink.dropped).toBe(0);
  });
});
