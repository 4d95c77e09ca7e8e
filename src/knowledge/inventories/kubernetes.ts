import { parseIpv4 } from "../address.ts";
import { type GivenRealServer, type GivenVip, type HostLabel, type HostName, NO_ROLES } from "../roles.ts";
import { type InventoryContent, type InventoryFormat, labelText } from "./inventory.ts";
import { parseJson, recordsIn, textAt, textsIn, valueAt } from "./json-values.ts";

const KINDS: ReadonlySet<string> = new Set(["Service", "EndpointSlice", "Node", "ServiceL2Status"]);

/** kube-vip writes the node that announces the service here. */
const KUBE_VIP_HOST = "kube-vip.io/vipHost";
/** MetalLB and kube-vip leave such nodes out. */
const EXCLUDED = "node.kubernetes.io/exclude-from-external-load-balancers";

/**
 * What `kubectl get svc,endpointslices,nodes -o json` prints, MetalLB's `servicel2statuses` with it, where there are any.
 *
 * In IPVS mode kube-proxy puts each service's addresses on kube-ipvs0 of every node, hidden like a real server's VIP
 * only with `strictARP`. Of these the segment's hosts look up those of load balancers and the external ones: the VIPs.
 * Exactly one node may answer for one, its director. Which, only kube-vip's annotation and MetalLB's status tell. The
 * others must not; and with `externalTrafficPolicy: Local` neither may a node without an endpoint that is ready.
 */
export const KUBERNETES_JSON: InventoryFormat = {
  name: "kubectl get -o json",
  recognises: (text) => /^\s*\{/.test(text) && /"kind"\s*:/.test(text) && /"apiVersion"\s*:/.test(text),
  read: ({ file, text }) => read(file, text),
};

interface Node {
  readonly name: string;
  readonly ip: number;
  readonly excluded: boolean;
}

interface Service {
  readonly key: string;
  readonly item: Record<string, unknown>;
  readonly vips: readonly number[];
}

function read(file: string, text: string): InventoryContent {
  const root = parseJson(file, text);
  const kind = textAt(root, "kind") ?? "";
  const isList = kind === "List" || kind.endsWith("List");
  const items = isList
    ? recordsIn(valueAt(root, "items")).map((item) => ({ kind: kind.slice(0, -"List".length), ...item }))
    : recordsIn([root]);
  const ofKind = (name: string) => items.filter((item) => (textAt(item, "kind") ?? "") === name);
  if (!items.some((item) => KINDS.has(textAt(item, "kind") ?? ""))) {
    return { notes: [`${file}: no Service, EndpointSlice or Node in it`] };
  }
  const nodes = ofKind("Node").flatMap(nodeOf);
  const announcers = announcersIn(ofKind("ServiceL2Status"));
  const ready = readyNodes(ofKind("EndpointSlice"));
  const vips = ofKind("Service")
    .map(serviceOf)
    .flatMap((service) =>
      service.vips.map((ip): GivenVip => ({ ip, ...partsOf(service, nodes, announcers, ready) })),
    );
  const labels = nodes.map(
    ({ name, ip }): HostLabel => ({ ip, mac: null, name: labelText(name), vendor: null }),
  );
  return { roles: { ...NO_ROLES, vips }, labels };
}

function partsOf(
  { key, item }: Service,
  nodes: readonly Node[],
  announcers: ReadonlyMap<string, string>,
  ready: ReadonlyMap<string, ReadonlySet<string>>,
): { directors: HostName[]; realServers: GivenRealServer[] } {
  const announcer = announcers.get(key) ?? textAt(item, "metadata", "annotations", KUBE_VIP_HOST);
  const director = nodes.find(({ name }) => name === announcer);
  const isLocal = textAt(item, "spec", "externalTrafficPolicy") === "Local";
  const mayNot = nodes.filter((node) => {
    if (node === director) return false;
    if (director !== undefined || node.excluded) return true;
    return isLocal && ready.has(key) && ready.get(key)?.has(node.name) !== true;
  });
  return {
    directors: director === undefined ? [] : [{ ip: director.ip, mac: null }],
    // kube-proxy forwards by masquerading; what reaches a node that does not announce came there past the one that does.
    realServers: mayNot.map(({ ip }) => ({ ip, mac: null, forwarding: null })),
  };
}

function nodeOf(item: Record<string, unknown>): Node[] {
  const name = textAt(item, "metadata", "name") ?? "";
  const ip = recordsIn(valueAt(item, "status", "addresses"))
    .filter((address) => textAt(address, "type") === "InternalIP")
    .flatMap((address) => parseIpv4(textAt(address, "address") ?? "") ?? [])[0];
  const excluded = valueAt(item, "metadata", "labels", EXCLUDED) !== undefined;
  return ip === undefined ? [] : [{ name, ip, excluded }];
}

function serviceOf(item: Record<string, unknown>): Service {
  const ingress = recordsIn(valueAt(item, "status", "loadBalancer", "ingress"))
    // The load balancer is elsewhere, and sends to the nodes' own addresses.
    .filter((entry) => textAt(entry, "ipMode") !== "Proxy")
    .map((entry) => textAt(entry, "ip") ?? "");
  const addresses = [...ingress, ...textsIn(valueAt(item, "spec", "externalIPs"))];
  const vips = [...new Set(addresses.flatMap((address) => parseIpv4(address) ?? []))];
  return { key: keyOf(textAt(item, "metadata", "namespace"), textAt(item, "metadata", "name")), item, vips };
}

/** By service the node whose speaker announces it. */
function announcersIn(statuses: readonly Record<string, unknown>[]): Map<string, string> {
  const announcers = new Map<string, string>();
  for (const item of statuses) {
    const node = textAt(item, "status", "node");
    const service = keyOf(textAt(item, "status", "serviceNamespace"), textAt(item, "status", "serviceName"));
    if (node !== undefined) announcers.set(service, node);
  }
  return announcers;
}

/** By service the nodes that have an endpoint which is ready. */
function readyNodes(slices: readonly Record<string, unknown>[]): Map<string, Set<string>> {
  const ready = new Map<string, Set<string>>();
  for (const slice of slices) {
    const service = textAt(slice, "metadata", "labels", "kubernetes.io/service-name");
    const key = keyOf(textAt(slice, "metadata", "namespace"), service);
    const nodes = ready.get(key) ?? new Set();
    ready.set(key, nodes);
    for (const endpoint of recordsIn(valueAt(slice, "endpoints"))) {
      const node = textAt(endpoint, "nodeName");
      if (node !== undefined && valueAt(endpoint, "conditions", "ready") !== false) nodes.add(node);
    }
  }
  return ready;
}

function keyOf(namespace: string | undefined, name: string | undefined): string {
  return `${namespace ?? "default"}/${name ?? ""}`;
}
