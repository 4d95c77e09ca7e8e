import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import type { BenignEvent, FindingEvent, WatchEvent } from "../../src/index.ts";
import { styleFor } from "../../src/reports/style.ts";
import { sentenceFor } from "../../src/watch/sentences.ts";
import { CLIENT, DIRECTOR, GATEWAY, INTRUDER, NEIGHBOUR, REAL_SERVER, VIP } from "../support/frames.ts";
import { FIRST_REQUEST, lookup, PROBLEM_3, ROLES } from "../support/incidents.ts";
import { Watching, watchAll } from "../support/live-stream.ts";
import { validEvent } from "../support/schema.ts";
import { announcement, at, isAt, packet, whoHas } from "../support/traffic.ts";

/** The real server looks the gateway up in the VIP's name, and is answered: from here on the gateway is poisoned. */
function leak(milliseconds: number) {
  return [
    at(milliseconds, whoHas(GATEWAY.ip, REAL_SERVER, { tell: VIP })),
    at(milliseconds + 0.1, isAt(GATEWAY.ip, GATEWAY, REAL_SERVER, { toIp: VIP })),
  ];
}

function heal(milliseconds: number) {
  return [at(milliseconds, announcement(VIP, DIRECTOR))];
}

const START = [...FIRST_REQUEST, ...lookup(100, REAL_SERVER, GATEWAY)];

function findingEvents(events: readonly WatchEvent[]): FindingEvent[] {
  return events.filter((event) => event.event !== "benign");
}

function benignEvents(events: readonly WatchEvent[]): BenignEvent[] {
  return events.filter((event) => event.event === "benign");
}

describe("a poisoning", () => {
  it("is told when its frame comes, not when the next one does", async () => {
    const watching = new Watching(ROLES);
    watching.capture.write(...START, ...leak(200));
    expect(await watching.until(1)).toContain("opened F1 vip-source-in-request");
    await watching.end();
  });

  it("is told when its frame comes on a cluster that already runs, where nobody has asked for the VIP", async () => {
    const passedOn = { source: CLIENT.ip, destination: VIP, identification: 4711 };
    const watching = new Watching();
    watching.capture.write(
      at(0, packet(GATEWAY, DIRECTOR, passedOn)),
      at(0.1, packet(DIRECTOR, REAL_SERVER, passedOn)),
      ...leak(0.2),
    );
    expect(await watching.until(1)).toContain("opened F1 vip-source-in-request");
    await watching.end();
  });

  it("is told again at once when traffic begins to follow it", async () => {
    const { events } = await watchAll(
      [...START, ...leak(200), at(210, packet(GATEWAY, REAL_SERVER, { destination: VIP }))],
      ROLES,
    );
    expect(findingEvents(events).map(({ event, stage }) => [event, stage])).toEqual([
      ["opened", "claimed"],
      ["updated", "learned"],
      ["updated", "used"],
    ]);
  });

  it("is over when the last victim is right again", async () => {
    const { events } = await watchAll([...START, ...leak(200), ...heal(5_000)], ROLES);
    const last = findingEvents(events).at(-1);
    expect(last).toMatchObject({ event: "restored", id: "F1", ending: "healed" });
    expect(last?.victims[0]?.restored).not.toBeNull();
  });

  it("keeps its id when it comes back, and is never damped: poisoned, healed, poisoned, healed", async () => {
    const turns = [200, 300, 400, 500].flatMap((ms) => [...leak(ms), ...heal(ms + 50)]);
    const { told } = await watchAll([...START, ...turns], ROLES);
    expect(told.filter((line) => line.startsWith("opened"))).toEqual(
      Array(4).fill("opened F1 vip-source-in-request"),
    );
    expect(told.filter((line) => line.startsWith("restored"))).toHaveLength(4);
  });

  it("comes back as an episode of its own, and is told so", async () => {
    const { events } = await watchAll([...START, ...leak(200), ...heal(5_000), ...leak(60_000)], ROLES);
    const opened = findingEvents(events).filter(({ event }) => event === "opened");
    expect(opened.map(({ id, episodes }) => [id, episodes.length])).toEqual([
      ["F1", 0],
      ["F1", 2],
    ]);
    const [, again] = opened.map((event) => sentenceFor(event, styleFor(false), false));
    expect(again).toMatch(/^F1 critical vip-source-in-request again, for the 2nd time: /);
  });

  it("that came back between two looks is told as opened again", async () => {
    const watching = new Watching(ROLES);
    watching.capture.write(...START, ...leak(200), ...heal(300), ...leak(400));
    const told = await watching.until(5);
    expect(told.filter((line) => line === "opened F1 vip-source-in-request")).toHaveLength(2);
    await watching.end();
  });

  it("carries the whole finding in every event, with its time", async () => {
    const { events, report } = await watchAll([...START, ...leak(200)], ROLES);
    const last = findingEvents(events).at(-1);
    if (last === undefined) throw new Error("nothing was told");
    const { event, at: time, ending, ...finding } = last;
    expect(finding).toEqual(report.findings[0]);
    expect([event, ending]).toEqual(["updated", null]);
    expect(time).toBe("2023-11-14T22:13:20.200100000Z");
  });

  it("is as the published schema says, from the first event to the last", async () => {
    const { events } = await watchAll([...PROBLEM_3.frames, ...START, ...leak(200), ...heal(5_000)], ROLES);
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(["opened", "updated", "restored", "benign"]),
    );
    for (const event of events) expect(() => validEvent({ ...event })).not.toThrow();
    const [first] = events;
    expect(() => validEvent({ ...first, more: 1 })).toThrow("additional properties");
  });

  it("begins its line with what happened", async () => {
    const { events } = await watchAll(PROBLEM_3.frames, PROBLEM_3.roles);
    expect(Object.keys(events[0] ?? {}).slice(0, 4)).toEqual(["event", "at", "ending", "id"]);
  });
});

describe("what only grows", () => {
  const requests = (seconds: readonly number[]) =>
    seconds.map((second) => at(second * 1000, whoHas(NEIGHBOUR.ip, REAL_SERVER, { tell: VIP })));

  it("is told ten seconds after what was news, then after twenty, then after forty", async () => {
    const everySecond = Array.from({ length: 80 }, (_, index) => index + 1);
    const watching = new Watching(ROLES);
    for (const frame of [...START, ...requests(everySecond)]) {
      watching.capture.write(frame);
      await watching.capture.taken();
    }
    await watching.end();
    const updates = findingEvents(watching.events).filter(({ event }) => event === "updated");
    const seconds = updates.map((event) => Math.round((Date.parse(event.at) - 1_700_000_000_000) / 1000));
    // The last is the one that the end of the stream sets free.
    expect(seconds.slice(0, 4)).toEqual([2, 12, 32, 72]);
    expect(updates.at(-1)?.count).toBe(80);
  });
});

describe("an address that goes back and forth", () => {
  it("is told at each turn", async () => {
    const flips = Array.from({ length: 10 }, (_, index) =>
      at(1_000 + index * 1_500, announcement("192.168.1.99", index % 2 === 0 ? INTRUDER : NEIGHBOUR)),
    );
    const { events } = await watchAll([
      ...lookup(0, INTRUDER, GATEWAY),
      ...lookup(1, NEIGHBOUR, GATEWAY),
      ...flips,
    ]);
    const told = findingEvents(events).map((event) => Date.parse(event.at) - 1_700_000_000_000);
    // Of the first turns nobody can say yet that they are not a move, and a defence.
    expect(flips.slice(3).filter(({ atNs }) => !told.includes(atNs / 1e6))).toEqual([]);
  });
});

describe("what is innocent", () => {
  it("is told once, with its reason", async () => {
    const { events } = await watchAll([
      ...lookup(0, NEIGHBOUR, GATEWAY),
      at(1_000, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
      at(9_000, announcement(NEIGHBOUR.ip, NEIGHBOUR)),
    ]);
    expect(benignEvents(events).map(({ kind, ip }) => [kind, ip])).toEqual([
      ["address-announcement", NEIGHBOUR.ip],
    ]);
    expect(benignEvents(events)[0]?.why).not.toBe("");
  });

  it("is not said of an address whose owner may only have paused", async () => {
    const watching = new Watching();
    watching.capture.write(
      ...lookup(0, NEIGHBOUR, GATEWAY),
      ...lookup(1_000, { ...INTRUDER, ip: NEIGHBOUR.ip }, GATEWAY),
    );
    await sleep(300);
    expect(benignEvents(watching.events).map(({ kind }) => kind)).not.toContain("address-moved");
    await watching.end();
    expect(benignEvents(watching.events).map(({ kind }) => kind)).toContain("address-moved");
  });

  it("withdraws what looked like a fault until then", async () => {
    const seen: string[] = [];
    const { events } = await watchAll([...START, ...leak(200)], {
      ...ROLES,
      onEvent: (event) => void seen.push(event.event),
    });
    expect(seen).toHaveLength(events.length);
  });
});

describe("time that passes without a frame", () => {
  it("heals an entry whose last probe went unanswered", async () => {
    const watching = new Watching(ROLES);
    const probes = [1_200, 2_200, 3_200].map((ms) => at(ms, whoHas(VIP, GATEWAY, { only: REAL_SERVER })));
    watching.capture.write(...START, ...leak(200), ...probes);
    const before = await watching.until(2);
    expect(before.some((line) => line.startsWith("restored"))).toBe(false);
    const deadline = performance.now() + 4_000;
    while (!watching.told.some((line) => line.startsWith("restored")) && performance.now() < deadline)
      await sleep(20);
    expect(watching.told.at(-1)).toBe("restored F1 vip-source-in-request");
    await watching.end();
  });
});

describe("the figures of a watch", () => {
  it("count what came, and what is open", async () => {
    const watching = new Watching(ROLES);
    const frames = [...START, ...leak(200)];
    watching.capture.write(...frames);
    await watching.until(2);
    expect(watching.controls.gauges()).toMatchObject({
      open: [{ kind: "vip-source-in-request", ip: VIP, isVip: true, count: 1 }],
      frames: frames.length,
      hosts: 3,
      droppedFrames: null,
      forgotten: 0,
    });
    await watching.end();
  });
});

describe("stopping", () => {
  it("gives the report of what has arrived", async () => {
    const watching = new Watching(ROLES);
    watching.capture.write(...START, ...leak(200));
    await watching.until(1);
    watching.controls.stop();
    const report = await watching.report;
    expect(report.findings.map(({ kind }) => kind)).toEqual(["vip-source-in-request"]);
    expect(report.captures[0]).toMatchObject({ complete: true, problem: null });
  });

  it("in the middle of a frame is no damage", async () => {
    const watching = new Watching(ROLES);
    watching.capture.write(...START);
    watching.capture.writeBytes(Buffer.alloc(11));
    await sleep(50);
    watching.controls.stop();
    expect((await watching.report).captures[0]?.problem).toBeNull();
  });
});

describe("events and the sinks", () => {
  it("come in the same order, and sinks are closed at the end", async () => {
    const delivered: WatchEvent[] = [];
    let closed = 0;
    const sink = {
      name: "test",
      dropped: 0,
      deliver: (event: WatchEvent) => void delivered.push(event),
      close: async () => {
        closed++;
      },
    };
    const { events } = await watchAll([...START, ...leak(200), ...heal(5_000)], { ...ROLES, sinks: [sink] });
    expect(delivered).toEqual(events);
    expect(closed).toBe(1);
  });
});
