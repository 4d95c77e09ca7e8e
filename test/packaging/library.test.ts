// @module-tag slow
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { builtLvsPcap, reportIn } from "../support/cli.ts";
import { DIRECTOR, GATEWAY, REAL_SERVER, VIP } from "../support/frames.ts";
import { PROBLEM_3, ROLES } from "../support/incidents.ts";
import { writePcap } from "../support/pcap.ts";
import { validReport } from "../support/schema.ts";
import { scratchFile, scratchPath } from "../support/scratch.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const CAPTURE = scratchFile("problem-3.pcap", writePcap(PROBLEM_3.frames));

/** What a program prints that has the package installed: it knows it by its name alone. */
function runProgram(program: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--input-type=module", "--eval", program, "--", ...args],
    { cwd: ROOT, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

describe("a program that imports the package by its name", () => {
  it("gets the object that the command prints as JSON", () => {
    const program = `
      import { analyzeCapture } from "lvs-pcap";
      const [capture, roles] = process.argv.slice(1);
      process.stdout.write(JSON.stringify(await analyzeCapture(capture, JSON.parse(roles))));`;
    const report = validReport(JSON.parse(runProgram(program, CAPTURE, JSON.stringify(ROLES))));
    const flags = [
      "--vip",
      VIP,
      "--director",
      DIRECTOR.ip,
      "--real-server",
      REAL_SERVER.ip,
      "--gateway",
      GATEWAY.ip,
    ];
    expect(report).toEqual(reportIn(builtLvsPcap(["analyze", CAPTURE, ...flags, "--format", "json"])));
  });

  it("can tell what went wrong by the error's class and code", () => {
    const program = `
      import { analyzeCapture, LvsPcapError } from "lvs-pcap";
      for (const call of [
        () => analyzeCapture("no/such.pcap"),
        () => analyzeCapture([]),
        () => analyzeCapture("package.json"),
        () => analyzeCapture("no/such.pcap", { vips: ["x"] }),
        () => analyzeCapture(process.argv[1], { topology: "package.json" }),
      ]) {
        const error = await call().catch((thrown) => thrown);
        console.log(error instanceof LvsPcapError && error instanceof Error, error.code);
      }`;
    expect(runProgram(program, CAPTURE)).toBe(
      [
        "true unreadable-file",
        "true bad-usage",
        "true not-a-capture",
        "true bad-usage",
        "true bad-topology",
        "",
      ].join("\n"),
    );
  });

  it("is told of the progress", () => {
    const program = `
      import { analyzeCapture } from "lvs-pcap";
      let calls = 0;
      await analyzeCapture(process.argv[1], { onProgress: ({ file, sizeBytes }) => { calls += file === process.argv[1] && sizeBytes > 0; } });
      console.log(calls > 0);`;
    const large = scratchFile("two-chunks.pcap", Buffer.concat([writePcap([]), Buffer.alloc(16 * 131_072)]));
    expect(runProgram(program, large)).toBe("true\n");
  });

  it("finds the schema beside the library", () => {
    const program = `
      import { createRequire } from "node:module";
      console.log(createRequire(import.meta.url).resolve("lvs-pcap/report.schema.json"));`;
    expect(runProgram(program).trim()).toBe(join(ROOT, "dist", "reports", "report.schema.json"));
  });

  it("cannot reach what is not offered", () => {
    const program = `await import("lvs-pcap/dist/analyze.js").catch((error) => console.log(error.code));`;
    expect(runProgram(program)).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED\n");
  });
});

describe("a TypeScript program that imports the package by its name", () => {
  it("compiles in strict mode by the types that are shipped", () => {
    mkdirSync(scratchPath("consumer/node_modules"), { recursive: true });
    symlinkSync(ROOT, scratchPath("consumer/node_modules/lvs-pcap"));
    symlinkSync(join(ROOT, "node_modules/@types"), scratchPath("consumer/node_modules/@types"));
    scratchFile("consumer/package.json", '{ "type": "module" }');
    scratchFile(
      "consumer/tsconfig.json",
      JSON.stringify({
        compilerOptions: {
          strict: true,
          exactOptionalPropertyTypes: true,
          target: "es2022",
          module: "nodenext",
          noEmit: true,
          types: ["node"],
        },
        include: ["*.ts"],
      }),
    );
    scratchFile(
      "consumer/program.ts",
      `import { analyzeCapture, LvsPcapError, type ErrorCode, type Report, type ReportedFinding } from "lvs-pcap";
       export async function worst(file: string): Promise<ReportedFinding | undefined> {
         const report: Report = await analyzeCapture(file, { vips: ["192.168.1.2"], hash: true });
         return report.findings.find(({ severity }) => severity === "critical");
       }
       export function codeOf(error: unknown): ErrorCode | null {
         return error instanceof LvsPcapError ? error.code : null;
       }`,
    );
    const { stdout, status } = spawnSync(join(ROOT, "node_modules", ".bin", "tsc"), ["-p", "."], {
      cwd: scratchPath("consumer"),
      encoding: "utf8",
    });
    expect([stdout, status]).toEqual(["", 0]);
  });
});
