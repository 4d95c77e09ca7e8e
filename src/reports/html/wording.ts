import type { CacheHolding, TimelineClaim } from "../report.ts";

/** How a cache came by what it holds, or lost it. */
export const CAUSES: Record<CacheHolding["cause"], string> = {
  "answered-request": "it answered a request and learned its sender",
  resolved: "it asked, and this was the answer",
  confirmed: "an answer confirmed it",
  overheard: "a broadcast that it heard updated the entry",
  "unsolicited-reply": "a reply that it had not asked for",
  traffic: "its own frames show it",
  probe: "its own unicast request shows it",
  "probes-unanswered": "its unicast probes went unanswered",
  "aged-out": "nothing confirmed the entry for as long as it may live",
  "asked-again": "it asked everybody again",
  "not-observable": "it was asked in the address' name; where this was captured its answer does not show",
};

export const CLAIM_FORMS: Record<TimelineClaim["form"], string> = {
  request: "asked for another host in the address' name",
  reply: "answered for the address",
  "unsolicited-reply": "sent a reply that nobody was seen to ask for",
  announcement: "announced the address",
  addressed: "was answered as the owner of the address",
};

/** What the shape of a mark says. */
export const CLAIM_SHAPES: Record<TimelineClaim["form"], string> = {
  request: "asked in its name",
  reply: "answered",
  "unsolicited-reply": "replied unasked",
  announcement: "announced",
  addressed: "was answered",
};
