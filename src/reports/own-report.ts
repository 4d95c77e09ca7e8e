/** How a report begins, by format; each begins with what nobody else writes there. */
const BEGINNINGS: readonly RegExp[] = [
  // table
  /^(?:POISONED|SUSPICIOUS|CLEAN|UNDETERMINED) {2}\S[^\n]*\n {2}\S/,
  // json
  /^\{\s*"schemaVersion":\s*\d+,\s*"tool":\s*\{\s*"name":\s*"lvs-pcap"/,
  // ndjson
  /^\{"event":"(?:opened|updated|restored|benign)","at":"\d{4}-/,
  // markdown
  /^# ARP: [A-Z ]+\n/,
  // html
  /^<!doctype html>[\s\S]*<meta name="generator" content="lvs-pcap /,
  // sarif
  /^\{\s*"\$schema":\s*"[^"]*sarif[^"]*"[\s\S]*"driver":\s*\{\s*"name":\s*"lvs-pcap"/,
];

/**
 * Whether a file is a report of lvs-pcap, in any of its formats.
 *
 * @param head its first bytes, some thousand of them
 */
export function isReport(head: Buffer): boolean {
  const text = head.toString("utf8");
  return BEGINNINGS.some((beginning) => beginning.test(text));
}
