import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  GATEWAY,
  REAL_SERVER_1,
  REAL_SERVER_2,
  request,
  SOUND,
  startRequests,
  topology,
  VIP,
} from "../cluster.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { ExpectedFinding } from "../model.ts";
import type { Host } from "../network.ts";

const LEAK: ExpectedFinding = {
  kind: "vip-source-in-request",
  ip: VIP,
  claimant: REAL_SERVER_2.mac,
  stage: "used",
  severity: "critical",
  victims: [GATEWAY.mac],
  note: "who-has 192.168.1.1 tell 192.168.1.2 from the new real server overrides the director's entry at once",
};

/** The second real server is left as the kernel comes: it asks in the VIP's name and answers for it as well. */
async function clusterWithNewcomer(lab: Lab): Promise<{ client: Host; director: Host; newcomer: Host }> {
  lab.note(
    "real-server-2 is plugged in late: had it heard the gateway's first who-has VIP it would have learnt the gateway " +
      "from it and never had to ask (Problem 1 instead of Problem 3)",
  );
  const { client } = await addGatewayAndClient(lab);
  const director = await addDirector(lab);
  await addRealServer(lab, REAL_SERVER_1, SOUND);
  const newcomer = await addRealServer(lab, REAL_SERVER_2, { ignore: 0, announce: 0, plugIn: false });
  await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
  await request(lab, client, { count: 3, firstPort: 40000 });
  await lab.mark("sound so far: three requests through the director to real-server-1");
  await lab.plugIn(newcomer);
  await balance(lab, director, { [VIP]: [REAL_SERVER_1, REAL_SERVER_2] });
  await request(lab, client, { count: 1, firstPort: 40003 });
  await lab.mark("after the first request the director gave to real-server-2: the VIP has leaked");
  return { client, director, newcomer };
}

export const problem3Answering: Scenario = {
  name: "problem-3-answering",
  title:
    "A new real server leaks the VIP in a request and then answers the gateway's probes for it: nothing heals.",
  topology: topology([REAL_SERVER_1, REAL_SERVER_2]),
  expected: {
    exitStatus: 1,
    findings: [
      LEAK,
      {
        kind: "vip-reply",
        ip: VIP,
        claimant: REAL_SERVER_2.mac,
        stage: "used",
        severity: "critical",
        victims: [GATEWAY.mac],
        note: "it answers the gateway's unicast probe, which turns the wrong entry from PROBE to REACHABLE",
      },
    ],
    benign: [],
  },
  async run(lab) {
    const { client } = await clusterWithNewcomer(lab);
    await request(lab, client, { count: 13, interval: 0.7, firstPort: 40004 });
    await lab.lastMark("after nine seconds: the wrong entry was probed and confirmed");
  },
};

export const poisoningCuredByResolution: Scenario = {
  name: "poisoning-cured-by-resolution",
  title:
    "The leaking real server is unplugged; the gateway's wrong entry outlives it until the gateway resolves afresh.",
  topology: topology([REAL_SERVER_1, REAL_SERVER_2]),
  expected: {
    exitStatus: 1,
    findings: [
      { ...LEAK, note: `${LEAK.note}; after it was unplugged the VIP is away until the entry fails` },
    ],
    benign: ["cache-restored"],
  },
  async run(lab) {
    const { client, director, newcomer } = await clusterWithNewcomer(lab);
    await request(lab, client, { count: 4, firstPort: 40004 });
    await lab.mark("after four bypassing requests");
    await lab.unplug(newcomer);
    await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
    const answers = startRequests(lab, client, { count: 16, interval: 0.7, firstPort: 40008 });
    await lab.pause(1.5);
    await lab.mark("real-server-2 is gone, the gateway still sends to it");
    await answers();
    await lab.lastMark(
      "after three unanswered unicast probes and a broadcast: the director's answer was taken",
    );
  },
};
