import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  CLIENT_ADDRESS,
  GATEWAY,
  ownAddress,
  REAL_SERVER_1,
  request,
  serve,
  THIRD_HOST,
  topology,
  VIP,
} from "../cluster.ts";
import type { Scenario } from "../lab.ts";

export const thirdHostRequest: Scenario = {
  name: "third-host-request",
  title:
    "The real server asks who-has third host tell VIP; the gateway only overhears it and is poisoned all the same.",
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
        victims: [GATEWAY.mac, THIRD_HOST.mac],
        note: "the third host, being asked, overrides its entry at once; the gateway's is older than locktime and gives way too",
      },
    ],
    benign: [],
  },
  async run(lab) {
    const { client } = await addGatewayAndClient(lab);
    await serve(lab, client, CLIENT_ADDRESS);
    const director = await addDirector(lab);
    const server = await addRealServer(lab, REAL_SERVER_1, { ignore: 1, announce: 0 });
    const third = await lab.addHost(THIRD_HOST);
    await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
    lab.note(
      "the real server first talks to the outside in its own name, so it knows the gateway and need not ask for it",
    );
    await request(lab, server, {
      count: 1,
      from: ownAddress(REAL_SERVER_1),
      to: CLIENT_ADDRESS,
      firstPort: 39000,
    });
    await request(lab, client, { count: 3, firstPort: 40000 });
    await lab.mark("sound so far, although the real server is set up wrongly");
    await lab.pause(1.6);
    await request(lab, third, { count: 1, from: ownAddress(THIRD_HOST), firstPort: 42000 });
    await lab.mark("after the third host's first request and the real server's who-has third host tell VIP");
    await request(lab, client, { count: 3, firstPort: 40003 });
    await request(lab, third, { count: 3, from: ownAddress(THIRD_HOST), firstPort: 42001 });
    await lab.lastMark("after three more requests of each, all past the director");
  },
};
