import {
  addDirector,
  addGatewayAndClient,
  addRealServer,
  balance,
  GATEWAY,
  ownAddress,
  REAL_SERVER_1,
  request,
  SOUND,
  serve,
  THIRD_HOST,
  topology,
  VIP,
} from "../cluster.ts";
import type { Lab, Scenario } from "../lab.ts";
import type { Host, HostDefinition } from "../network.ts";

const THIRD_ADDRESS = ownAddress(THIRD_HOST);

async function soundCluster(lab: Lab): Promise<{ client: Host; gateway: Host }> {
  const { client, gateway } = await addGatewayAndClient(lab);
  const director = await addDirector(lab);
  await addRealServer(lab, REAL_SERVER_1, SOUND);
  await balance(lab, director, { [VIP]: [REAL_SERVER_1] });
  await request(lab, client, { count: 2, firstPort: 40000 });
  await lab.mark("a sound cluster after two requests");
  return { client, gateway };
}

const ROUTER = {
  name: "router",
  mac: "02:00:00:00:00:30",
  addresses: ["192.168.1.30/24"],
  role: "host",
  defaultRoute: "192.168.1.1",
} as const satisfies HostDefinition;

const INNER = [
  { device: "eth1", routerMac: "02:00:00:00:01:30", mac: "02:00:00:00:01:01", address: "192.168.1.130" },
  { device: "eth2", routerMac: "02:00:00:00:02:30", mac: "02:00:00:00:02:01", address: "192.168.1.131" },
] as const;

export const proxyArp: Scenario = {
  name: "proxy-arp",
  title: "A router with proxy_arp=1 answers for two hosts behind it that have addresses of the same subnet.",
  topology: topology([REAL_SERVER_1]),
  expected: { exitStatus: 0, findings: [], benign: ["proxy-arp"] },
  async run(lab) {
    const { client } = await soundCluster(lab);
    const router = await lab.addHost(ROUTER);
    await lab.do(router, "sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv4.conf.all.proxy_arp=1");
    for (const { device, routerMac, mac, address } of INNER) {
      const name = `inner-on-${device}`;
      const definition = {
        name,
        mac,
        addresses: [`${address}/24`],
        role: "host",
        defaultRoute: "192.168.1.1",
      } as const;
      const host = await lab.addHostBehind(router, device, routerMac, definition);
      await host.plugIn();
      await lab.do(router, "ip", "route", "add", `${address}/32`, "dev", device);
      await serve(lab, host, address);
    }
    await request(lab, client, { count: 3, interval: 1.2, to: "192.168.1.130", firstPort: 44000 });
    await request(lab, client, { count: 3, interval: 1.2, to: "192.168.1.131", firstPort: 45000 });
    await lab.mark("after requests to both hosts behind the router");
    await request(lab, client, { count: 2, firstPort: 40002 });
    await lab.lastMark("after two more requests to the VIP");
  },
};

const REPLACEMENT = {
  ...THIRD_HOST,
  name: "replacement",
  mac: "02:00:00:00:00:51",
  addresses: [],
} as const satisfies HostDefinition;

export const addressMoved: Scenario = {
  name: "address-moved",
  title:
    "A host is replaced: its address comes back on another MAC with a gratuitous request, the old one is gone.",
  needs: ["arping"],
  topology: topology([REAL_SERVER_1]),
  expected: { exitStatus: 0, findings: [], benign: ["address-moved"] },
  async run(lab) {
    const { client } = await soundCluster(lab);
    const old = await lab.addHost(THIRD_HOST);
    await serve(lab, old, THIRD_ADDRESS);
    await request(lab, client, { count: 3, to: THIRD_ADDRESS, firstPort: 44000 });
    await lab.mark("after three requests to the old host");
    await lab.unplug(old);
    const replacement = await lab.addHost(REPLACEMENT, false);
    await lab.pause(1);
    await lab.addAddress(replacement, `${THIRD_ADDRESS}/24`, "eth0");
    await lab.plugIn(replacement);
    await serve(lab, replacement, THIRD_ADDRESS);
    await lab.do(replacement, "arping", "-U", "-c", "2", "-I", "eth0", THIRD_ADDRESS);
    await lab.mark("after the new host's gratuitous requests");
    await request(lab, client, { count: 3, to: THIRD_ADDRESS, firstPort: 44003 });
    await lab.lastMark("after three requests to the new host");
  },
};

export const addressProbes: Scenario = {
  name: "address-probes",
  title:
    "A host probes for its address, takes and announces it as the Red Hat scripts do, and finds the VIP taken.",
  needs: ["arping"],
  topology: topology([REAL_SERVER_1]),
  expected: { exitStatus: 0, findings: [], benign: ["address-probe", "address-announcement"] },
  async run(lab) {
    const { client } = await soundCluster(lab);
    const host = await lab.addHost({ ...THIRD_HOST, addresses: [] }, false);
    await host.run("ip", ["link", "set", "eth0", "up"]);
    lab.note(`${host.name}# ip link set eth0 up`);
    await lab.do(host, "arping", "-D", "-c", "2", "-w", "3", "-I", "eth0", THIRD_ADDRESS);
    await lab.mark("after two probes nobody answered");
    await lab.addAddress(host, `${THIRD_ADDRESS}/24`, "eth0");
    await host.plugIn();
    await lab.do(host, "arping", "-A", "-c", "1", "-I", "eth0", THIRD_ADDRESS);
    await lab.pause(2);
    await lab.do(host, "arping", "-U", "-c", "1", "-I", "eth0", THIRD_ADDRESS);
    await lab.mark("after both announcements: no table took notice");
    lab.note(`${host.name}# arping -D -c 2 -I eth0 ${VIP} (exit status 1: taken, the director answered)`);
    await host.run("sh", ["-c", `arping -D -c 2 -I eth0 ${VIP} || test $? = 1`]);
    await request(lab, host, { count: 2, from: THIRD_ADDRESS, firstPort: 42000 });
    await request(lab, client, { count: 2, firstPort: 40002 });
    await lab.lastMark("after a probe for the VIP and requests to it");
  },
};

export const scan: Scenario = {
  name: "scan",
  title: "An inventory job asks for every address of the subnet with arp-scan.",
  needs: ["arp-scan"],
  topology: topology([REAL_SERVER_1]),
  expected: {
    exitStatus: 0,
    findings: [
      {
        kind: "arp-scan",
        ip: THIRD_ADDRESS,
        claimant: THIRD_HOST.mac,
        stage: "claimed",
        severity: "notice",
        victims: [],
        note: "every host asked learns the scanner's own address, rightly; nothing is claimed for anybody else",
      },
    ],
    benign: [],
  },
  async run(lab) {
    const { client } = await soundCluster(lab);
    const host = await lab.addHost(THIRD_HOST);
    const found = await lab.do(host, "arp-scan", "-q", "-x", "-N", "-I", "eth0", "192.168.1.0/24");
    lab.note(`arp-scan found: ${found.trim().split("\n").join(", ").replaceAll("\t", " at ")}`);
    await lab.mark(`after the scan: every host, ${GATEWAY.name} included, knows the scanner`);
    await request(lab, client, { count: 2, firstPort: 40002 });
    await lab.lastMark("after two more requests to the VIP");
  },
};
