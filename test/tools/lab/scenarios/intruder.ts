import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  DIRECTOR,
  GATEWAY,
  INTRUDER,
  ownAddress,
  REAL_SERVER_1,
  REAL_SERVER_2,
  request,
  SOUND,
  topology,
  VIP,
} from "../cluster.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { ExpectedFinding } from "../model.ts";
import type { Host, HostDefinition } from "../network.ts";

interface Attack {
  readonly name: string;
  readonly title: string;
  readonly kind: string;
  readonly victim: HostDefinition;
  readonly claimed: string;
  readonly note: string;
  /** How the intruder passes on what it is sent; without it the service would stop and the attack would show. */
  readonly passOn: (lab: Lab, intruder: Host) => Promise<void>;
}

async function routing(lab: Lab, intruder: Host): Promise<void> {
  const settings = [
    "net.ipv4.ip_forward=1",
    "net.ipv4.conf.all.send_redirects=0",
    "net.ipv4.conf.eth0.send_redirects=0",
  ];
  await lab.do(intruder, "sysctl", "-qw", ...settings);
}

function attack({ name, title, kind, victim, claimed, note, passOn }: Attack): Scenario {
  const finding: ExpectedFinding = {
    kind,
    ip: claimed,
    claimant: INTRUDER.mac,
    stage: "used",
    severity: "critical",
    victims: [victim.mac],
    note,
  };
  return {
    name,
    title,
    needs: ["arpspoof"],
    topology: topology([REAL_SERVER_1, REAL_SERVER_2]),
    expected: { exitStatus: 1, findings: [finding], benign: ["cache-restored"] },
    async run(lab) {
      const { client } = await addGatewayAndClient(lab);
      const director = await addDirector(lab);
      await addRealServer(lab, REAL_SERVER_1, SOUND);
      await addRealServer(lab, REAL_SERVER_2, SOUND);
      const intruder = await lab.addHost(INTRUDER);
      await balance(lab, director, { [VIP]: [REAL_SERVER_1, REAL_SERVER_2] });
      await passOn(lab, intruder);
      await request(lab, client, { count: 4, firstPort: 40000 });
      await lab.mark("sound so far");
      await lab.pause(1);
      const spoofer = lab.start(intruder, "arpspoof", "-i", "eth0", "-t", ownAddress(victim), claimed);
      await lab.pause(2.5);
      await lab.mark("after arpspoof's first replies");
      await request(lab, client, { count: 6, firstPort: 40004 });
      await lab.mark("after six requests");
      lab.note(`${INTRUDER.name}# kill -INT arpspoof, which sends its restoring replies`);
      await spoofer.stop("SIGINT");
      await lab.mark("after the restoring replies");
      await request(lab, client, { count: 4, firstPort: 40010 });
      await lab.lastMark("after four requests that went their right way");
    },
  };
}

export const arpspoofVip = attack({
  name: "intruder-arpspoof-vip",
  title:
    "An intruder tells the gateway, by unsolicited unicast replies, that the VIP is his, and reads every request.",
  kind: "address-impersonation",
  victim: GATEWAY,
  claimed: VIP,
  note: "unsolicited replies every 2 s: not an answer to who-has VIP; the intruder routes the requests on to the director",
  passOn: routing,
});

export const arpspoofGateway = attack({
  name: "intruder-arpspoof-gateway",
  title:
    "An intruder tells one real server that the gateway's address is his, and reads its answers to the clients.",
  kind: "gateway-impersonation",
  victim: REAL_SERVER_1,
  claimed: ownAddress(GATEWAY),
  note: "the real server's answers go to the intruder, who routes them on to the gateway",
  passOn: routing,
});

export const arpspoofRealServer = attack({
  name: "intruder-arpspoof-real-server",
  title:
    "An intruder tells the director that a real server's address is his, and gets the requests meant for it.",
  kind: "address-impersonation",
  victim: DIRECTOR,
  claimed: ownAddress(REAL_SERVER_1),
  note: "the director's half of the traffic for this server goes to the intruder's MAC, who hands it on to the server",
  passOn: (lab, intruder) => balance(lab, intruder, { [VIP]: [REAL_SERVER_1] }),
});
