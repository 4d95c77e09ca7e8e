import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  REAL_SERVER_1,
  REAL_SERVER_2,
  request,
  SOUND,
  topology,
  VIP,
} from "../cluster.ts";
import type { Scenario } from "../lab.ts";

export const soundCluster: Scenario = {
  name: "sound-cluster",
  title: "Two real servers set up as they should be: every request for the VIP goes through the director.",
  precision: "nano",
  topology: topology([REAL_SERVER_1, REAL_SERVER_2]),
  expected: { exitStatus: 0, findings: [], benign: [] },
  async run(lab) {
    const { client } = await addGatewayAndClient(lab);
    const director = await addDirector(lab);
    await addRealServer(lab, REAL_SERVER_1, SOUND);
    await addRealServer(lab, REAL_SERVER_2, SOUND);
    await balance(lab, director, { [VIP]: [REAL_SERVER_1, REAL_SERVER_2] });
    await lab.mark("nothing was sent yet");
    await request(lab, client, { count: 4, firstPort: 40000 });
    await lab.mark("after four UDP requests");
    await request(lab, client, { count: 4, protocol: "tcp", firstPort: 41000 });
    await lab.lastMark("after four TCP requests");
  },
};
