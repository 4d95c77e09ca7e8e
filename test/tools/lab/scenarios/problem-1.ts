import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  DIRECTOR,
  GATEWAY,
  ownAddress,
  REAL_SERVER_1,
  REAL_SERVER_2,
  request,
  topology,
  VIP,
} from "../cluster.ts";
import type { Scenario } from "../lab.ts";

/** Answers for the VIP, but never asks in its name: Problem 1 alone, without Problem 3. */
const ANSWERS = { ignore: 0, announce: 2 } as const;

// br_flood walks the list of ports, and br_add_if puts a new port at its head: the host attached last hears first.
const ORDER =
  "the bridge floods to the port attached last first, so the order of attaching decides who answers first";

export const problem1: Scenario = {
  name: "problem-1",
  title: "The VIP is an alias eth0:0 on a real server too; it answers who-has VIP before the director does.",
  topology: topology([REAL_SERVER_1]),
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-reply",
        ip: VIP,
        claimant: REAL_SERVER_1.mac,
        stage: "used",
        severity: "critical",
        victims: [GATEWAY.mac],
        note: "both answered; the real server's answer came first and the gateway kept it (locktime 1 s)",
      },
    ],
    benign: [],
  },
  async run(lab) {
    lab.note(ORDER);
    const { client } = await addGatewayAndClient(lab);
    const director = await addDirector(lab);
    await addRealServer(lab, REAL_SERVER_1, { ...ANSWERS, device: "eth0:0" });
    await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
    await lab.mark("nothing was sent yet");
    await request(lab, client, { count: 1, firstPort: 40000 });
    await lab.mark("after the first request: the real server won the race");
    await request(lab, client, { count: 5, firstPort: 40001 });
    await lab.lastMark("after five more requests");
  },
};

export const problem1DirectorWins: Scenario = {
  name: "problem-1-director-wins",
  title:
    "A real server with the VIP on lo answers who-has VIP as well, but the director's answer comes first.",
  topology: topology([REAL_SERVER_1]),
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-reply",
        ip: VIP,
        claimant: REAL_SERVER_1.mac,
        stage: "claimed",
        severity: "warning",
        victims: [],
        note: "latent: the gateway refused the second answer only because it came within locktime (1 s)",
      },
    ],
    benign: [],
  },
  async run(lab) {
    lab.note(ORDER);
    const { client } = await addGatewayAndClient(lab);
    await addRealServer(lab, REAL_SERVER_1, ANSWERS);
    const director = await addDirector(lab);
    await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
    await lab.mark("nothing was sent yet");
    await request(lab, client, { count: 1, firstPort: 40000 });
    await lab.mark("after the first request: the director won the race");
    await request(lab, client, { count: 5, firstPort: 40001 });
    await lab.lastMark("after five more requests, all through the director");
  },
};

export const problem1TwoRealServers: Scenario = {
  name: "problem-1-two-real-servers",
  title:
    "Two real servers answer who-has VIP beside the director; one of the three wins and gets all the traffic.",
  // Nobody here ever shows an address of his own: only MACs tell the director from the server that came last.
  topology: {
    gateways: [ownAddress(GATEWAY)],
    vips: [{ ip: VIP, directors: [DIRECTOR.mac], realServers: [REAL_SERVER_1.mac, REAL_SERVER_2.mac] }],
  },
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-reply",
        ip: VIP,
        claimant: REAL_SERVER_2.mac,
        stage: "used",
        severity: "critical",
        victims: [GATEWAY.mac],
        note: "the first of three answers",
      },
      {
        kind: "vip-reply",
        ip: VIP,
        claimant: REAL_SERVER_1.mac,
        stage: "claimed",
        severity: "warning",
        victims: [],
        note: "answered too, but not first",
      },
    ],
    benign: [],
  },
  async run(lab) {
    lab.note(ORDER);
    const { client } = await addGatewayAndClient(lab);
    await addRealServer(lab, REAL_SERVER_1, ANSWERS);
    const director = await addDirector(lab);
    await addRealServer(lab, REAL_SERVER_2, ANSWERS);
    await balance(lab, director, { [VIP]: [REAL_SERVER_1, REAL_SERVER_2] });
    await lab.mark("nothing was sent yet");
    await request(lab, client, { count: 1, firstPort: 40000 });
    await lab.mark(
      `after the first request: ${REAL_SERVER_2.name} won, then ${DIRECTOR.name}, then ${REAL_SERVER_1.name}`,
    );
    await request(lab, client, { count: 5, firstPort: 40001 });
    await lab.lastMark("after five more requests");
  },
};
