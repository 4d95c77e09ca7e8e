import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { analyzeCapture } from "../../../src/index.ts";
import { cutAtTime } from "../../support/pcap.ts";
import { labUnavailable } from "./available.ts";
import { heldEntries, modelledEntries } from "./cache-entries.ts";
import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  DIRECTOR,
  GATEWAY,
  REAL_SERVER_1,
  REAL_SERVER_2,
  type RealServerOptions,
  SECOND_DIRECTOR,
  SOUND,
  THIRD_HOST,
  topology,
  VIP,
} from "./cluster.ts";
import { anything, anythingSound, Dice, type Player } from "./happenings.ts";
import { recordScenario, type Scenario } from "./lab.ts";
import type { Mark, RecordingFile } from "./model.ts";
import { destroyNetworks } from "./network.ts";

// npm run lab:random -- [--seed 1] [--count 20] [--sound] --out DIR: clusters in which anything may happen, on real
// kernels; what each kernel's table held at the marks against what the model makes of the capture. With --sound nothing
// happens that should not, so that nobody may be accused, with roles given or without.
const { values } = parseArgs({
  options: {
    seed: { type: "string", default: "1" },
    count: { type: "string", default: "20" },
    out: { type: "string" },
    sound: { type: "boolean", default: false },
  },
});

function randomScenario(seed: number, isSound: boolean): Scenario {
  const dice = new Dice(seed * 2_654_435_761);
  return {
    name: `random-${seed}`,
    title: `What seed ${seed} makes happen.`,
    precision: dice.pick(["micro", "nano"]),
    topology: topology([REAL_SERVER_1, REAL_SERVER_2], isSound ? [DIRECTOR, SECOND_DIRECTOR] : [DIRECTOR]),
    expected: { exitStatus: 0, findings: [], benign: [] },
    async run(lab) {
      const { gateway, client } = await addGatewayAndClient(lab);
      const director = await addDirector(lab);
      const device = isSound ? "lo" : dice.pick(["lo", "eth0:0"]);
      const options = (): RealServerOptions => ({
        ...(isSound ? SOUND : { ignore: dice.pick([0, 1]), announce: dice.pick([0, 1, 2]) }),
        device,
      });
      const first = await addRealServer(lab, REAL_SERVER_1, options());
      const second = await addRealServer(lab, REAL_SERVER_2, options());
      const third = await lab.addHost(THIRD_HOST);
      const spare = await lab.addHost(SECOND_DIRECTOR);
      await balance(lab, director, { [VIP]: dice.pick([[REAL_SERVER_1], [REAL_SERVER_1, REAL_SERVER_2]]) });
      const hosts: readonly [Player, ...Player[]] = [
        { host: gateway, is: GATEWAY, holdsVip: false },
        { host: director, is: DIRECTOR, holdsVip: true },
        { host: first, is: REAL_SERVER_1, holdsVip: true },
        { host: second, is: REAL_SERVER_2, holdsVip: true },
        { host: third, is: THIRD_HOST, holdsVip: false },
        { host: spare, is: SECOND_DIRECTOR, holdsVip: false },
      ];
      let port = 40_000;
      const steps = 6 + dice.roll(8);
      for (let step = 0; step < steps; step++) {
        port += 10;
        await (isSound ? anythingSound : anything)(lab, dice, hosts, client, port);
        await lab.pause(dice.pick([0.05, 0.2, 0.5, 1.1, 1.1, 2.5, 6]));
        if (step % 4 === 3) await lab.mark(`after step ${step + 1}`);
      }
      await lab.lastMark("at the end");
    },
  };
}

/** What is said against anybody, with the roles given and without. */
async function accusations(directory: string): Promise<string[]> {
  const lines: string[] = [];
  for (const topology of [join(directory, "topology.yaml"), undefined]) {
    const { findings } = await analyzeCapture(
      join(directory, "capture.pcap"),
      topology === undefined ? {} : { topology },
    );
    const roles = topology === undefined ? "roles inferred" : "roles given";
    lines.push(...findings.map(({ summary }) => `${roles}: ${summary}`));
  }
  return lines;
}

/** One line for each entry that only one of the two has. */
async function differences(recording: RecordingFile, directory: string): Promise<string[]> {
  const capture = readFileSync(join(directory, "capture.pcap"));
  const lines: string[] = [];
  for (const mark of recording.marks) {
    const cut = join(directory, "cut.pcap");
    writeFileSync(cut, cutAtTime(capture, mark.time));
    const report = await analyzeCapture(cut, { topology: join(directory, "topology.yaml") });
    const modelled = modelledEntries(report, recording.hosts, mark);
    const held = heldEntries(mark);
    const said = (entry: string, by: string) => lines.push(`${mark.label}: only the ${by} has ${entry}`);
    for (const entry of held) if (!modelled.includes(entry)) said(entry, "kernel");
    for (const entry of modelled)
      if (!held.includes(entry) && !hasJustFailed(mark, entry)) said(entry, "model");
  }
  return lines;
}

/** Between the last probe and the second after which the kernel gives up no frame need pass: nothing shows it yet. */
function hasJustFailed(mark: Mark, entry: string): boolean {
  return Object.entries(mark.neighbours).some(([name, entries]) =>
    entries.some(({ dst, lladdr }) => lladdr === undefined && entry.startsWith(`${name}: ${dst} at `)),
  );
}

const missing = labUnavailable(["arping"]);
if (missing !== null || values.out === undefined) {
  console.error(missing ?? "usage: random.ts [--seed 1] [--count 20] --out DIR");
  process.exit(1);
}
process.once("SIGINT", () => {
  destroyNetworks();
  process.exit(130);
});
let entries = 0;
for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.count); seed++) {
  const directory = join(values.out, `random-${seed}`);
  await recordScenario(randomScenario(seed, values.sound), directory);
  const recording: RecordingFile = JSON.parse(readFileSync(join(directory, "recording.json"), "utf8"));
  const found = await differences(recording, directory);
  if (values.sound) found.push(...(await accusations(directory)));
  for (const mark of recording.marks) entries += heldEntries(mark).length;
  console.log(
    `seed ${seed}: ${found.length === 0 ? "as the kernels have it" : `${found.length} to look at`}`,
  );
  for (const line of found) console.log(`  ${line}`);
}
console.log(`${entries} entries in all`);
