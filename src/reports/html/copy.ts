import { type Content, html, type Markup } from "./markup.ts";

/** Code with a button that copies it; without a script the button is not there, and the code can be selected. */
export function copyable(code: Content, name: string): Markup {
  return html`<div class="copyable"><pre><code>${code}</code></pre><button type="button" class="copy" aria-label="Copy ${name}" hidden>Copy</button></div>`;
}
