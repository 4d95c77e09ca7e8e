import { describe, expect, it } from "vitest";
import { GROUPS } from "../../src/explain/topics.ts";
import { lvsPcap } from "../support/cli.ts";

const NAMES = GROUPS.flatMap(({ names }) => names);

describe("lvs-pcap explain", () => {
  it("lists every name with what it is", async () => {
    const { status, stdout, stderr } = await lvsPcap(["explain"]);
    expect([status, stderr]).toEqual([0, ""]);
    expect(NAMES.filter((name) => !stdout.includes(`\n  ${name}\n`))).toEqual([]);
  });

  it.each(NAMES)("%s: says what it means, how to confirm it and how to fix it", async (name) => {
    const { status, stdout } = await lvsPcap(["explain", name]);
    expect(status).toBe(0);
    for (const part of ["What it means", "How it comes about", "How to confirm it", "How to fix it"])
      expect(stdout).toContain(`\n  ${part}\n`);
  });

  it.each(NAMES)("%s: fits 80 columns, but for commands, which stay whole", async (name) => {
    const { stdout } = await lvsPcap(["explain", name]);
    const tooLong = stdout.split("\n").filter((line) => line.length > 80 && !/^ {9}\S/.test(line));
    expect(tooLong).toEqual([]);
  });

  it("gives the commands that mend the letter's problem 3", async () => {
    const { stdout } = await lvsPcap(["explain", "vip-source-in-request"]);
    expect(stdout).toContain("sysctl -w net.ipv4.conf.all.arp_announce=2\n");
    expect(stdout).toContain("arping -U -c 3 -I IFACE VIP\n");
  });

  it("refuses a name that nothing has in one line, with the one that may be meant", async () => {
    const { status, stdout, stderr } = await lvsPcap(["explain", "vip-replys"]);
    expect([status, stdout]).toEqual([2, ""]);
    expect(stderr).toBe("lvs-pcap: explain: no such name: vip-replys; did you mean vip-reply?\n");
  });

  it("lets no argument steer the terminal", async () => {
    const { status, stderr } = await lvsPcap(["explain", "\x1b[2Jvip\nreply"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/^[^\p{Cc}]+\n$/u);
  });

  it("is coloured on a terminal only", async () => {
    const onTerminal = await lvsPcap(["explain", "used"], { stdoutIsTty: true });
    const inPipe = await lvsPcap(["explain", "used"]);
    expect([onTerminal.stdout.includes("\x1b["), inPipe.stdout.includes("\x1b")]).toEqual([true, false]);
  });
});
