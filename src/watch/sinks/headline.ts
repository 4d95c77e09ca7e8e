import { type Ending, isFindingEvent, type WatchEvent } from "../../reports/event.ts";

const ENDED: Record<Ending, string> = {
  healed: "healed",
  ceased: "ceased",
  withdrawn: "withdrawn, later frames explain it",
};

/** The one sentence that a person reads first. */
export function headline(event: WatchEvent): string {
  if (!isFindingEvent(event)) return `${event.kind}, benign: ${event.why}`;
  const { id, severity, summary } = event;
  switch (event.event) {
    case "opened":
      return `${id} opened, ${severity}: ${summary}`;
    case "updated":
      return `${id} goes on, ${severity}: ${summary}`;
    case "restored":
      return `${id} ${ENDED[event.ending ?? "healed"]}: ${summary}`;
  }
}
