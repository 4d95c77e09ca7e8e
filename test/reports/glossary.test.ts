import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { glossary } from "../../src/reports/glossary.ts";

it("docs/glossary.md says what lvs-pcap explain says (else: npm run glossary)", () => {
  const page = readFileSync(join(import.meta.dirname, "..", "..", "docs", "glossary.md"), "utf8");
  expect(page).toBe(glossary());
});
