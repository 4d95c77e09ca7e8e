import { describe, expect, it } from "vitest";
import { Control } from "../../src/decode/facts.ts";
import { decode, ipOf, macOf } from "../support/decode.ts";
import { GATEWAY, NEIGHBOUR } from "../support/frames.ts";
import { DhcpType, dhcp } from "../support/signals.ts";

describe("a DHCP server's answer", () => {
  it("grants the address to the card that it names", () => {
    const { control, lease } = decode(dhcp(GATEWAY, NEIGHBOUR));
    expect(control).toBe(Control.Lease);
    expect([ipOf(lease.ip), macOf(lease.macHigh, lease.macLow)]).toEqual([NEIGHBOUR.ip, NEIGHBOUR.mac]);
  });

  it("grants it in BOOTP, too, which knows no message types", () => {
    expect(decode(dhcp(GATEWAY, NEIGHBOUR, { bare: true })).control).toBe(Control.Lease);
  });

  it.each([DhcpType.Offer, DhcpType.Nak])("grants nothing in a message of type %i", (type) => {
    expect(decode(dhcp(GATEWAY, NEIGHBOUR, { type })).control).toBe(Control.None);
  });

  it("grants nothing to a DHCPINFORM, whose sender has an address", () => {
    expect(decode(dhcp(GATEWAY, { ...NEIGHBOUR, ip: "0.0.0.0" })).control).toBe(Control.None);
  });

  it("is not what a client asks, though it has the same layout", () => {
    expect(decode(dhcp(NEIGHBOUR, NEIGHBOUR, { op: 1 })).control).toBe(Control.None);
  });

  it("is left alone wherever it is cut off", () => {
    const whole = dhcp(GATEWAY, NEIGHBOUR, { bare: true });
    for (let length = 14; length < whole.length; length++) {
      expect(decode(whole.subarray(0, length)).control).toBe(Control.None);
    }
  });

  it("is left alone wherever its options are cut off: they may say anything", () => {
    const whole = dhcp(GATEWAY, NEIGHBOUR, { type: DhcpType.Nak });
    expect(decode(whole).control).toBe(Control.None);
    for (let length = 14; length < whole.length; length++) decode(whole.subarray(0, length));
  });

  it("is none of a later frame's: the facts are reused", () => {
    const facts = decode(dhcp(NEIGHBOUR, NEIGHBOUR, { op: 1 }));
    expect(facts.control).toBe(Control.None);
  });
});
