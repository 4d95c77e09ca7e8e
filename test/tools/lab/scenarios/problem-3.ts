import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  GATEWAY,
  REAL_SERVER_1,
  request,
  startRequests,
  topology,
  VIP,
} from "../cluster.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { ExpectedFinding } from "../model.ts";
import type { Host } from "../network.ts";

/** Silent about the VIP when asked, but asks in its name. */
const LEAKS = { ignore: 1, announce: 0 } as const;

const LEAK: ExpectedFinding = {
  kind: "vip-source-in-request",
  ip: VIP,
  claimant: REAL_SERVER_1.mac,
  stage: "used",
  severity: "critical",
  victims: [GATEWAY.mac],
  note: "who-has 192.168.1.1 tell 192.168.1.2: the gateway, being asked, learns the sender (neigh_event_ns overrides at once)",
};

async function leakingCluster(lab: Lab, announce: 0 | 1 = 0): Promise<{ client: Host; director: Host }> {
  const { client } = await addGatewayAndClient(lab);
  const director = await addDirector(lab);
  await addRealServer(lab, REAL_SERVER_1, { ...LEAKS, announce });
  await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
  await lab.mark("nothing was sent yet");
  await request(lab, client, { count: 1, firstPort: 40000 });
  await lab.mark(
    "after the first request, which the director forwarded and the real server answered: the VIP has leaked",
  );
  return { client, director };
}

export const problem3: Scenario = {
  name: "problem-3",
  title:
    "The real server asks who-has gateway tell VIP; from then on the gateway sends the VIP's traffic straight to it.",
  precision: "nano",
  topology: topology([REAL_SERVER_1]),
  expected: { exitStatus: 1, findings: [LEAK], benign: [] },
  async run(lab) {
    const { client } = await leakingCluster(lab);
    await request(lab, client, { count: 6, firstPort: 40001 });
    await lab.lastMark("after six more requests, none of which saw the director");
  },
};

export const arpAnnounce1: Scenario = {
  name: "arp-announce-1",
  title:
    "arp_announce=1 does not help: with VIP and gateway in one subnet the real server still asks in the VIP's name.",
  topology: topology([REAL_SERVER_1]),
  expected: {
    exitStatus: 1,
    findings: [
      {
        ...LEAK,
        note: "arp_solicit, mode 1: inet_addr_onlink(gateway, VIP) holds in the /24 of eth0, so the VIP is kept",
      },
    ],
    benign: [],
  },
  async run(lab) {
    const { client } = await leakingCluster(lab, 1);
    await request(lab, client, { count: 4, firstPort: 40001 });
    await lab.lastMark("after four more requests, none of which saw the director");
  },
};

export const problem3Cured: Scenario = {
  name: "problem-3-cured",
  title: "After the leak of Problem 3 the director announces the VIP, and the traffic goes through it again.",
  needs: ["arping"],
  topology: topology([REAL_SERVER_1]),
  expected: { exitStatus: 1, findings: [LEAK], benign: ["cache-restored"] },
  async run(lab) {
    const { client, director } = await leakingCluster(lab);
    await request(lab, client, { count: 3, firstPort: 40001 });
    await lab.mark("after three bypassing requests");
    await lab.do(director, "arping", "-U", "-c", "1", "-I", "eth0", VIP);
    await lab.mark("after the director's gratuitous request");
    await request(lab, client, { count: 4, firstPort: 40004 });
    await lab.lastMark("after four requests through the director");
  },
};

export const problem3SelfHeals: Scenario = {
  name: "problem-3-self-heals",
  title:
    "One leak, then steady UDP: the gateway's entry goes unconfirmed, is probed, fails and is resolved afresh.",
  topology: topology([REAL_SERVER_1]),
  expected: {
    exitStatus: 1,
    findings: [
      { ...LEAK, note: `${LEAK.note}; three unicast who-has VIP to the real server's MAC go unanswered` },
    ],
    benign: ["cache-restored"],
  },
  async run(lab) {
    const { client } = await leakingCluster(lab);
    const answers = startRequests(lab, client, { count: 17, interval: 0.7, firstPort: 40001 });
    await lab.pause(3);
    await lab.mark("steady traffic, entry in DELAY");
    await answers();
    await lab.lastMark(
      "after the three unicast probes, the broadcast and the director's answer: healed without help",
    );
  },
};
