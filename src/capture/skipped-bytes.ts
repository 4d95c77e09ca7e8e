const MOST_NAMED = 3;

/** What `recover` left out. */
export class SkippedBytes {
  private readonly named: string[] = [];
  private places = 0;
  private bytes = 0;
  private from = 0;
  private reason = "";

  begin(offset: number, reason: string): void {
    this.from = offset;
    this.reason = reason;
  }

  end(offset: number): void {
    const bytes = offset - this.from;
    this.places++;
    this.bytes += bytes;
    if (this.named.length < MOST_NAMED)
      this.named.push(`offset ${this.from}: skipped ${bytes} bytes (${this.reason})`);
  }

  get isNone(): boolean {
    return this.places === 0;
  }

  get text(): string | null {
    if (this.isNone) return null;
    const unnamed = this.places - this.named.length;
    if (unnamed > 0) this.named.push(`and at ${unnamed} more ${unnamed === 1 ? "place" : "places"}`);
    const total = this.places > 1 ? `; ${this.bytes} bytes in all` : "";
    return `${this.named.join("; ")}${total}`;
  }
}
