import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { lvsPcap } from "../support/cli.ts";
import { writePcap } from "../support/pcap.ts";
import { scratchFile } from "../support/scratch.ts";

const EMPTY = scratchFile("empty-capture.pcap", writePcap([]));
const VERSION = /"version": "([^"]+)"/.exec(readFileSync("package.json", "utf8"))?.[1];

describe("what cannot be understood", () => {
  it.each<[string, string[], RegExp]>([
    ["an unknown option", ["analyze", EMPTY, "--colour"], /--colour/],
    ["an unknown option that is nearly a known one", ["analyze", EMPTY, "--formt", "json"], /--formt/],
    ["an unknown command", ["analyse", EMPTY], /analyse/],
    ["analyze without a capture", ["analyze"], /capture/],
    ["an unknown format", ["analyze", EMPTY, "--format", "xml"], /xml.*table/],
    ["an unknown severity", ["analyze", EMPTY, "--fail-on", "error"], /error.*critical/],
    ["a VIP that is no address", ["analyze", EMPTY, "--vip", "192.168.1"], /192\.168\.1.*IPv4/],
    ["a VIP that is a MAC", ["analyze", EMPTY, "--vip", "02:00:00:00:00:10"], /IPv4/],
    ["a VIP that is too large", ["analyze", EMPTY, "--vip", "192.168.1.256"], /IPv4/],
    ["a director that is a name", ["analyze", EMPTY, "--director", "lb1"], /lb1.*MAC/],
    ["a real server that is half a MAC", ["analyze", EMPTY, "--real-server", "02:00:00"], /MAC/],
    ["a gateway that is nothing", ["analyze", EMPTY, "--gateway", ""], /MAC/],
    ["an option without its value", ["analyze", EMPTY, "--output"], /--output/],
    ["standard input twice", ["analyze", "-", "-"], /standard input/],
  ])("is said in one line and exits with 2: %s", async (_, args, names) => {
    const { status, stdout, stderr } = await lvsPcap(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^lvs-pcap: [^\n]+\n$/);
    expect(stderr).toMatch(names);
  });

  it("is a call without arguments: it gets the help, on stderr, and exits with 2", async () => {
    const { status, stdout, stderr } = await lvsPcap([]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("Usage: lvs-pcap");
  });
});

describe("help", () => {
  it.each([["--help"], ["-h"], ["help"]])("is printed on stdout for %s", async (argument) => {
    const { status, stdout, stderr } = await lvsPcap([argument]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toContain("Usage: lvs-pcap");
  });

  it.each([[["analyze", "--help"]], [["help", "analyze"]]])(
    "names every option of analyze: %j",
    async (args) => {
      const { status, stdout } = await lvsPcap(args);
      expect(status).toBe(0);
      for (const option of [
        ...["--vip", "--director", "--real-server", "--gateway", "--topology", "--format", "--output"],
        ...["--inventory", "--expect", "--evidence", "--force", "--vendors", "--recover", "--second-opinion"],
        ...["--hash", "--fail-on", "--no-progress", "--no-color"],
      ]) {
        expect(stdout).toContain(option);
      }
    },
  );

  it.each([
    ["--help"],
    ["analyze", "--help"],
    ["watch", "--help"],
    ["verify", "--help"],
    ["topology", "--help"],
    ["explain", "--help"],
  ])("fits a terminal of 80 columns: %s %s", async (...args) => {
    const { stdout } = await lvsPcap(args.filter((arg) => arg !== undefined));
    for (const line of stdout.split("\n")) expect(line.length).toBeLessThanOrEqual(80);
  });

  it("gives commands of analyze that it understands, one for each thing to bring or to take away", async () => {
    const { stdout } = await lvsPcap(["analyze", "--help"]);
    const examples = stdout.slice(stdout.indexOf("Examples:"));
    for (const option of ["--format html", "--evidence", "--inventory", "--expect"])
      expect(examples).toContain(option);
  });

  it("tells the exit statuses", async () => {
    expect((await lvsPcap(["analyze", "--help"])).stdout).toMatch(/Exit status: 0 .* 1 .* 2 /s);
  });
});

describe("the version", () => {
  it.each([["--version"], ["-V"]])("is that of package.json, alone on stdout: %s", async (argument) => {
    expect(await lvsPcap([argument])).toEqual({ status: 0, stdout: `${VERSION}\n`, stderr: "" });
  });
});
