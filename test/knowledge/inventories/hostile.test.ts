import { describe, expect, it } from "vitest";
import { lvsPcap } from "../../support/cli.ts";
import { PROBLEM_3 } from "../../support/incidents.ts";
import { inventory } from "../../support/inventories.ts";
import { writePcap } from "../../support/pcap.ts";
import { scratchFile } from "../../support/scratch.ts";

const CAPTURE = scratchFile("capture.pcap", writePcap(PROBLEM_3.frames));

const ENTITIES = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
const BILLION_LAUGHS = `<?xml version="1.0"?>
<!DOCTYPE domain [
<!ENTITY z "lol">
${ENTITIES.map((name, index) => `<!ENTITY ${name} "${`&${ENTITIES[index - 1] ?? "z"};`.repeat(10)}">`).join("\n")}
]>
<domain><name>&i;</name></domain>`;

async function refusal(text: string): Promise<string> {
  const file = inventory(text);
  const { status, stdout, stderr } = await lvsPcap(["analyze", CAPTURE, "--inventory", file]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/^[^\n]+\n$/);
  expect(stderr.startsWith(`lvs-pcap: ${file}`), stderr).toBe(true);
  return stderr.slice(`lvs-pcap: ${file}`.length);
}

describe("an inventory that is none is refused in one line, by name and by line where there is one", () => {
  it.each<[string, string, RegExp]>([
    ["nothing", "", /: not recognised as an inventory; expected one of ip -j neigh, .*libvirt/],
    ["a shopping list", "milk\nbread\n", /: not recognised/],
    ["bytes", "\u0000\u0001\u0002\ufffd".repeat(100), /: not recognised/],
    ["another JSON", '{"a": 1}', /: not recognised/],
    ["JSON that is cut off", '[{"dst":"192.168.1.2",\n"lladdr":', /:2: not JSON/],
    ["JSON with a comma too many", '[\n{"dst":"192.168.1.2"},\n]', /:3: not JSON/],
    ["neighbours that are numbers", '["dst", 1]', /:1: entry 1 is "dst"/],
    ["XML that is cut off", "<nmaprun>\n<host>\n", /:\d: not XML/],
    ["entities that multiply", BILLION_LAUGHS, /:2: declares XML entities/],
    [
      "an external entity",
      '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<domain><name>&x;</name></domain>',
      /:1: declares XML entities/,
    ],
    [
      "YAML of kubectl",
      "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\n",
      /:1: YAML; expected JSON: run kubectl get with -o json/,
    ],
    [
      "a reservation of libvirt whose MAC is none",
      "<network>\n<name>lab</name><ip address='192.168.1.1'><dhcp>\n<host mac='02:00' ip='192.168.1.9'/>\n</dhcp></ip></network>",
      /:3: network lab: host "02:00": expected a MAC/,
    ],
    [
      "an XML host whose address is none",
      '<nmaprun><host><address addr="1.2.3" addrtype="ipv4"/></host></nmaprun>',
      /host "1\.2\.3": expected an IPv4 address/,
    ],
    [
      "an arp.dat with a line that is none",
      "02:00:00:00:00:01\t192.168.1.1\t1\t\teth0\nhello\n",
      /:2: "hello"; expected a MAC/,
    ],
    [
      "a table of ipvsadm with a line that is none",
      "IP Virtual Server version 1.2.1 (size=4096)\nhello\n",
      /:2: "hello" is no line of ipvsadm -Ln/,
    ],
    [
      "a rule of ipvsadm without a real server",
      "-A -t 192.168.1.2:80 -s rr\n-a -t 192.168.1.2:80 -g\n",
      /:2: a real server without its address/,
    ],
    [
      "more real servers than a cluster has",
      `-A -t 192.168.1.2:80 -s rr\n${Array.from({ length: 20_000 }, (_, index) => `-a -t 192.168.1.2:80 -r 10.1.${index >> 8}.${index & 255}:80 -g\n`).join("")}`,
      /: 20001 VIPs and real servers; no more than 16384/,
    ],
    ["a lease that is cut off", "lease 192.168.1.9 {\n  ends never;\n", /:1: a lease that is never closed/],
    [
      "a Snort host without MAC",
      "preprocessor arpspoof_detect_host: 192.168.1.1\n",
      /:1: host "": expected a MAC/,
    ],
  ])("%s", async (_, text, expectation) => {
    expect(await refusal(text)).toMatch(expectation);
  });

  it("what is not there", async () => {
    const { status, stderr } = await lvsPcap(["analyze", CAPTURE, "--inventory", "no/such"]);
    expect([status, stderr]).toEqual([2, "lvs-pcap: no/such: cannot be read: no such file\n"]);
  });
});

const MEGABYTE = 1 << 20;

describe("an inventory made to take long is done with soon", () => {
  it.each<[string, string]>([
    ["lists in lists without end", `[${"[".repeat(MEGABYTE)}`],
    ["elements in elements without end", `<domain>${"<a>".repeat(MEGABYTE / 4)}`],
    ["elements in elements, closed", `<domain>${"<a>".repeat(50_000)}${"</a>".repeat(50_000)}</domain>`],
    ["blocks in blocks without end", `vrrp_instance a {\n${"a {".repeat(MEGABYTE / 4)}`],
    ["one line without end", `vrrp_instance a {\n${"a".repeat(4 * MEGABYTE)}`],
    [
      "definitions that multiply",
      `${ENTITIES.map((name, index) => `$${name}=${index === 0 ? "x" : `$${ENTITIES[index - 1]} `.repeat(10)}`).join("\n")}\nvrrp_instance $i {\n}\n`,
    ],
    [
      "definitions of many lines that multiply",
      `${ENTITIES.map((name, index) => `$${name}=${index === 0 ? "x" : `$${ENTITIES[index - 1]} \\\n`.repeat(10)}\n`).join("")}\nglobal_defs {\n$i\n}\n`,
    ],
    ["Lua comments without end", `arp_spoof = { ${"--[[\n".repeat(MEGABYTE / 5)}`],
    ["Lua tables without end", `arp_spoof = { ${"{ ip = '".repeat(MEGABYTE / 8)}`],
    [
      "Lua entries by the hundred thousand",
      `arp_spoof = { hosts = {\n${"{ ip = '192.168.1.1', mac = '02:00:00:00:00:01' },\n".repeat(60_000)}} }`,
    ],
    [
      "neighbours by the hundred thousand",
      Array.from(
        { length: 60_000 },
        (_, index) =>
          `10.${index >> 16}.${(index >> 8) & 255}.${index & 255} dev eth0 lladdr 02:00:00:00:00:01 STALE`,
      ).join("\n"),
    ],
    ["blanks", `${" ".repeat(4 * MEGABYTE)}x`],
    ["blank lines", "\n".repeat(4 * MEGABYTE)],
    ["a pattern of stars", `include ${"*a".repeat(20)}*b\nglobal_defs {\n}\n`],
  ])("%s", async (_, text) => {
    const begun = performance.now();
    const { stderr } = await lvsPcap([
      "analyze",
      CAPTURE,
      "--inventory",
      inventory(text),
      "--fail-on",
      "never",
    ]);
    expect(performance.now() - begun).toBeLessThan(5000);
    expect(stderr).toMatch(/^([^\n]+\n)*$/);
    expect(stderr).not.toMatch(/unexpected error|at .*\.ts:/);
  });
});

describe("what an inventory says reaches the terminal as text only", () => {
  it("names are without escape sequences", async () => {
    const file = inventory("02:00:00:00:00:11\t192.168.1.11\t1699999999\t\u001b[31mrs1\u202e\teth0\n");
    const { stdout } = await lvsPcap(["analyze", CAPTURE, "--inventory", file, "--fail-on", "never"]);
    expect(stdout).toContain("?[31mrs1?");
    expect(stdout).not.toContain("\u001b");
  });
});
