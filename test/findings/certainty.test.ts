import { describe, expect, it } from "vitest";
import { analyze } from "../support/analyze.ts";
import { DIRECTOR, GATEWAY, INTRUDER, NEIGHBOUR, REAL_SERVER, VIP } from "../support/frames.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { at, isAt, whoHas } from "../support/traffic.ts";

const ROLES = { vips: [VIP], directors: [DIRECTOR.mac], realServers: [REAL_SERVER.mac] };
const QUESTION = [at(0, whoHas(VIP, GATEWAY)), at(1, isAt(VIP, DIRECTOR, GATEWAY))];

describe("a finding is", () => {
  it("proven where traffic used the wrong entry", async () => {
    const { findings } = await analyze(PROBLEM_3.frames, { vips: [VIP] });
    expect(findings[0]).toMatchObject({
      stage: "used",
      certainty: "proven",
      why: "frames show traffic sent by the wrong entry",
    });
  });

  it("likely where only the neighbour model says that a cache took it", async () => {
    const leak = at(5, whoHas(GATEWAY.ip, { mac: REAL_SERVER.mac, ip: VIP }));
    const answer = at(6, isAt(GATEWAY.ip, GATEWAY, { mac: REAL_SERVER.mac, ip: VIP }));
    const { findings } = await analyze([...QUESTION, leak, answer], ROLES);
    expect(findings[0]).toMatchObject({ stage: "learned", certainty: "likely" });
    expect(findings[0]?.why).toContain("neighbour model");
  });

  it("proven where a known director's VIP was claimed, though nobody believed it", async () => {
    const late = at(2, isAt(VIP, REAL_SERVER, GATEWAY));
    const { findings } = await analyze([...QUESTION, late], ROLES);
    expect(findings[0]).toMatchObject({ stage: "claimed", certainty: "proven" });
  });

  it("likely where only the way of claiming tells who is right", async () => {
    const known = [at(0, whoHas(NEIGHBOUR.ip, GATEWAY)), at(1, isAt(NEIGHBOUR.ip, NEIGHBOUR, GATEWAY))];
    const own = at(2, whoHas(GATEWAY.ip, INTRUDER));
    const unasked = [1, 2, 3, 4, 5].map((time) =>
      at(time * 1000, isAt(NEIGHBOUR.ip, { mac: INTRUDER.mac, ip: NEIGHBOUR.ip }, DIRECTOR)),
    );
    const { findings } = await analyze([...known, own, ...unasked]);
    expect(findings[0]).toMatchObject({ kind: "address-impersonation", certainty: "likely" });
  });
});
