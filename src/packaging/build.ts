import { execFileSync } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BuildOptions, buildSync } from "esbuild";
import manifest from "../../package.json" with { type: "json" };
import { PROGRAM_FILE } from "../cli/load-program.ts";
import { reportSchema } from "./report-schema.ts";

const ROOT = join(import.meta.dirname, "../..");
const DIST = join(ROOT, "dist");
const COMMAND = join(DIST, "cli");
/** Goes through most of what any analysis goes through. */
const USUAL_RUN = ["analyze", join(ROOT, "captures/problem-3/capture.pcap"), "--fail-on", "never"];

/** What every start needs is in the bundles; the other packages are loaded when it comes to that. */
const AT_EVERY_START = ["commander", "cli-table3"];

const BUNDLED: BuildOptions = {
  absWorkingDir: ROOT,
  bundle: true,
  platform: "node",
  target: "node20",
  external: Object.keys(manifest.dependencies).filter((name) => !AT_EVERY_START.includes(name)),
  logLevel: "warning",
  alias: { "string-width": join(import.meta.dirname, "ascii-width.cts") },
};

buildLibrary();
buildCommand();
writeFileSync(join(DIST, "reports/report.schema.json"), `${JSON.stringify(reportSchema(), null, 2)}\n`);
cpSync(join(ROOT, "src/reports/html/browser"), join(DIST, "browser"), {
  recursive: true,
  filter: (file) => !file.endsWith(".json"),
});
cpSync(join(ROOT, "src/packaging/systemd"), join(DIST, "systemd"), { recursive: true });
recordCodeCache();

function buildLibrary(): void {
  buildSync({
    ...BUNDLED,
    entryPoints: ["src/index.ts"],
    outdir: "dist",
    format: "esm",
    splitting: true,
    // The packages that are bundled are CommonJS.
    banner: {
      js: "import{createRequire as bundleRequire}from'node:module';const require=bundleRequire(import.meta.url);",
    },
  });
}

/** CommonJS, since Node takes several milliseconds more to start an ES module. */
function buildCommand(): void {
  const command: BuildOptions = {
    ...BUNDLED,
    format: "cjs",
    define: { "import.meta.url": "bundleUrl", "import.meta.dirname": "__dirname" },
    alias: {
      ...BUNDLED.alias,
      "node:child_process": join(import.meta.dirname, "late-child-process.cts"),
    },
  };
  buildSync({ ...command, entryPoints: ["src/cli/main.ts"], outfile: join(COMMAND, "main.js") });
  buildSync({
    ...command,
    entryPoints: ["src/cli/program.ts"],
    outfile: join(COMMAND, PROGRAM_FILE),
    supported: { "dynamic-import": false },
    // The package's other files are found from dist itself.
    banner: { js: 'const bundleUrl=require("node:url").pathToFileURL(__dirname+"/../bundle.js").href;' },
  });
  writeFileSync(join(COMMAND, "package.json"), '{"type":"commonjs"}\n');
}

function recordCodeCache(): void {
  const record = join(import.meta.dirname, "record-code-cache.ts");
  execFileSync(process.execPath, ["--import", "tsx", record, ...USUAL_RUN], { stdio: "ignore" });
}
