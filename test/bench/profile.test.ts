import { describe, expect, it } from "vitest";
import { functionsOf } from "../../bench/profile/cpu-profile.ts";
import { Origins, roomOf } from "../../bench/profile/origin.ts";

function node(id: number, functionName: string, lineNumber: number, ticks: readonly object[] = []) {
  const callFrame = { functionName, url: "file:///a.js", lineNumber, columnNumber: 0 };
  return { id, callFrame, positionTicks: ticks };
}

describe("a CPU profile's self time", () => {
  it("holds from each sample to the next, and adds up over all callers", () => {
    const functions = functionsOf({
      nodes: [node(1, "a", 4), node(2, "b", 9), node(3, "a", 4)],
      samples: [1, 2, 3, 1],
      timeDeltas: [100, 10, 20, 30],
    });
    expect(functions.map(({ name, line, selfUs }) => ({ name, line, selfUs }))).toEqual([
      { name: "a", line: 5, selfUs: 40 },
      { name: "b", line: 10, selfUs: 20 },
    ]);
  });

  it("is divided among lines as the samples were", () => {
    const ticks = [
      { line: 6, ticks: 3 },
      { line: 7, ticks: 1 },
    ];
    const [only] = functionsOf({ nodes: [node(1, "a", 4, ticks)], samples: [1, 1], timeDeltas: [0, 400] });
    expect([...(only?.lines ?? [])]).toEqual([
      [6, 300],
      [7, 100],
    ]);
  });

  it("is nothing where there is no profile", () => {
    expect(functionsOf(null)).toEqual([]);
  });
});

describe("where a line of a bundle comes from", () => {
  const origins = new Origins(
    [
      "import x;",
      "// src/capture/pcap-walker.ts",
      "let a;",
      "  // not a path",
      "// node_modules/yaml/dist/index.js",
      "let b;",
    ].join("\n"),
  );

  it("is the module whose comment came last", () => {
    expect([1, 2, 4, 6].map((line) => origins.sourceAt(line))).toEqual([
      null,
      "src/capture/pcap-walker.ts",
      "src/capture/pcap-walker.ts",
      "node_modules/yaml/dist/index.js",
    ]);
  });
});

describe("the room of a function", () => {
  it.each([
    ["src/neighbours/caches/models/linux.ts", "file:///x", "f", "neighbours"],
    ["src/analyze.ts", "file:///x", "f", "the rest of src"],
    ["node_modules/@a/b/index.js", "file:///x", "f", "package @a/b"],
    [null, "node:fs", "readSync", "Node itself"],
    [null, "", "(garbage collector)", "garbage collection"],
    [null, "", "(idle)", "idle: waiting for bytes"],
    [null, "", "read", "read(): the kernel's copy"],
  ])("of %s %s %s is %s", (source, url, name, room) => {
    expect(roomOf(source, url, name)).toBe(room);
  });
});
