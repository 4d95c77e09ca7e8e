import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { describe, expect, it } from "vitest";
import { inventory } from "../../support/inventories.ts";
import { scratchPath } from "../../support/scratch.ts";
import { whatFixtureSays, whatTextSays } from "./read.ts";

describe("keepalived.conf", () => {
  it("has virtual servers, their real servers and how each is reached, with definitions and includes", async () => {
    const { vips } = await whatFixtureSays("keepalived/keepalived.conf");
    expect(vips[0]).toBe(
      "192.168.1.2, director 192.168.1.10, director 192.168.1.20, real server 192.168.1.99 by direct-routing, real server 192.168.1.11 by direct-routing, real server 192.168.1.12 by tunnelling",
    );
  });

  it("has the addresses of groups, those that only VRRP moves, and no IPv6", async () => {
    const { vips } = await whatFixtureSays("keepalived/keepalived.conf");
    expect(vips.slice(1)).toEqual([
      "192.168.1.5, director 192.168.1.10, director 192.168.1.20, real server 172.16.0.5",
      "192.168.1.6, director 192.168.1.10, director 192.168.1.20, real server 172.16.0.5",
      "192.168.1.3, director 192.168.1.10, director 192.168.1.20",
      "192.168.1.4, director 192.168.1.10, director 192.168.1.20",
    ]);
  });

  it("has real servers of firewall marks, which serve every VIP", async () => {
    const { realServers } = await whatFixtureSays("keepalived/keepalived.conf");
    expect(realServers).toEqual(["10.0.9.21 by tunnelling"]);
  });

  it("says that nothing tells the director's own address where nothing does", async () => {
    const text = "vrrp_instance a {\n  virtual_ipaddress {\n    192.168.1.2\n  }\n}\n";
    expect((await whatTextSays(text)).notes.join()).toMatch(
      /:1: no mcast_src_ip, unicast_src_ip or unicast_peer/,
    );
  });

  it("is read with braces on lines of their own", async () => {
    const text =
      "global_defs\n{\n router_id X\n}\nvirtual_server 192.168.1.2 80\n\n{\n lb_kind DR\n real_server 10.0.0.1 80\n {\n  weight 1\n }\n}\n";
    expect((await whatTextSays(text)).vips).toEqual(["192.168.1.2, real server 10.0.0.1 by direct-routing"]);
  });

  it("is read with lb_kind of older versions, and NAT where nothing is said", async () => {
    const text = [
      "virtual_server 192.168.1.2 80 {\n lb_kind TUN\n real_server 10.0.0.1 80 {\n }\n}",
      "virtual_server 192.168.1.3 80 {\n real_server 10.0.0.2 80 {\n }\n}",
    ].join("\n");
    expect((await whatTextSays(text)).vips).toEqual([
      "192.168.1.2, real server 10.0.0.1 by tunnelling",
      "192.168.1.3, real server 10.0.0.2",
    ]);
  });

  it("is read though what it includes is not there, and says so", async () => {
    const { vips, notes } = await whatTextSays("include conf.d/*.conf\nvirtual_server 192.168.1.2 80 {\n}\n");
    expect([vips, notes.join()]).toEqual([["192.168.1.2"], expect.stringMatching(/:1: include conf\.d/)]);
  });

  it("says which line it does not expand", async () => {
    const { notes } = await whatTextSays(
      "virtual_server 192.168.1.2 80 {\n~SEQ(a, 1, 9) real_server 10.0.0.$a 80 {}\n}\n",
    );
    expect(notes.join()).toMatch(/:2: ~SEQ and ~LST are not expanded/);
  });

  it.each<[string, string, RegExp]>([
    [
      "a block that is never closed",
      "global_defs {\n}\nvirtual_server 192.168.1.2 80 {\n",
      /:3: the block virtual_server/,
    ],
    ["a } too many", "global_defs {\n}\n}\n", /:3: a \} that closes nothing/],
    [
      "a real server that is no address",
      "virtual_server 192.168.1.2 80 {\n  real_server 192.168.1.300 80 {\n  }\n}\n",
      /:2: real_server "192\.168\.1\.300": expected an IP address/,
    ],
    [
      "another way of forwarding",
      "virtual_server 192.168.1.2 80 {\n  lvs_method FULLNAT\n}\n",
      /:2: lvs_method "FULLNAT": expected DR, TUN or NAT/,
    ],
    [
      "a group that is not there",
      "virtual_server group a {\n}\n",
      /:1: virtual_server group "a": no virtual_server_group/,
    ],
    [
      "a range that goes backwards",
      "virtual_server_group a {\n192.168.1.9-3 80\n}\nvirtual_server group a {\n}\n",
      /:2: "192\.168\.1\.9-3": expected a range/,
    ],
  ])("is refused by file and line for %s", async (_, text, expectation) => {
    await expect(whatTextSays(text)).rejects.toThrow(expectation);
  });

  it("is refused where it includes itself", async () => {
    const path = scratchPath("circle/a.conf");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, "include *.conf\nglobal_defs {\n}\n");
    const outer = inventory("include circle/a.conf\n");
    const { readInventory } = await import("../../../src/knowledge/inventories/read-inventory.ts");
    await expect(readInventory(outer)).rejects.toThrow(/a\.conf:1: more than 8 includes in one another/);
  });
});
