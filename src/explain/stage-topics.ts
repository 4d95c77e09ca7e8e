import type { Stage } from "../kinds/severity.ts";
import type { Topic } from "../kinds/topic.ts";

/** How far a wrong claim came. */
export const STAGE_TOPICS: Readonly<Record<Stage, Topic>> = {
  claimed: {
    title: "A frame claimed the address, and no cache is seen to have taken it",
    meaning: [
      "The fault is there, and the harm is not, or not in sight: the right answer came first, nobody had an entry to be overwritten, or the capture point cannot show it. The report says which.",
    ],
    cause: ["Luck, mostly: the next such frame may come before the right one."],
    confirm: [
      { say: "On the gateway: see whose MAC it holds at this moment.", run: ["ip neigh show to ADDRESS"] },
    ],
    fix: [{ say: "What the finding's kind says. It is better done now than after it was used." }],
  },
  learned: {
    title: "A host's cache took the wrong MAC, by the model of its kernel",
    meaning: [
      "The host received the frame, and its kernel's rules make it take the MAC. None of its own frames shows so yet: it had nothing to send, or the capture ends before. Which rules it goes by is set with --neighbour-model.",
    ],
    cause: ["What the finding's kind says."],
    confirm: [{ say: "On that host, before the entry ages:", run: ["ip neigh show to ADDRESS"] }],
    fix: [{ say: "What the finding's kind says; and heal that cache before it is used." }],
  },
  used: {
    title: "Frames of the host itself prove that its cache is wrong",
    meaning: [
      "It sent packets for the address to the wrong MAC, or asked that MAC by unicast whether the address is still there. No model is needed to see that. Under bypass the report counts what went astray, and what became of it.",
    ],
    cause: ["What the finding's kind says."],
    confirm: [
      {
        say: "On a mirror port, or on the wrong host: frames for the address that carry the wrong MAC.",
        run: ["tcpdump -eni IFACE 'dst host ADDRESS and ether dst MAC'"],
      },
    ],
    fix: [{ say: "What the finding's kind says; heal that cache first." }],
  },
};
