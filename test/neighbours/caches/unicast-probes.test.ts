import { describe, expect, it } from "vitest";
import { analyze, cacheEntry, macHeld } from "../../support/analyze.ts";
import { DIRECTOR, GATEWAY, NEIGHBOUR, REAL_SERVER, VIP } from "../../support/frames.ts";
import { at, isAt, whoHas } from "../../support/traffic.ts";

const probed = (milliseconds: number) => at(milliseconds, whoHas(VIP, GATEWAY, { only: DIRECTOR }));
const answered = (milliseconds: number) => at(milliseconds, isAt(VIP, DIRECTOR, GATEWAY));
const LEARNED = [at(0, whoHas(VIP, GATEWAY)), answered(0.1)];
/** Something that has nothing to do with it, so that the capture goes on. */
const later = (milliseconds: number) => at(milliseconds, whoHas(NEIGHBOUR.ip, DIRECTOR));

// NUD_PROBE: neigh_timer_handler in net/core/neighbour.c.
describe("a host that asks one MAC alone for an address", () => {
  it("shows by it what its cache holds, whatever was captured before", async () => {
    const report = await analyze([at(0, whoHas(VIP, GATEWAY, { only: REAL_SERVER }))]);
    expect(cacheEntry(report, GATEWAY, VIP)).toMatchObject({ mac: REAL_SERVER.mac, state: "known" });
  });

  it("is believed more than the model", async () => {
    const held = await macHeld(
      [...LEARNED, at(5000, whoHas(VIP, GATEWAY, { only: REAL_SERVER }))],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(REAL_SERVER.mac);
  });

  it("loses the entry once three of its requests went unanswered", async () => {
    const held = await macHeld(
      [...LEARNED, probed(30_000), probed(31_000), probed(32_000), later(33_500)],
      GATEWAY,
      VIP,
    );
    expect(held).toBeUndefined();
  });

  it("still waits for the third answer while its second has not passed", async () => {
    const held = await macHeld(
      [...LEARNED, probed(30_000), probed(31_000), probed(32_000), later(32_900)],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(DIRECTOR.mac);
  });

  it("keeps the entry after two unanswered requests", async () => {
    const held = await macHeld([...LEARNED, probed(30_000), probed(31_000), later(40_000)], GATEWAY, VIP);
    expect(held).toBe(DIRECTOR.mac);
  });

  it("keeps the entry where an answer comes at last", async () => {
    const held = await macHeld(
      [...LEARNED, probed(30_000), probed(31_000), probed(32_000), answered(32_000.1), later(40_000)],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(DIRECTOR.mac);
  });

  it("counts anew after an answer", async () => {
    const held = await macHeld(
      [
        ...LEARNED,
        probed(30_000),
        probed(31_000),
        answered(31_000.1),
        probed(70_000),
        probed(71_000),
        later(90_000),
      ],
      GATEWAY,
      VIP,
    );
    expect(held).toBe(DIRECTOR.mac);
  });
});
