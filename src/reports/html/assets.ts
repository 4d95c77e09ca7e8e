import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { Markup } from "./markup.ts";

const STYLES = [
  "base.css",
  "verdict.css",
  "story.css",
  "owners.css",
  "maps.css",
  "timelines.css",
  "tables.css",
  "narrow.css",
  "paper.css",
];
const SCRIPTS = ["copy.js", "timeline-view.js", "timeline-controls.js", "long-table.js"];

/** What lies in browser/, to be put into the page as it stands, and the policy that lets in just that. */
export interface Assets {
  readonly style: Markup;
  readonly script: Markup;
  readonly policy: string;
}

export function loadAssets(): Assets {
  const style = STYLES.map(load).join("\n");
  // In a block, so that nothing of it is the window's.
  const script = `"use strict";\n{\n${SCRIPTS.map(load).join("\n")}}\n`;
  return {
    style: new Markup(style),
    script: new Markup(script),
    policy: [
      "default-src 'none'",
      `style-src '${hashOf(style)}'`,
      `script-src '${hashOf(script)}'`,
      // The empty icon, for which a browser would else ask the server.
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
    ].join("; "),
  };
}

function load(name: string): string {
  return readFileSync(new URL(`./browser/${name}`, import.meta.url), "utf8");
}

/** As the browser computes it of the element's content (CSP Level 3, section 6.7.2.5). */
function hashOf(source: string): string {
  return `sha256-${createHash("sha256").update(source).digest("base64")}`;
}
