import { describe, expect, it } from "vitest";
import { Beacon, FrameKind } from "../../src/decode/facts.ts";
import { decode, ipOf, macOf } from "../support/decode.ts";
import { GATEWAY, NEIGHBOUR, VIP } from "../support/frames.ts";
import { learningFrame, nlbHeartbeat, reverseArp } from "../support/signals.ts";

describe("a RARP request", () => {
  it("names the card that is here now", () => {
    const facts = decode(reverseArp(NEIGHBOUR));
    expect([facts.kind, facts.beacon]).toEqual([FrameKind.Beacon, Beacon.ReverseArp]);
    expect(macOf(facts.senderMacHigh, facts.senderMacLow)).toBe(NEIGHBOUR.mac);
  });

  it("is not the answer to one", () => {
    expect(decode(reverseArp(NEIGHBOUR, 4)).kind).toBe(FrameKind.Other);
  });
});

describe("a heartbeat of Microsoft NLB", () => {
  it("names its cluster's address", () => {
    const facts = decode(nlbHeartbeat(NEIGHBOUR, 1, VIP));
    expect([facts.kind, facts.beacon]).toEqual([FrameKind.Beacon, Beacon.NlbHeartbeat]);
    expect(ipOf(facts.senderIp)).toBe(VIP);
  });
});

describe("a frame of a card to itself", () => {
  it("teaches the switch its MAC", () => {
    const facts = decode(learningFrame(NEIGHBOUR.mac));
    expect([facts.kind, facts.beacon]).toEqual([FrameKind.Beacon, Beacon.LearningFrame]);
  });

  it("is none where it goes to another", () => {
    expect(decode(learningFrame(NEIGHBOUR.mac, GATEWAY.mac)).kind).toBe(FrameKind.Other);
  });
});

describe("a frame of these kinds that is cut off", () => {
  it.each([reverseArp(NEIGHBOUR), nlbHeartbeat(NEIGHBOUR, 1, VIP)])("says nothing", (frame) => {
    expect(decode(frame.subarray(0, 14 + 10)).kind).toBe(FrameKind.Other);
  });
});
