import { describe, expect, it } from "vitest";
import { analyzeCapture, LvsPcapError, verifyCapture, watchCapture, writeEvidence } from "../../src/index.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

const BYTES = writePcap(PROBLEM_3.frames);
const CAPTURE = scratchFile("problem-3.pcap", BYTES);
const EVIDENCE = scratchPath("evidence.pcapng");

const FUNCTIONS = { analyzeCapture, watchCapture, verifyCapture, writeEvidence };

/** As a program calls that no compiler has looked at. */
function call(name: keyof typeof FUNCTIONS, ...args: unknown[]) {
  return Promise.resolve().then(() => Reflect.apply(FUNCTIONS[name], undefined, args));
}

async function* stream() {
  yield BYTES;
}

const REPORT = await analyzeCapture(CAPTURE);

describe("what a program passes by mistake is refused by the name of the option", () => {
  it.each<[string, Parameters<typeof call>, string]>([
    [
      "a text for a list",
      ["analyzeCapture", CAPTURE, { vips: "x" }],
      'option vips is "x"; expected a list of strings',
    ],
    [
      "numbers for texts",
      ["analyzeCapture", CAPTURE, { gateways: [1] }],
      "option gateways is a list; expected",
    ],
    [
      "a list for a path",
      ["analyzeCapture", CAPTURE, { topology: [] }],
      "option topology is a list; expected a string",
    ],
    [
      "a text for a flag",
      ["analyzeCapture", CAPTURE, { hash: "yes" }],
      'option hash is "yes"; expected true or false',
    ],
    [
      "no function",
      ["analyzeCapture", CAPTURE, { onProgress: 1 }],
      "option onProgress is the number 1; expected a function",
    ],
    [
      "an unknown option",
      ["analyzeCapture", CAPTURE, { vip: [] }],
      "option vip is unknown; expected one of vips, directors, ",
    ],
    ["options that are none", ["analyzeCapture", CAPTURE, "x"], 'options is "x"; expected an object'],
    ["options that are null", ["analyzeCapture", CAPTURE, null], "options is null; expected an object"],
    [
      "bytes for a path",
      ["analyzeCapture", BYTES],
      "captures is an object of class Buffer; expected a path or a list of paths",
    ],
    ["nothing for a path", ["analyzeCapture"], "captures is undefined; expected a path"],
    ["a number among paths", ["analyzeCapture", [CAPTURE, 5]], "captures is a list; expected a path"],
    ["a path for a stream", ["watchCapture", CAPTURE], 'stream is "/'],
    ["an unknown option", ["watchCapture", stream(), { onevent: () => {} }], "option onevent is unknown"],
    [
      "sinks that are none",
      ["watchCapture", stream(), { sinks: [{}] }],
      "option sinks is a list; expected a list, each item an object with deliver(), close()",
    ],
    ["bytes for a path", ["verifyCapture", BYTES], "capture is an object of class Buffer; expected a string"],
    [
      "an unknown option",
      ["verifyCapture", CAPTURE, { pdml: "x" }],
      "option pdml is unknown; expected one of onProgress",
    ],
    ["a path for captures", ["writeEvidence", EVIDENCE, CAPTURE, REPORT], 'captures is "/'],
    [
      "no report",
      ["writeEvidence", EVIDENCE, [CAPTURE]],
      "report is undefined; expected a report of analyzeCapture",
    ],
    [
      "wrong options of the analysis",
      ["writeEvidence", EVIDENCE, [CAPTURE], REPORT, { analysis: { vip: [] } }],
      "option vip is unknown",
    ],
  ])("%s", async (_, args, message) => {
    const error: unknown = await call(...args).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LvsPcapError);
    expect(error).toMatchObject({
      code: "bad-usage",
      message: expect.stringContaining(`${args[0]}: ${message}`),
    });
  });

  it("an option that is undefined is absent", async () => {
    expect(await call("analyzeCapture", CAPTURE, { vips: undefined, hash: undefined })).toMatchObject({
      verdict: "poisoned",
    });
  });
});
