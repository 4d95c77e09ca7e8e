import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { glossary } from "../../src/reports/glossary.ts";

// Writes docs/glossary.md from the texts of `lvs-pcap explain`.
writeFileSync(join(import.meta.dirname, "..", "..", "docs", "glossary.md"), glossary());
