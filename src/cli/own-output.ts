import { isReport } from "../reports/own-report.ts";

/** RFC 3339 with nine digits, then the sentence. */
const EVENT_SENTENCE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z \S/;
/** Suricata begins its lines like this, too, and both may go to one file. */
const EVE_RECORD = /^\{"timestamp":"\d{4}-/;

/** Whether a file is what `watch` appends to: events as sentences or JSON, or a report. */
export function isEventLog(head: Buffer): boolean {
  return EVENT_SENTENCE.test(head.toString("latin1")) || isReport(head);
}

/** Whether a file holds EVE records. */
export function isEveLog(head: Buffer): boolean {
  return EVE_RECORD.test(head.toString("latin1"));
}
