/** The table beside the map: the entities in view, in pages, tied to the map by hover and click. */
const PAUSE = 250; // ms after the map has come to rest

export class EntityTable {
  #waiting = 0;
  #asked = 0;
  #hovered;

  /** `on` has `hover(row | undefined)` and `choose(row)`; a row is {fid, key, place}. */
  constructor(box, address, words, on) {
    Object.assign(this, { box, address, words, on });
    this.chosen = undefined; // fid
    box.addEventListener("click", (event) => this.#clicked(event));
    box.addEventListener("pointerover", (event) => this.#hover(event.target.closest("tr[data-fid]")));
    box.addEventListener("pointerleave", () => this.#hover(undefined));
    box.addEventListener("focusin", (event) => this.#hover(event.target.closest("tr[data-fid]")));
    box.addEventListener("focusout", () => this.#hover(undefined));
  }

  /** Lists what lies in a box [west, south, east, north], soon. */
  show(bounds, by) {
    Object.assign(this, { bounds, by });
    clearTimeout(this.#waiting);
    this.#waiting = setTimeout(() => this.#ask(1), PAUSE);
  }

  async #ask(page) {
    const turn = ++this.#asked;
    const bbox = this.bounds.map((side) => side.toFixed(6)).join(",");
    const query = new URLSearchParams({ bbox, page, ...(this.by && { by: this.by }) });
    try {
      const answer = await fetch(`${this.address}?${query}`, { headers: { "X-Requested-With": "fetch" } });
      if (turn !== this.#asked) return;
      if (answer.status === 404 || answer.status === 410) this.on.gone?.();
      if (!answer.ok) throw new Error(`The table answered ${answer.status}`);
      const rows = await answer.text();
      this.#hover(undefined);
      const hadFocus = this.box.contains(document.activeElement);
      this.box.innerHTML = rows; // made by the server, every value escaped there
      this.mark(this.chosen);
      if (hadFocus) this.#focus();
    } catch (error) {
      if (turn !== this.#asked) return;
      console.warn(error);
      const line = document.createElement("p");
      line.className = "panel-body muted";
      line.textContent = this.words("tableFailed");
      this.box.replaceChildren(line);
    }
  }

  /** The focus stays in the table when its rows are others: on the chosen one, or on the whole. */
  #focus() {
    const there = this.button(this.chosen) ?? this.box.querySelector("[role=region]");
    there?.focus({ preventScroll: true });
  }

  #rowOf(row) {
    const key = row.querySelector("[data-key]").dataset.key;
    return { fid: Number(row.dataset.fid), key, place: row.dataset.place.split(",").map(Number) };
  }

  #clicked(event) {
    const page = event.target.closest("[data-page]");
    if (page) return this.#ask(page.dataset.page);
    const row = event.target.closest("tr[data-fid]");
    if (row) this.on.choose(this.#rowOf(row), event.detail === 0); // 0: by a key, not the mouse
  }

  #hover(row) {
    if (row === this.#hovered) return;
    this.#hovered = row ?? undefined;
    this.on.hover(row ? this.#rowOf(row) : undefined);
  }

  /** Shows which row is pointed at on the map. */
  light(fid) {
    for (const row of this.box.querySelectorAll("tr[data-fid]")) {
      row.classList.toggle("is-lit", Number(row.dataset.fid) === fid);
    }
  }

  /** Shows which row is chosen. */
  mark(fid) {
    this.chosen = fid;
    for (const row of this.box.querySelectorAll("tr[data-fid]")) {
      const isChosen = Number(row.dataset.fid) === fid;
      row.classList.toggle("is-chosen", isChosen);
      row.querySelector("[data-key]").setAttribute("aria-pressed", String(isChosen));
      if (isChosen) this.#reveal(row);
    }
  }

  /** Scrolls the table, and not the page, to a row. */
  #reveal(row) {
    const scroller = row.closest("[role=region]");
    const frame = scroller.getBoundingClientRect();
    const { top, bottom } = row.getBoundingClientRect();
    const highest = frame.top + scroller.querySelector("thead").offsetHeight;
    if (top < highest) scroller.scrollTop -= highest - top;
    else if (bottom > frame.bottom) scroller.scrollTop += bottom - frame.bottom;
  }

  /** The button of an entity's row, if it is listed. */
  button(fid) {
    return this.box.querySelector(`tr[data-fid="${fid}"] [data-key]`);
  }
}
