/** A section header block whose first option is the comment that `sectionComment` writes. */
const BEGINNING = /^\n\r\r\n[\s\S]{24}Evidence for \d+ findings?, selected by lvs-pcap /;

/**
 * Whether lvs-pcap wrote the file as evidence.
 *
 * @param head its first bytes, 100 or more
 */
export function isEvidence(head: Buffer): boolean {
  return BEGINNING.test(head.toString("latin1"));
}
