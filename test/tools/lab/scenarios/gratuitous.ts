import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  GATEWAY,
  REAL_SERVER_1,
  request,
  SOUND,
  topology,
  VIP,
} from "../cluster.ts";
import type { Scenario } from "../lab.ts";

function announcing(flag: "-U" | "-A", name: string, title: string, note: string): Scenario {
  return {
    name,
    title,
    needs: ["arping"],
    topology: topology([REAL_SERVER_1]),
    expected: {
      exitStatus: 1,
      findings: [
        {
          kind: "vip-gratuitous",
          ip: VIP,
          claimant: REAL_SERVER_1.mac,
          stage: "used",
          severity: "critical",
          victims: [GATEWAY.mac],
          note,
        },
      ],
      benign: [],
    },
    async run(lab) {
      const { client } = await addGatewayAndClient(lab);
      const director = await addDirector(lab);
      const server = await addRealServer(lab, REAL_SERVER_1, SOUND);
      await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
      await request(lab, client, { count: 3, firstPort: 40000 });
      await lab.mark("sound so far");
      await lab.do(server, "arping", flag, "-c", "2", "-I", "eth0", VIP);
      await lab.mark("after the real server's announcements");
      await request(lab, client, { count: 4, firstPort: 40003 });
      await lab.lastMark("after four requests that went past the director");
    },
  };
}

export const gratuitousFromRealServer = announcing(
  "-U",
  "gratuitous-from-real-server",
  "A real server whose sysctls are right announces the VIP by gratuitous requests (arping -U), as an init script might.",
  "sender and target are the VIP: is_garp overrides the gateway's entry whatever its age",
);

export const gratuitousReplyFromRealServer = announcing(
  "-A",
  "gratuitous-reply-from-real-server",
  "The same with gratuitous replies (arping -A).",
  "a broadcast reply with THA = SHA is gratuitous to Linux and overrides the gateway's entry",
);
