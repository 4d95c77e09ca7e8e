import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  DIRECTOR,
  ownAddress,
  REAL_SERVER_1,
  request,
  SOUND,
  serve,
  setArp,
  topology,
  VIP,
} from "../cluster.ts";
import type { Scenario } from "../lab.ts";

export const directorNeverAnswers: Scenario = {
  name: "director-never-answers",
  title: "Golden rule 1: the VIP is on the director's lo with arp_ignore=1, and nobody answers who-has VIP.",
  topology: topology([REAL_SERVER_1]),
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-unanswered",
        ip: VIP,
        claimant: DIRECTOR.mac,
        stage: "claimed",
        severity: "warning",
        victims: [],
        note: "no frame claims the VIP at all; the claimant named is the director that ought to",
      },
    ],
    benign: [],
  },
  async run(lab) {
    const { client } = await addGatewayAndClient(lab);
    const director = await addDirector(lab, [VIP], "lo");
    await setArp(lab, director, 1, 0);
    const server = await addRealServer(lab, REAL_SERVER_1, SOUND);
    await serve(lab, server, ownAddress(REAL_SERVER_1));
    await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
    lab.note("the director checks its real server's health at its own address, so both are seen alive");
    await request(lab, director, {
      count: 2,
      from: ownAddress(DIRECTOR),
      to: ownAddress(REAL_SERVER_1),
      firstPort: 39000,
    });
    await lab.mark("after two health checks");
    await request(lab, client, { count: 5, interval: 1.4, firstPort: 40000 });
    await lab.pause(1.5);
    await lab.lastMark("after five requests of the client and the gateway's unanswered broadcasts");
  },
};
