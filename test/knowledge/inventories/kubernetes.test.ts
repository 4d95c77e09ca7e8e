import { describe, expect, it } from "vitest";
import { whatFixtureSays, whatTextSays } from "./read.ts";

describe("kubectl get svc,endpointslices,nodes -o json", () => {
  it("has as VIPs what the segment looks up: load balancers' addresses and external ones, not those of the cluster", async () => {
    const { vips } = await whatFixtureSays("kubernetes.json");
    expect(vips.map((vip) => vip.split(",")[0])).toEqual([
      "192.168.1.2",
      "192.168.1.3",
      "192.168.1.4",
      "192.168.1.5",
    ]);
  });

  it("has the node that MetalLB's status names as director; the others must not answer", async () => {
    const { vips } = await whatFixtureSays("kubernetes.json");
    expect(vips[0]).toBe(
      "192.168.1.2, director 192.168.1.11, real server 192.168.1.12, real server 192.168.1.13",
    );
  });

  it("has the node that kube-vip's annotation names as director", async () => {
    const { vips } = await whatFixtureSays("kubernetes.json");
    expect(vips[2]).toMatch(/^192\.168\.1\.4, director 192\.168\.1\.12, /);
  });

  it("leaves open who answers where nothing tells, but not a node that is excluded or, by policy, has no endpoint", async () => {
    const { vips } = await whatFixtureSays("kubernetes.json");
    expect([vips[1], vips[3]]).toEqual([
      "192.168.1.3, real server 192.168.1.12, real server 192.168.1.13",
      "192.168.1.5, real server 192.168.1.13",
    ]);
  });

  it("names the nodes", async () => {
    const { names } = await whatFixtureSays("kubernetes.json");
    expect(names).toEqual(["192.168.1.11 is n1", "192.168.1.12 is n2", "192.168.1.13 is n3"]);
  });

  it("may be a list of one kind, whose items do not repeat it", async () => {
    const service = { metadata: { name: "a" }, spec: { externalIPs: ["192.168.1.2"] } };
    const list = { apiVersion: "v1", kind: "ServiceList", items: [service] };
    expect((await whatTextSays(JSON.stringify(list))).vips).toEqual(["192.168.1.2"]);
  });

  it("says so where nothing of use is in it", async () => {
    const pods = { apiVersion: "v1", kind: "List", items: [{ kind: "Pod" }] };
    expect((await whatTextSays(JSON.stringify(pods))).notes.join()).toMatch(
      /no Service, EndpointSlice or Node/,
    );
  });
});
