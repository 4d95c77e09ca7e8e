// @module-tag slow
import { describe, expect, it } from "vitest";
import { LINKTYPE_ETHERNET } from "../../../src/capture/link-type.ts";
import { readCapture } from "../../../src/capture/read-capture.ts";
import { FrameIntake } from "../../../src/intake/frame-intake.ts";
import { NetworkState } from "../../../src/neighbours/network-state.ts";
import { sourceInPieces } from "../../support/byte-sources.ts";
import { DIRECTOR, GATEWAY, NEIGHBOUR, VIP } from "../../support/frames.ts";
import { CAPTURE_START_SECONDS, pcapRecord } from "../../support/pcap.ts";
import { announcement, whoHas } from "../../support/traffic.ts";
import { FLOODS, type Flood, floodCapture } from "../../tools/hostile/floods.ts";

const FLOOD_FRAMES = 30_000;
const NEIGHBOUR_IP = 0xc0a8_0132 | 0;
const GATEWAY_IP = 0xc0a8_0101 | 0;
const VIP_IP = 0xc0a8_0102 | 0;
const spoofedSenders = FLOODS.filter(({ name }) => name === "spoofed ARP senders");

const sweep = FLOODS.filter(({ name }) => name === "requests for any address");

/** The state after a flood of a third of a second, and this frame at these seconds. */
async function stateAfter(
  floods: readonly Flood[],
  frame: Uint8Array,
  seconds: readonly number[],
): Promise<NetworkState> {
  const state = new NetworkState(new Map());
  const heard = seconds.map((second) =>
    pcapRecord({
      seconds: CAPTURE_START_SECONDS + Math.floor(second),
      fraction: (second % 1) * 1e9,
      bytes: frame,
    }),
  );
  const flood = floods.flatMap((one) => [...floodCapture(one, FLOOD_FRAMES)]);
  const bytes = Buffer.concat([...flood, ...heard]);
  await readCapture(sourceInPieces(bytes, [bytes.length]), new FrameIntake(state, 0));
  return state;
}

function afterFlood(...seconds: number[]): Promise<NetworkState> {
  return stateAfter(spoofedSenders, announcement(NEIGHBOUR.ip, NEIGHBOUR), seconds);
}

function afterSweep(...seconds: number[]): Promise<NetworkState> {
  return stateAfter(sweep, whoHas(NEIGHBOUR.ip, GATEWAY), seconds);
}

function knows(state: NetworkState): boolean {
  return state.bindings.get(0, NEIGHBOUR_IP) !== undefined;
}

describe("a flood of ARP senders", () => {
  it("keeps the tables within their bounds, and what was given up counted", async () => {
    const { bindings, stations, forgotten } = await afterFlood();
    expect(bindings.size).toBeLessThan(10_000);
    expect(stations.size).toBeLessThan(20_000);
    expect(bindings.size + forgotten.addresses).toBeGreaterThan(FLOOD_FRAMES * 0.99);
  });

  it("has a new host wait for its second frame while it lasts", async () => {
    expect(knows(await afterFlood(0.31))).toBe(false);
    expect(knows(await afterFlood(0.31, 0.35))).toBe(true);
  });

  it("is over after a second without one", async () => {
    expect(knows(await afterFlood(5))).toBe(true);
  });
});

describe("a flood of hosts that ask for one address, and are never answered", () => {
  it("leaves none of them in the tables of a watch, whenever it looks", () => {
    const { state, hear } = watchedSegment();
    hear(0, announcement(VIP, DIRECTOR));
    for (let index = 0; index < 300_000; index++)
      hear(
        index / 12_500,
        whoHas(GATEWAY.ip, { mac: `06:00:00${macTail(index)}`, ip: privateAddress(index) }),
      );
    for (const seconds of [72, 132, 192]) {
      hear(seconds, announcement(VIP, DIRECTOR));
      state.forgetSteps(() => false);
    }
    const gateway = state.bindings.get(0, GATEWAY_IP);
    expect(gateway === undefined ? 0 : state.caches.about(gateway).length).toBeLessThan(300);
    expect(state.stations.size).toBeLessThan(1_000);
  });
});

function macTail(index: number): string {
  const digits = index.toString(16).padStart(6, "0");
  return `:${digits.slice(0, 2)}:${digits.slice(2, 4)}:${digits.slice(4)}`;
}

function privateAddress(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 0xff}.${index & 0xff}`;
}

/** A state, and how it is shown a frame at a second since the capture began. */
function watchedSegment() {
  const state = new NetworkState(new Map([[VIP_IP, []]]));
  const intake = new FrameIntake(state, 0);
  intake.link(LINKTYPE_ETHERNET);
  const hear = (seconds: number, bytes: Uint8Array) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const whole = Math.floor(seconds);
    const nanoseconds = Math.round((seconds - whole) * 1e9);
    intake.frame(view, 0, bytes.length, bytes.length, CAPTURE_START_SECONDS + whole, nanoseconds);
  };
  return { state, hear };
}

describe("a sweep through addresses", () => {
  it("makes none of them known, and is counted", async () => {
    const { bindings, forgotten } = await afterSweep();
    expect(bindings.size).toBeLessThan(10_000);
    expect(bindings.size + forgotten.addresses).toBeGreaterThan(FLOOD_FRAMES * 0.99);
  });

  it("leaves no place while it lasts for an address that another host asks for", async () => {
    expect(knows(await afterSweep(0.31))).toBe(false);
  });

  it("is over after a second without one", async () => {
    expect(knows(await afterSweep(5))).toBe(true);
  });
});
