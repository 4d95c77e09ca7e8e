/** Zoom, tooltips and the keyboard for the timelines. */

class TimelineControls {
  /** @param {TimelineView} view */
  constructor(view) {
    this.view = view;
    const { figure, plot } = view;
    this.svg = view.svg;
    this.tip = /** @type {HTMLElement} */ (required(figure.querySelector(".tip")));
    this.marks = view.items
      .filter(({ item }) => item.classList.contains("mark"))
      .sort((a, b) => a.from - b.from)
      .flatMap(({ item, from }) => (item instanceof SVGElement ? [{ mark: item, ns: from }] : []));
    // From here on the page tells by itself what the browser would have told of it.
    for (const title of plot.querySelectorAll("title")) title.remove();
    this.marks[0]?.mark.setAttribute("tabindex", "0");
    const buttons = figure.querySelector(".controls");
    if (buttons instanceof HTMLElement) {
      buttons.hidden = false;
      buttons.addEventListener("click", ({ target }) => {
        const button = target instanceof Element ? target.closest("button[data-do]") : null;
        if (button !== null) this.press(button);
      });
    }
    this.svg.addEventListener("keydown", (event) => this.key(/** @type {KeyboardEvent} */ (event)));
    this.svg.addEventListener("focusin", ({ target }) => this.tell(target));
    this.svg.addEventListener("focusout", () => this.hush());
    this.svg.addEventListener("pointerover", ({ target }) => {
      if (!this.tell(target)) this.hush();
    });
    this.svg.addEventListener("pointerleave", () => this.hush());
    const wheel = /** @param {Event} event */ (event) => this.wheel(/** @type {WheelEvent} */ (event));
    this.svg.addEventListener("wheel", wheel, { passive: false });
    this.listenToFingers();
  }

  /** What is zoomed can be dragged, and two fingers zoom. */
  listenToFingers() {
    const { view } = this;
    /** @type {Map<number, number>} */
    const fingers = new Map();
    this.svg.addEventListener("pointerdown", (event) => {
      const { pointerId, clientX } = /** @type {PointerEvent} */ (event);
      fingers.set(pointerId, clientX);
    });
    for (const over of ["pointerup", "pointercancel", "pointerleave"]) {
      this.svg.addEventListener(over, (event) => {
        fingers.delete(/** @type {PointerEvent} */ (event).pointerId);
      });
    }
    this.svg.addEventListener("pointermove", (event) => {
      const { pointerId, clientX } = /** @type {PointerEvent} */ (event);
      const before = fingers.get(pointerId);
      if (before === undefined) return;
      const [other] = [...fingers].filter(([id]) => id !== pointerId).map(([, x]) => x);
      fingers.set(pointerId, clientX);
      if (other === undefined) {
        if (!view.isWhole) view.pan((before - clientX) / view.width);
      } else if (Math.abs(clientX - other) > 8) {
        const factor = Math.abs(clientX - other) / Math.max(8, Math.abs(before - other));
        view.zoom(factor, view.shareAt((clientX + other) / 2));
      }
      this.hush();
    });
  }

  /** @param {Element} button */
  press(button) {
    const { view } = this;
    const action = button.getAttribute("data-do");
    if (action === "in") view.zoom(2, view.middle);
    else if (action === "out") view.zoom(0.5, view.middle);
    else if (action === "all") view.show(0, 1);
    else {
      view.linear = !view.linear;
      button.setAttribute("aria-pressed", String(view.linear));
      view.show(0, 1);
    }
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = this.marks.findIndex(({ mark }) => mark === document.activeElement);
    const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1 };
    const ends = { Home: 0, End: this.marks.length - 1 };
    const goal = Object.entries({ ...steps, ...ends }).find(([name]) => name === event.key)?.[1];
    if (goal !== undefined) this.focus(Math.min(this.marks.length - 1, Math.max(0, goal)));
    else if (event.key === "+" || event.key === "=") this.zoomAt(at, 2);
    else if (event.key === "-") this.zoomAt(at, 0.5);
    else if (event.key === "Escape" || event.key === "0") {
      this.hush();
      this.view.show(0, 1);
    } else return;
    event.preventDefault();
  }

  /**
   * @param {number} index of a mark; -1 for none
   * @param {number} factor
   */
  zoomAt(index, factor) {
    const { view } = this;
    const at = this.marks[index];
    view.zoom(factor, at === undefined ? view.middle : view.shareOf(at.ns));
    if (at !== undefined) this.tell(at.mark);
  }

  /** @param {WheelEvent} event */
  wheel(event) {
    // Without a key held down the page scrolls, as it does everywhere else, unless somebody works in here.
    if (!event.ctrlKey && !event.metaKey && !this.svg.contains(document.activeElement)) return;
    event.preventDefault();
    this.hush();
    this.view.zoom(event.deltaY < 0 ? 1.3 : 1 / 1.3, this.view.shareAt(event.clientX));
  }

  /** @param {number} index */
  focus(index) {
    const at = this.marks[index];
    if (at === undefined) return;
    for (const { mark } of this.marks) mark.setAttribute("tabindex", "-1");
    at.mark.setAttribute("tabindex", "0");
    this.view.reveal(at.ns);
    at.mark.focus();
  }

  /**
   * Shows what a mark stands for.
   *
   * @param {EventTarget | null} target
   * @returns {boolean} whether it is one
   */
  tell(target) {
    const mark = target instanceof Element ? target.closest(".mark") : null;
    if (mark === null || !this.view.plot.contains(mark)) return false;
    const { tip } = this;
    const [head = "", ...rest] = (mark.getAttribute("aria-label") ?? "").split(": ");
    const strong = document.createElement("b");
    strong.textContent = rest.length > 0 ? `${head}: ` : head;
    tip.replaceChildren(strong, rest.join(": "));
    tip.hidden = false;
    const frame = this.view.frame.getBoundingClientRect();
    const place = mark.getBoundingClientRect();
    const middle = Math.max(frame.left, Math.min(place.left + place.width / 2, frame.right)) - frame.left;
    const left = Math.max(0, Math.min(middle - tip.offsetWidth / 2, frame.width - tip.offsetWidth));
    const above = place.top - frame.top - tip.offsetHeight - 6;
    tip.style.left = `${left}px`;
    tip.style.top = `${above > -120 ? above : place.bottom - frame.top + 6}px`;
    return true;
  }

  hush() {
    this.tip.hidden = true;
  }
}

for (const figure of document.querySelectorAll("figure.timeline")) {
  if (figure instanceof HTMLElement) new TimelineControls(new TimelineView(figure));
}
