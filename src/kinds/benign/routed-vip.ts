import { plural } from "../../words/counts.ts";
import { benignKind } from "../kind.ts";

/** Why it is benign: the servers that the router sends to by turns. */
type Reason = { readonly why: "routed"; readonly servers: number };

export const ROUTED_VIP = benignKind<Reason>()({
  name: "routed-vip",
  topic: {
    title: "A VIP that several servers hold, and that a router has routes to",
    meaning: [
      "The router's packets for the VIP go to several MACs by turns, and nobody asks for the VIP by ARP: equal-cost routes (ECMP), BGP anycast (ExaBGP, Cilium, MetalLB and kube-vip in BGP mode), load balancers that wrap packets (Katran, GLB). The servers hold the VIP on lo or behind a tunnel, and answer from it.",
    ],
    cause: ["Configured so. ARP plays no part in who gets the VIP's packets."],
    confirm: [{ say: "On the router: the route has several next hops.", run: ["ip route show VIP"] }],
    fix: [],
  },
  otherNames: {},
  signatureId: 115,
  isTurn: false,
  isFailover: false,
  why: ({ servers }, { ip, giver }) =>
    `${giver} sends packets for ${ip} to ${plural(servers, "host")} by turns and nobody asks for it by ARP: it is routed to them`,
});
