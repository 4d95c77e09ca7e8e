import { closeSync, mkdirSync, openSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { openByteSource } from "../../src/bytes/source.ts";
import { LvsPcapError } from "../../src/index.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

async function openingError(path: string): Promise<unknown> {
  return openByteSource(path).then(
    (source) => source.close().then(() => null),
    (error: unknown) => error,
  );
}

describe("a file as a source of bytes", () => {
  it("gives its bytes in order, and then nothing", async () => {
    const source = await openByteSource(scratchFile("ten", Buffer.from("0123456789")));
    const target = Buffer.alloc(20, ".");
    const first = await source.read(target, 5, 4);
    const second = await source.read(target, 5 + first, 11);
    const third = await source.read(target, 0, 20);
    await source.close();
    expect({ text: target.toString(), third, total: first + second }).toEqual({
      text: ".....0123456789.....",
      third: 0,
      total: 10,
    });
  });

  it("tells its size beforehand", async () => {
    const source = await openByteSource(scratchFile("seven", "1234567"));
    await source.close();
    expect(source.sizeBytes).toBe(7);
  });

  it("is refused by name where there is none", async () => {
    const path = scratchPath("missing.pcap");
    const error = await openingError(path);
    expect(error).toBeInstanceOf(LvsPcapError);
    expect(error).toMatchObject({
      code: "unreadable-file",
      message: `${path}: cannot be read: no such file`,
    });
  });

  it("is refused by name where it is a directory", async () => {
    const path = scratchPath("directory");
    mkdirSync(path);
    const error = await openingError(path);
    expect(error).toBeInstanceOf(LvsPcapError);
    expect(error).toMatchObject({
      code: "unreadable-file",
      message: expect.stringContaining(`${path}: is a directory`),
    });
  });

  it("leaves no file open behind", async () => {
    const path = scratchFile("closed", "x");
    const lowestFree = () => {
      const descriptor = openSync(path, "r");
      closeSync(descriptor);
      return descriptor;
    };
    const before = lowestFree();
    for (let round = 0; round < 5; round++) await (await openByteSource(path)).close();
    await openingError(scratchPath("missing.pcap"));
    expect(lowestFree()).toBe(before);
  });
});
