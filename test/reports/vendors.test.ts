import { describe, expect, it } from "vitest";
import { loadRegistry, vendorOf } from "../../src/reports/vendors.ts";
import { lvsPcap, reportIn } from "../support/cli.ts";
import { REAL_SERVER } from "../support/frames.ts";
import { PROBLEM_3 } from "../support/incidents.ts";
import { inventory } from "../support/inventories.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";

const CAPTURE = scratchFile("capture.pcap", writePcap(PROBLEM_3.frames));

describe("the vendor of a network card", () => {
  const registry = loadRegistry();

  it.each([
    ["00:1b:21:00:00:01", "Intel Corporate"],
    ["b8:27:eb:00:00:01", "Raspberry Pi Foundation"],
    ["00:00:5e:00:01:33", "VRRP or CARP virtual router"],
    ["00:00:0c:07:ac:01", "HSRP virtual router"],
    ["52:54:00:12:34:56", "KVM/QEMU virtual machine"],
    ["02:42:ac:11:00:02", "Docker"],
    ["00:50:56:00:00:01", "VMware virtual machine"],
    ["02:00:00:00:00:11", "locally administered"],
    ["da:a1:19:00:00:01", "locally administered"],
  ])("%s: %s", (mac, vendor) => {
    expect(vendorOf(mac, registry)).toBe(vendor);
  });

  it.each([
    ["70:b3:d5:00:2f:ff", "Gogo BA"],
    ["10:06:48:1f:ff:ff", "KYTRONICS"],
    ["70:b3:d5:00:00:01", null],
  ])("%s: in a block that is parted among many it is the part's", (mac, vendor) => {
    expect(vendorOf(mac, registry)).toBe(vendor);
  });

  it("is unknown where no block holds it, and of a host that was never seen", () => {
    expect([vendorOf("fc:ff:ff:ff:ff:ff", registry), vendorOf("00:00:00:00:00:00", registry)]).toEqual([
      null,
      null,
    ]);
  });
});

describe("vendors and names in the report", () => {
  it("vendors are named when asked for", async () => {
    const asked = reportIn(await lvsPcap(["analyze", CAPTURE, "--format", "json", "--vendors"]));
    expect(asked.findings[0]?.claimant.vendor).toBe("locally administered");
  });

  it("and not unless: the registry takes longer to load than most captures", async () => {
    const plain = reportIn(await lvsPcap(["analyze", CAPTURE, "--format", "json"]));
    expect(plain.findings[0]?.claimant).not.toHaveProperty("vendor");
  });

  it("a name from an inventory stands in the summary and in the table of roles", async () => {
    const leases = inventory(`0 ${REAL_SERVER.mac} ${REAL_SERVER.ip} rs1 *\n`);
    const { stdout } = await lvsPcap(["analyze", CAPTURE, "--inventory", leases]);
    expect(stdout).toContain("Real server 192.168.1.11 (rs1, 02:00:00:00:00:11)");
    expect(stdout).toMatch(/│ rs1 /);
  });
});
