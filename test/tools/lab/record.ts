import { join } from "node:path";
import { parseArgs } from "node:util";
import { labUnavailable } from "./available.ts";
import { recordScenario } from "./lab.ts";
import { dissectLinkCaptures, recordLinkCaptures } from "./link-captures.ts";
import { destroyNetworks } from "./network.ts";
import { SCENARIOS } from "./scenarios/index.ts";

const CAPTURES = join(import.meta.dirname, "..", "..", "..", "captures");

const USAGE = "usage: record.ts [name...] [--out DIR] [--list] [--links]";

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function parse() {
  try {
    const options = {
      out: { type: "string", default: CAPTURES },
      list: { type: "boolean", default: false },
      links: { type: "boolean", default: false },
    } as const;
    return parseArgs({ options, allowPositionals: true });
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}; ${USAGE}`);
  }
}

/** Inside hosts, with the link types that tcpdump writes there; and what Wireshark says of each frame. */
async function recordLinks(directory: string): Promise<void> {
  const missing = labUnavailable(["tshark"]);
  if (missing !== null) fail(missing);
  for (const file of await recordLinkCaptures(directory)) console.log(`${file}: recorded`);
  await dissectLinkCaptures(directory);
}

async function main(): Promise<void> {
  const { values, positionals } = parse();
  if (values.list) {
    for (const scenario of SCENARIOS) console.log(`${scenario.name.padEnd(36)}${scenario.title}`);
    return;
  }
  if (values.links) {
    await recordLinks(join(values.out, "links"));
    return;
  }
  const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  if (unknown.length > 0) fail(`no such scenario: ${unknown.join(", ")} (--list names them)`);
  const chosen = SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const missing = labUnavailable(chosen.flatMap((scenario) => scenario.needs ?? []));
  if (missing !== null) fail(missing);
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      destroyNetworks();
      process.exit(130);
    });
  }
  let failures = 0;
  for (const scenario of chosen) {
    const begun = Date.now();
    try {
      await recordScenario(scenario, join(values.out, scenario.name));
      console.log(`${scenario.name}: recorded in ${((Date.now() - begun) / 1000).toFixed(1)} s`);
    } catch (error) {
      failures += 1;
      console.error(`${scenario.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  if (failures > 0) process.exitCode = 1;
}

await main();
