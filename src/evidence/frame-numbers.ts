/** Numbers of frames to be kept, noted in any order and then gone through once in theirs. */
export class FrameNumbers {
  private numbers = new Uint32Array(1024);
  private used = 0;
  private next = 0;

  add(number: number): void {
    if (this.used === this.numbers.length) {
      const larger = new Uint32Array(this.used * 2);
      larger.set(this.numbers);
      this.numbers = larger;
    }
    this.numbers[this.used++] = number;
  }

  /** To be called between the last `add` and the first `isNext`. */
  sort(): void {
    this.numbers.subarray(0, this.used).sort();
  }

  /** Whether the frame was noted; to be asked of every frame, in their order. */
  isNext(number: number): boolean {
    while (this.next < this.used && (this.numbers[this.next] ?? 0) < number) this.next++;
    return this.next < this.used && this.numbers[this.next] === number;
  }
}
