import { describe, expect, it } from "vitest";
import { whatFixtureSays, whatTextSays } from "./read.ts";

const SERVICES = {
  vips: [
    "192.168.1.2, real server 192.168.1.11 by direct-routing, real server 192.168.1.12 by direct-routing, real server 172.16.0.5",
    "192.168.1.3, real server 10.0.9.21 by tunnelling",
    "192.168.1.4",
  ],
  realServers: ["192.168.1.13 by direct-routing"],
  known: [],
};

describe("ipvsadm", () => {
  it.each(["ipvsadm-Sn.txt", "ipvsadm-Ln.txt", "ipvsadm-Ln-tun-info.txt"])(
    "%s: services and real servers; those of a firewall mark serve every VIP, the director itself is none",
    async (name) => {
      expect(await whatFixtureSays(name)).toMatchObject(SERVICES);
    },
  );

  it("-Ln --stats: the same, but not how packets are forwarded", async () => {
    const { vips } = await whatFixtureSays("ipvsadm-Ln-stats.txt");
    expect(vips[1]).toBe("192.168.1.3, real server 10.0.9.21");
  });

  it("-L: names of ports do not matter", async () => {
    expect(await whatFixtureSays("ipvsadm-L.txt")).toMatchObject(SERVICES);
  });

  it("-S: a host's name cannot be resolved here, and says what to run", async () => {
    await expect(whatFixtureSays("ipvsadm-S.txt")).rejects.toThrow(
      /ipvsadm-S\.txt:6: "localhost:https" is no IPv4 address; .*-Sn or -Ln/,
    );
  });

  it("tunnels of other kinds are tunnels, and IPv6 is passed over", async () => {
    const rules = [
      "-A -t 192.168.1.2:80 -s rr",
      "-a -t 192.168.1.2:80 -r 10.0.0.1:80 -i -w 1 --tun-type gue --tun-port 6080 --tun-csum",
      "-a -t 192.168.1.2:80 -r 10.0.0.2:80 -i -w 1 --tun-type gre",
      "-A -t [fd00::2]:80 -s rr",
      "-a -t [fd00::2]:80 -r [fd00::11]:80 -g -w 1",
    ];
    expect((await whatTextSays(`${rules.join("\n")}\n`)).vips).toEqual([
      "192.168.1.2, real server 10.0.0.1 by tunnelling, real server 10.0.0.2 by tunnelling",
    ]);
  });
});

describe("nmap -oX", () => {
  it("hosts with their MACs; the scanning host itself has none", async () => {
    expect(await whatFixtureSays("nmap-sn.xml")).toMatchObject({
      format: "nmap -oX",
      known: [
        "192.168.1.2 at 02:00:00:00:00:10",
        "192.168.1.10 at 02:00:00:00:00:10",
        "192.168.1.11 at 02:00:00:00:00:11",
      ],
    });
  });

  it("names and vendors", async () => {
    const { names } = await whatFixtureSays("nmap-ports.xml");
    expect(names).toEqual(["192.168.1.11 at 52:54:00:00:00:11 is rs1.example by QEMU virtual NIC"]);
  });
});

describe("libvirt", () => {
  it("domains, one after another: the names of their cards", async () => {
    expect(await whatFixtureSays("libvirt-domains.xml")).toMatchObject({
      format: "libvirt domain or network XML",
      names: [
        "52:54:00:00:00:11 is rs1 & cache",
        "52:54:00:00:01:11 is rs1 & cache",
        "52:54:00:00:00:10 is lb1",
        "aa:bb:cc:dd:ee:ff is test",
      ],
    });
  });

  it("networks: the addresses that they reserve, and the bridge's own", async () => {
    expect(await whatFixtureSays("libvirt-networks.xml")).toMatchObject({
      known: [
        "192.168.1.1 at 52:54:00:00:00:01",
        "192.168.1.10 at 52:54:00:00:00:10",
        "192.168.1.11 at 52:54:00:00:00:11",
      ],
      names: ["192.168.1.10 at 52:54:00:00:00:10 is lb1", "192.168.1.11 at 52:54:00:00:00:11 is rs1"],
    });
  });
});

describe("lists of addresses and MACs", () => {
  const NEIGHBOURS = [
    "192.168.1.2 at 02:00:00:00:00:10",
    "192.168.1.11 at 02:00:00:00:00:11",
    "192.168.1.77 at 02:00:00:00:00:77",
    "192.168.1.10 at 02:00:00:00:00:10",
  ];

  it.each(["ip-neigh.json", "ip-neigh.txt", "ip-neigh-s.txt"])("%s: those with a MAC", async (name) => {
    expect((await whatFixtureSays(name)).known).toEqual(NEIGHBOURS);
  });

  it("arp.dat", async () => {
    expect(await whatFixtureSays("arp.dat")).toMatchObject({
      format: "arpwatch's arp.dat",
      known: [
        "192.168.1.1 at 02:00:00:00:00:01",
        "192.168.1.2 at 02:00:00:00:00:10",
        "192.168.1.10 at 02:00:00:00:00:10",
        "192.168.1.11 at 02:00:00:00:00:11",
      ],
    });
  });

  it("arp.dat of an arpwatch that writes no leading zeros, with a name", async () => {
    expect(await whatTextSays("0:c:29:1:2:3\t192.168.1.5\t1700000000\tprinter\n")).toMatchObject({
      known: ["192.168.1.5 at 00:0c:29:01:02:03"],
      names: ["192.168.1.5 at 00:0c:29:01:02:03 is printer"],
    });
  });

  it("dnsmasq's leases, those of DHCPv6 aside", async () => {
    expect(await whatFixtureSays("dnsmasq.leases")).toMatchObject({
      format: "dnsmasq's leases",
      known: ["192.168.1.10 at 02:00:00:00:00:10", "192.168.1.11 at 02:00:00:00:00:11"],
      names: ["192.168.1.10 at 02:00:00:00:00:10 is lb1", "192.168.1.11 at 02:00:00:00:00:11 is rs1"],
    });
  });

  it("ISC's leases", async () => {
    expect(await whatFixtureSays("dhcpd.leases")).toMatchObject({
      format: "ISC dhcpd's leases",
      known: ["192.168.1.100 at 02:00:00:00:00:11", "192.168.1.101 at 02:00:00:00:00:10"],
      names: ["192.168.1.100 at 02:00:00:00:00:11 is frs1", "192.168.1.101 at 02:00:00:00:00:10 is flb1"],
    });
  });

  it("ISC's leases with what is to be done when they end", async () => {
    const text =
      'lease 192.168.1.100 {\n  binding state active;\n  hardware ethernet 02:00:00:00:00:11;\n  on release {\n    if exists x {\n      set a = "{";\n    } else {\n      set a = "b";\n    }\n  }\n}\n';
    expect((await whatTextSays(text)).known).toEqual(["192.168.1.100 at 02:00:00:00:00:11"]);
  });

  it("ISC's leases: of one address the last counts, and one that was given back is gone", async () => {
    const lease = (ip: string, state: string, mac: string) =>
      `lease ${ip} {\n  ends never;\n  binding state ${state};\n  hardware ethernet ${mac};\n}\n`;
    const text = [
      lease("192.168.1.100", "active", "02:00:00:00:00:11"),
      lease("192.168.1.101", "active", "02:00:00:00:00:12"),
      lease("192.168.1.100", "active", "02:00:00:00:00:13"),
      lease("192.168.1.101", "free", "02:00:00:00:00:12"),
    ].join("");
    expect((await whatTextSays(text)).known).toEqual(["192.168.1.100 at 02:00:00:00:00:13"]);
  });

  it.each(["snort.conf", "snort.lua"])(
    "%s: the hosts that Snort watches over, without comments",
    async (name) => {
      expect(await whatFixtureSays(name)).toMatchObject({
        format: "Snort's arp_spoof hosts",
        known: ["192.168.1.1 at 02:00:00:00:00:01", "192.168.1.2 at 02:00:00:00:00:10"],
      });
    },
  );
});
