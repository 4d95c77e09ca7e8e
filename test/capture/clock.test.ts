import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InterfaceClock } from "../../src/capture/pcapng/clock.ts";
import { PATIENCE } from "../support/patience.ts";

describe("an interface's clock", () => {
  it("tells every time that 136 years have, in any unit, as exact arithmetic does", () => {
    const resolutions = fc.oneof(fc.integer({ min: 0, max: 19 }), fc.integer({ min: 0x80, max: 0x80 + 63 }));
    const seconds = fc.bigInt({ min: 0n, max: 0xffff_ffffn });
    const fractions = fc.bigInt({ min: 0n, max: (1n << 64n) - 1n });
    const offsets = fc.bigInt({ min: -100n, max: 100n });
    fc.assert(
      fc.property(
        resolutions,
        fc.array(fc.tuple(seconds, fractions), { maxLength: 5 }),
        offsets,
        (resolution, times, offset) => {
          const exponent = BigInt(resolution & 0x7f);
          const perSecond = (resolution & 0x80) !== 0 ? 1n << exponent : 10n ** exponent;
          const clock = new InterfaceClock(resolution, offset);
          for (const [whole, fraction] of times) {
            const units = BigInt.asUintN(64, whole * perSecond + (fraction % perSecond));
            const expected = units / perSecond + offset;
            if (expected < 0n || expected > 0xffff_ffffn) continue;
            clock.set(Number(units >> 32n), Number(units & 0xffff_ffffn));
            expect([clock.seconds, clock.nanoseconds]).toEqual([
              Number(expected),
              Number(((units % perSecond) * 1_000_000_000n) / perSecond),
            ]);
          }
        },
      ),
      { numRuns: 2000 * PATIENCE },
    );
  });
});
