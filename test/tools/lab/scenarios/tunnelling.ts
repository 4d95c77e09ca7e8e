import {
  addDirector,
  addGatewayAndClient,
  DIRECTOR,
  GATEWAY,
  ownAddress,
  REAL_SERVER_1,
  REAL_SERVER_2,
  request,
  SOUND,
  serve,
  setArp,
  topology,
  VIP,
} from "../cluster.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { Host, HostDefinition } from "../network.ts";

async function addTunnellingServer(lab: Lab, definition: HostDefinition, announce: number): Promise<void> {
  const server = await lab.addHost(definition);
  await setArp(lab, server, 1, announce);
  await lab.start(server, "python3", lab.program("unwrap.py"), "tun0").printed("ready");
  await lab.do(server, "ip", "link", "set", "tun0", "up");
  await lab.addAddress(server, `${VIP}/32`, "tun0");
  await serve(lab, server, VIP);
}

async function tunnel(lab: Lab, director: Host, servers: readonly HostDefinition[]): Promise<void> {
  // The tap has its copy by then; the director's own stack must not answer 'port unreachable' to the original.
  const chain = `type filter hook ingress device "eth0" priority 0; ip daddr ${VIP} ether daddr ${director.mac} drop;`;
  await lab.configure(director, "nft", ["-f", "-"], `table netdev lvs { chain tunnel { ${chain} }; };`);
  const addresses = [ownAddress(DIRECTOR), ...servers.map(ownAddress)];
  await lab.start(director, "python3", lab.program("wrap.py"), VIP, ...addresses).printed("ready");
}

async function cluster(lab: Lab, servers: readonly HostDefinition[], announce: number): Promise<Host> {
  const { client } = await addGatewayAndClient(lab);
  const director = await addDirector(lab);
  for (const server of servers) await addTunnellingServer(lab, server, announce);
  await tunnel(lab, director, servers);
  await lab.mark("nothing was sent yet");
  return client;
}

export const tunnellingSound: Scenario = {
  name: "tunnelling-sound",
  title:
    "Tunnelling set up as it should be: the director wraps every request in IPIP, two real servers answer directly.",
  topology: topology([REAL_SERVER_1, REAL_SERVER_2]),
  expected: { exitStatus: 0, findings: [], benign: [] },
  async run(lab) {
    const client = await cluster(lab, [REAL_SERVER_1, REAL_SERVER_2], SOUND.announce);
    await request(lab, client, { count: 6, firstPort: 40000 });
    await lab.lastMark("after six requests through the tunnels");
  },
};

export const tunnellingProblem3: Scenario = {
  name: "tunnelling-problem-3",
  title:
    "Problem 3 with tunnelling: the real server unwraps the first request and asks who-has gateway tell VIP.",
  topology: topology([REAL_SERVER_1]),
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-source-in-request",
        ip: VIP,
        claimant: REAL_SERVER_1.mac,
        stage: "used",
        severity: "critical",
        victims: [GATEWAY.mac],
        note: "the tunnel device does not help: the leak is in how the real server asks, not in where the VIP lives",
      },
    ],
    benign: [],
  },
  async run(lab) {
    const client = await cluster(lab, [REAL_SERVER_1], 0);
    await request(lab, client, { count: 1, firstPort: 40000 });
    await lab.mark("after the first request, which came wrapped: the VIP has leaked");
    await request(lab, client, { count: 5, firstPort: 40001 });
    await lab.lastMark("after five more requests, which came unwrapped, straight from the gateway");
  },
};
