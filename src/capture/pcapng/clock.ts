/** Of pcap's 32-bit field; positions hold no other times. */
const LATEST_SECONDS = 0xffff_ffff;

/**
 * Turns an interface's timestamps into seconds and nanoseconds, exactly.
 *
 * A timestamp is a 64-bit count of units of 10^-n or 2^-n seconds (draft-ietf-opsawg-pcapng, `if_tsresol`). Its upper
 * word seldom changes from frame to frame, so what that amounts to is worked out once, in BigInt; the lower word is
 * added in doubles wherever those are exact, which is for all units that anybody uses.
 */
export class InterfaceClock {
  /** Since 1970; what lies before or beyond pcap's 136 years is taken as their first or last moment. */
  seconds = 0;
  nanoseconds = 0;
  private readonly unitsPerSecond: bigint;
  private readonly offsetSeconds: bigint;
  /** Zero where doubles are not exact. */
  private readonly units: number;
  /** One of both is 1. */
  private readonly nanosecondsPerUnit: number;
  private readonly unitsPerNanosecond: number;
  private upper = -1;
  private upperSeconds = 0;
  private upperUnits = 0;
  /** Units of the lower word at which `seconds` began; a frame is seldom of another second than the one before. */
  private secondStart = Number.NaN;

  /** @param resolution the option's byte: its upper bit tells powers of two from powers of ten */
  constructor(resolution: number, offsetSeconds: bigint) {
    const isBinary = (resolution & 0x80) !== 0;
    const exponent = resolution & 0x7f;
    this.unitsPerSecond = isBinary ? 1n << BigInt(exponent) : 10n ** BigInt(exponent);
    this.offsetSeconds = offsetSeconds;
    // A remainder below 10^15 and a word make no more than 2^53. Of binary units the remainder is multiplied by 10^9.
    const isExact = isBinary ? exponent <= 22 : exponent <= 15;
    this.units = isExact ? Number(this.unitsPerSecond) : 0;
    this.nanosecondsPerUnit = isBinary ? 1e9 / 2 ** exponent : 10 ** Math.max(0, 9 - exponent);
    this.unitsPerNanosecond = isBinary ? 1 : 10 ** Math.max(0, exponent - 9);
  }

  set(upper: number, lower: number): void {
    if (this.units === 0) {
      this.setExactly((BigInt(upper) << 32n) | BigInt(lower));
      return;
    }
    if (upper !== this.upper) this.turn(upper);
    const rest = lower - this.secondStart;
    if (rest >= 0 && rest < this.units) this.nanoseconds = this.nanosecondsOf(rest);
    else this.turnToSecond(lower);
  }

  private turnToSecond(lower: number): void {
    const { units } = this;
    let rest = this.upperUnits + lower;
    let seconds = this.upperSeconds;
    if (rest >= units) {
      let whole = Math.floor(rest / units);
      rest -= whole * units;
      // The quotient may have been rounded up to the next whole one.
      if (rest < 0) {
        whole--;
        rest += units;
      }
      seconds += whole;
    }
    if (seconds < 0 || seconds > LATEST_SECONDS) {
      this.secondStart = Number.NaN;
      this.clamp(seconds < 0);
      return;
    }
    this.secondStart = lower - rest;
    this.seconds = seconds;
    this.nanoseconds = this.nanosecondsOf(rest);
  }

  private nanosecondsOf(units: number): number {
    return this.unitsPerNanosecond === 1
      ? Math.floor(units * this.nanosecondsPerUnit)
      : Math.floor(units / this.unitsPerNanosecond);
  }

  private turn(upper: number): void {
    const units = BigInt(upper) << 32n;
    this.upper = upper;
    this.secondStart = Number.NaN;
    // Beyond 2^53 it is beyond 136 years all the more.
    this.upperSeconds = Number(units / this.unitsPerSecond + this.offsetSeconds);
    this.upperUnits = Number(units % this.unitsPerSecond);
  }

  private setExactly(units: bigint): void {
    const seconds = units / this.unitsPerSecond + this.offsetSeconds;
    if (seconds < 0n || seconds > BigInt(LATEST_SECONDS)) {
      this.clamp(seconds < 0n);
      return;
    }
    this.seconds = Number(seconds);
    this.nanoseconds = Number(((units % this.unitsPerSecond) * 1_000_000_000n) / this.unitsPerSecond);
  }

  private clamp(isBefore: boolean): void {
    this.seconds = isBefore ? 0 : LATEST_SECONDS;
    this.nanoseconds = isBefore ? 0 : 999_999_999;
  }
}

/** `if_tsoffset`: a signed 64-bit number of seconds. */
export function signedSeconds(upper: number, lower: number): bigint {
  return BigInt.asIntN(64, (BigInt(upper) << 32n) | BigInt(lower));
}
