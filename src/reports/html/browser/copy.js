/** Buttons that copy: what lies in the same box, or what they carry themselves. */

for (const button of document.querySelectorAll("button.copy")) {
  if (button instanceof HTMLButtonElement) button.hidden = false;
}

document.addEventListener("click", async ({ target }) => {
  const button = target instanceof Element ? target.closest("button.copy") : null;
  if (!(button instanceof HTMLButtonElement)) return;
  const code = button.parentElement?.querySelector("code") ?? null;
  const copied = await copy(button.dataset.copy ?? code?.textContent ?? "", button);
  if (!copied && code !== null) getSelection()?.selectAllChildren(code);
  const label = button.textContent;
  if (button.dataset.said !== undefined) return;
  button.dataset.said = "";
  button.textContent = copied ? "Copied" : "Press Ctrl+C";
  setTimeout(() => {
    button.textContent = label;
    delete button.dataset.said;
  }, 1600);
});

/**
 * By the clipboard where the browser lets a page, else as before there was one.
 *
 * @param {string} text
 * @param {HTMLElement} beside
 * @returns {Promise<boolean>} whether it is in the clipboard
 */
async function copy(text, beside) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "unseen";
    field.readOnly = true;
    beside.after(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    beside.focus();
    return copied;
  }
}

// What is folded up is on paper, too, but for the hundreds of rows that nobody reads there.
addEventListener("beforeprint", () => {
  for (const folded of document.querySelectorAll("details:not(.part):not([open])")) {
    folded.setAttribute("open", "");
    folded.setAttribute("data-unfolded", "");
  }
});
addEventListener("afterprint", () => {
  for (const unfolded of document.querySelectorAll("details[data-unfolded]")) {
    unfolded.removeAttribute("open");
    unfolded.removeAttribute("data-unfolded");
  }
});
