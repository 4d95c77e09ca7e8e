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
  SOUND,
  VIP,
} from "../cluster.ts";
import type { Scenario } from "../lab.ts";

const SECOND_VIP = "192.168.1.3";

export const twoVipsOneLeaks: Scenario = {
  name: "two-vips-one-leaks",
  title:
    "Two virtual services with a real server each; the second's leaks its VIP, the first is sound throughout.",
  precision: "nano",
  topology: {
    gateways: ["192.168.1.1"],
    vips: [
      { ip: VIP, directors: [ownAddress(DIRECTOR)], realServers: [ownAddress(REAL_SERVER_1)] },
      { ip: SECOND_VIP, directors: [ownAddress(DIRECTOR)], realServers: [ownAddress(REAL_SERVER_2)] },
    ],
  },
  expected: {
    exitStatus: 1,
    findings: [
      {
        kind: "vip-source-in-request",
        ip: SECOND_VIP,
        claimant: REAL_SERVER_2.mac,
        stage: "used",
        severity: "critical",
        victims: [GATEWAY.mac],
        note: "192.168.1.2 stays with the director",
      },
    ],
    benign: [],
  },
  async run(lab) {
    const { client } = await addGatewayAndClient(lab);
    const director = await addDirector(lab, [VIP, SECOND_VIP]);
    await addRealServer(lab, REAL_SERVER_1, SOUND);
    await addRealServer(lab, REAL_SERVER_2, { ignore: 1, announce: 0, vips: [SECOND_VIP] });
    await balance(lab, director, { [VIP]: [REAL_SERVER_1], [SECOND_VIP]: [REAL_SERVER_2] });
    await request(lab, client, { count: 2, firstPort: 40000 });
    await lab.mark("after two requests to the first VIP");
    await request(lab, client, { count: 1, to: SECOND_VIP, firstPort: 43000 });
    await lab.mark("after the first request to the second VIP, which leaked");
    await request(lab, client, { count: 3, firstPort: 40002 });
    await request(lab, client, { count: 3, to: SECOND_VIP, firstPort: 43001 });
    await lab.lastMark("after three more requests to each");
  },
};
