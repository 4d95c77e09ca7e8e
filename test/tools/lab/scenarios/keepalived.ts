import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  addGatewayAndClient,
  addRealServer,
  balance,
  DIRECTOR,
  GATEWAY,
  REAL_SERVER_1,
  REAL_SERVER_2,
  request,
  SECOND_DIRECTOR,
  SOUND,
  startRequests,
  topology,
  VIP,
} from "../cluster.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { Host } from "../network.ts";
import type { Program } from "../process.ts";

const DIRECTORS = [DIRECTOR, SECOND_DIRECTOR];
const SERVERS = [REAL_SERVER_1, REAL_SERVER_2];

/** VRRP only (-P): no checkers, no ip_vs. No vMAC: the VIP moves to another MAC with the master. */
function startKeepalived(lab: Lab, director: Host, priority: number): Program {
  const file = join(lab.network.scratch, `${director.name}.conf`);
  const text = `global_defs {
    router_id ${director.name}
  }
  vrrp_instance lvs {
    state BACKUP
    interface eth0
    virtual_router_id 51
    priority ${priority}
    advert_int 1
    virtual_ipaddress {
      ${VIP}/32 dev eth0
    }
  }
`;
  writeFileSync(file, text);
  lab.note(`${director.name}.conf: ${text.replace(/\s+/g, " ").trim()}`);
  const pids = [
    "-p",
    join(lab.network.scratch, `${director.name}.pid`),
    "-r",
    join(lab.network.scratch, `${director.name}-vrrp.pid`),
  ];
  return lab.start(director, "keepalived", "-n", "-l", "-P", "-f", file, ...pids);
}

interface Pair {
  readonly client: Host;
  readonly first: Host;
  readonly second: Host;
  readonly firstDaemon: Program;
  readonly secondDaemon: Program;
}

async function pairOfDirectors(lab: Lab, leaking: boolean): Promise<Pair> {
  const { client } = await addGatewayAndClient(lab);
  const first = await lab.addHost(DIRECTOR);
  const second = await lab.addHost(SECOND_DIRECTOR);
  await addRealServer(lab, REAL_SERVER_1, SOUND);
  await addRealServer(lab, REAL_SERVER_2, leaking ? { ignore: 1, announce: 0 } : SOUND);
  await balance(lab, first, { [VIP]: leaking ? [REAL_SERVER_1] : SERVERS });
  await balance(lab, second, { [VIP]: SERVERS });
  const firstDaemon = startKeepalived(lab, first, 150);
  const secondDaemon = startKeepalived(lab, second, 100);
  lab.alsoHolds(first, VIP);
  lab.alsoHolds(second, VIP);
  return { client, first, second, firstDaemon, secondDaemon };
}

async function soundStart(lab: Lab, { client, firstDaemon }: Pair): Promise<void> {
  await firstDaemon.printed("Entering MASTER STATE");
  await lab.pause(0.5);
  await request(lab, client, { count: 4, firstPort: 40000 });
  await lab.mark("director is master, four requests went through it");
}

export const keepalivedFailover: Scenario = {
  name: "keepalived-failover",
  title:
    "The master of two keepalived directors loses its power; the other takes the VIP over with gratuitous requests.",
  needs: ["keepalived"],
  topology: topology(SERVERS, DIRECTORS),
  expected: { exitStatus: 0, findings: [], benign: ["vrrp-failover"] },
  async run(lab) {
    const pair = await pairOfDirectors(lab, false);
    const { client, first, secondDaemon } = pair;
    await soundStart(lab, pair);
    lab.note("the power failure: the master's link goes down, without a farewell");
    await lab.unplug(first);
    const answers = startRequests(lab, client, { count: 16, interval: 0.4, firstPort: 40004 });
    await secondDaemon.printed("Entering MASTER STATE");
    await answers();
    await lab.mark("director-2 is master, the traffic goes through it");
    await lab.pause(3.5);
    await lab.lastMark("after director-2's second volley of gratuitous requests");
  },
};

export const keepalivedFailoverLeakingRealServer: Scenario = {
  name: "keepalived-failover-leaking-real-server",
  title:
    "A planned failover is sound, but the new master also uses a real server that leaks the VIP a moment later.",
  needs: ["keepalived"],
  topology: topology(SERVERS, DIRECTORS),
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-source-in-request",
        ip: VIP,
        claimant: REAL_SERVER_2.mac,
        stage: "used",
        severity: "critical",
        victims: [GATEWAY.mac],
        note: "keepalived's second volley of gratuitous requests, 5 s after the failover, cures it by accident",
      },
    ],
    benign: ["vrrp-failover", "cache-restored"],
  },
  async run(lab) {
    const pair = await pairOfDirectors(lab, true);
    const { client, firstDaemon, secondDaemon } = pair;
    await soundStart(lab, pair);
    lab.note("director# kill -TERM keepalived: it gives the VIP up and says so with priority 0");
    await firstDaemon.stop("SIGTERM");
    await secondDaemon.printed("Entering MASTER STATE");
    await request(lab, client, { count: 2, firstPort: 40004 });
    await lab.mark(
      "director-2 is master; its first request for real-server-2 made that ask who-has gateway tell VIP",
    );
    await request(lab, client, { count: 4, firstPort: 40006 });
    await lab.mark("after four bypassing requests");
    await lab.pause(3);
    await lab.mark("after director-2's second volley");
    await request(lab, client, { count: 4, firstPort: 40010 });
    await lab.lastMark("after four requests through director-2");
  },
};

export const bothDirectorsMaster: Scenario = {
  name: "both-directors-master",
  title:
    "Split brain: neither director hears the other's advertisements, both are master, and both announce the VIP.",
  needs: ["keepalived"],
  topology: topology(SERVERS, DIRECTORS),
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-split",
        ip: VIP,
        claimant: SECOND_DIRECTOR.mac,
        stage: "used",
        severity: "critical",
        victims: [GATEWAY.mac],
        note: "director (priority 150) never stops advertising; the gateway follows whichever announced last: director-2, director, director-2",
      },
    ],
    benign: [],
  },
  async run(lab) {
    lab.note("keepalived announces the VIP five times on becoming master and five times more 5 s later");
    const { client, first, second, firstDaemon, secondDaemon } = await pairOfDirectors(lab, false);
    await firstDaemon.printed("Entering MASTER STATE");
    const chain = 'type filter hook ingress device "eth0" priority -10; ip protocol 112 drop;';
    for (const director of [first, second])
      await lab.configure(director, "nft", ["-f", "-"], `table netdev deaf { chain vrrp { ${chain} }; };`);
    await request(lab, client, { count: 3, firstPort: 40000 });
    await lab.mark("director is master, three requests went through it");
    await secondDaemon.printed("Entering MASTER STATE");
    await request(lab, client, { count: 2, interval: 0.1, firstPort: 40003 });
    await lab.mark("director-2 is master too and has announced the VIP");
    await lab.pause(0.6);
    await request(lab, client, { count: 2, firstPort: 40005 });
    await lab.mark("after director's second volley");
    await lab.pause(3);
    await request(lab, client, { count: 2, firstPort: 40007 });
    await lab.lastMark("after director-2's second volley: still both");
  },
};
