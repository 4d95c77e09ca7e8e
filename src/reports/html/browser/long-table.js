/** Finding and sorting in tables, over all their rows: those that are folded up, too. */

const AT_ONCE = 100;

/** A table with parts that are folded up, shown by a search and an order instead. */
class LongTable {
  /**
   * @param {HTMLElement} box
   * @param {HTMLTableSectionElement} body of the table whose rows stand there
   */
  constructor(box, body) {
    this.box = box;
    this.body = body;
    this.heads = [...box.querySelectorAll("table:first-of-type > thead th")].filter(
      (head) => head instanceof HTMLElement && head.closest("details") === null,
    );
    /** @type {{ row: HTMLTableRowElement, text: string }[] | null} */
    this.rows = null;
    this.words = "";
    this.column = -1;
    this.descending = false;
    this.most = AT_ONCE;
    const name = box.dataset.filter ?? "";
    this.field = document.createElement("input");
    this.field.type = "search";
    this.field.placeholder = `Find in ${name.toLowerCase()}`;
    this.field.setAttribute("aria-label", this.field.placeholder);
    this.field.addEventListener("input", () => this.find(this.field.value));
    this.count = document.createElement("span");
    this.count.setAttribute("role", "status");
    const bar = document.createElement("div");
    bar.className = "finder";
    bar.append(this.field, this.count);
    box.prepend(bar);
    this.more = document.createElement("button");
    this.more.type = "button";
    this.more.hidden = true;
    this.more.textContent = `Show ${AT_ONCE} more`;
    this.more.addEventListener("click", () => {
      this.most += AT_ONCE;
      this.show();
    });
    box.append(this.more);
    for (const [column, head] of this.heads.entries()) this.addButton(head, column);
  }

  /**
   * @param {Element} head
   * @param {number} column
   */
  addButton(head, column) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.addEventListener("click", () => {
      this.descending = this.column === column && !this.descending;
      this.column = column;
      for (const other of this.heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", this.descending ? "descending" : "ascending");
      this.show();
    });
    head.replaceChildren(button);
  }

  /** @param {string} words */
  find(words) {
    this.words = words.trim().toLowerCase();
    this.most = AT_ONCE;
    this.show();
  }

  /** All rows, taken out of their parts when they are first asked for. */
  all() {
    this.rows ??= [...this.box.querySelectorAll("tbody tr")].flatMap((row) =>
      row instanceof HTMLTableRowElement ? [{ row, text: (row.textContent ?? "").toLowerCase() }] : [],
    );
    for (const part of this.box.querySelectorAll("details.part")) part.remove();
    return this.rows;
  }

  show() {
    const rows = this.all();
    const words = this.words.split(/\s+/);
    const found = rows.filter(({ text }) => words.every((word) => text.includes(word)));
    if (this.column >= 0) {
      const order = new Intl.Collator("en", { numeric: true });
      const keyed = found.map((item) => ({ item, key: item.row.cells[this.column]?.textContent ?? "" }));
      keyed.sort((a, b) => order.compare(a.key, b.key) * (this.descending ? -1 : 1));
      found.splice(0, found.length, ...keyed.map(({ item }) => item));
    }
    this.body.replaceChildren(...found.slice(0, this.most).map(({ row }) => row));
    this.more.hidden = found.length <= this.most;
    this.count.textContent = this.words === "" ? "" : `${found.length} of ${rows.length}`;
  }
}

for (const box of document.querySelectorAll(".rows[data-filter]")) {
  const body = box.querySelector("tbody");
  if (box instanceof HTMLElement && body !== null) new LongTable(box, body);
}
