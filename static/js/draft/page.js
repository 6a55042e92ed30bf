/** The page of a draft: builds the grid, ties it to its buttons and panels, and sends what is done. */
import { Api, Refusal, isBroken } from "./api.js";
import { CellBar } from "./bar.js";
import { Columns } from "./columns.js";
import { Commands, listenClipboard } from "./commands.js";
import { useIcons } from "./dom.js";
import { Editor } from "./editor.js";
import { Grid } from "./grid.js";
import { listen as listenKeys } from "./keyboard.js";
import { List } from "./list.js";
import { listen as listenPointer } from "./pointer.js";
import { Queue } from "./queue.js";
import { Selection } from "./selection.js";
import { Side } from "./side.js";
import { Store } from "./store.js";
import { figure, wordsOf } from "./words.js";

class DraftPage {
  /** Whether the person may change the draft just now. */
  mayEdit = () => this.isEditable;

  constructor(box) {
    this.box = box;
    this.words = wordsOf(box);
    useIcons(box.dataset.icons);
    this.api = new Api(JSON.parse(box.dataset.urls));
    this.store = new Store(this.api);
    this.columns = new Columns(JSON.parse(box.dataset.columns), `widths:${box.dataset.source}`);
    this.selection = new Selection(this.store, this.columns);
    this.isEditable = box.dataset.mayEdit === "1";
    this.#build();
    this.queue = new Queue(this.api, this.store, `draft:${box.dataset.draft}`);
    this.commands = new Commands(this);
    this.#listen();
    this.#start();
  }

  #build() {
    const { box, store, columns, selection, words } = this;
    const shared = { store, columns, selection, words, mayEdit: this.isEditable, label: words("grid") };
    this.grid = new Grid(shared);
    this.list = new List(shared);
    this.grid.onFault = this.list.onFault = (error) => this.fault(error);
    this.list.onOpen = (place) => {
      selection.move(place, 0);
      this.side.open("form");
    };
    box.querySelector("[data-grid]").append(this.grid.element, this.list.element);
    this.editor = new Editor(this);
    this.bar = new CellBar(box.querySelector("[data-bar]"), this);
    this.side = new Side(box.querySelector("[data-side]"), this, {
      form: async () => (await import("./form.js")).formPanel,
      problems: async () => (await import("./problems.js")).problemsPanel,
      find: async () => (await import("./find.js")).findPanel,
      filter: async () => (await import("./filter.js")).filterPanel,
      place: async () => (await import("./place.js")).placePanel,
      locate: async () => (await import("./locate.js")).locatePanel,
    });
    this.narrow = matchMedia("(width <= 760px)");
    this.narrow.addEventListener("change", () => this.#lay());
    this.#lay();
  }

  /** A grid where there is room for one, a list with a form an entity elsewhere. */
  #lay() {
    this.isList = this.narrow.matches;
    this.grid.element.hidden = this.isList;
    this.list.element.hidden = !this.isList;
    (this.isList ? this.list : this.grid).draw();
  }

  #listen() {
    const { box, store, queue, grid } = this;
    listenKeys(this);
    listenPointer(this);
    listenClipboard(this);
    store.on("state", (state) => this.#showState(state));
    store.on("total", (total) => this.#showTotal(total));
    store.on("moved", () => this.#lookAgain());
    queue.on("state", (state) => this.#showQueue(state));
    queue.on("refused", ({ body, error }) => this.#refused(body, error));
    box.addEventListener("click", (event) => {
      const act = event.target.closest("[data-act]")?.dataset.act;
      if (act) this.#act(act);
    });
    box.querySelector("[data-search]")?.addEventListener("input", (event) => this.#search(event.target.value));
    for (const choice of box.querySelectorAll("[name=kind]")) {
      choice.addEventListener("change", () => this.select({ kinds: choice.value ? [choice.value] : [] }));
    }
    addEventListener("beforeunload", (event) => queue.waiting && event.preventDefault());
    addEventListener("focus", () => this.#lookAgain());
    grid.element.addEventListener("focusin", () => this.editor.isOpen || this.say(""));
  }

  async #start() {
    try {
      this.store.note(JSON.parse(this.box.dataset.state));
      this.store.total = Number(this.box.dataset.total);
      this.grid.resize();
      this.#showTotal(this.store.total);
      if (await this.queue.resume()) this.store.forget();
      this.box.dataset.ready = "1";
      const asked = new URLSearchParams(location.search);
      if (asked.get("panel") === "locate" && this.mayEdit()) this.side.open("locate", asked.get("kind"));
    } catch (error) {
      this.fault(error);
    }
  }

  #act(name) {
    const { commands, side } = this;
    if (["find", "filter", "problems", "form", "place", "locate"].includes(name)) return side.toggle(name);
    if (name === "showAll") return this.showKinds([]).then(() => (this.isList ? this.list : this.grid).focus());
    return commands[name]?.();
  }

  /* --- edits --- */

  /** A typed cell: shown at once, sent, and put right by the site's answer. */
  async commit(row, column, text) {
    const { store, queue } = this;
    const isLong = column.place in (row.more.long ?? {});
    const was = isLong ? await this.wholeText(row, column) : row.texts[column.place];
    this.#showTyped(row, column, text);
    const cells = [[row.number, column.id, text ?? null, was]];
    try {
      this.#after(await queue.push("edit", { do: "set", cells }));
    } catch (error) {
      if (error.clashes ?? error.answer?.clashes) return this.#clash(error, cells);
      this.fault(error);
      this.reload();
    }
    return store;
  }

  #showTyped(row, column, text) {
    const place = this.store.placeOf(row.number);
    if (place === undefined) return;
    const now = this.store.at(place) ?? row;
    const texts = now.texts.with(column.place, text ?? null);
    const waiting = new Set([...(now.waiting ?? []), column.id]);
    this.store.put(place, { ...now, texts, waiting });
  }

  async #clash(error, cells) {
    const { clashes } = error.answer;
    const typed = (number, id) => cells.find(([row, column]) => row === number && column === id)?.[2];
    const { askClash } = await import("./clash.js");
    const isPut = await askClash(this, clashes, typed);
    await this.#lookAgain();
    if (!isPut) return this.reload();
    const again = cells.map(([number, id, text, was]) => {
      const now = clashes.find(([row, column]) => row === number && column === id);
      return [number, id, text, now ? now[2] : was];
    });
    try {
      this.#after(await this.queue.push("edit", { do: "set", cells: again }));
    } catch (refusal) {
      this.fault(refusal);
      this.reload();
    }
  }

  /** Edits from an earlier visit that the site does not take as they are. */
  #refused(body, error) {
    if (error.answer?.clashes && body.cells) return this.#clash(error, body.cells);
    return this.fault(error);
  }

  /** Any other edit; gives the site's answer, or undefined if it is refused, which is said. */
  async send(body) {
    if (!this.mayEdit()) return this.say(this.words("readOnly"));
    try {
      const answer = await this.queue.push("edit", body);
      this.#after(answer);
      return answer;
    } catch (error) {
      this.fault(error);
      this.reload();
      return undefined;
    }
  }

  async turn(forward) {
    if (!this.mayEdit()) return;
    try {
      this.#after(await this.queue.push("back", { forward }));
    } catch (error) {
      this.fault(error);
      this.reload();
    }
  }

  #after(answer) {
    const { store, queue } = this;
    const rows = answer.rows.filter(([number]) => !queue.touches(number));
    const isStructural = answer.added.length || answer.gone.length || answer.many;
    if (isStructural || !store.patch(rows)) store.forget();
    if (answer.said) this.say(answer.said);
  }

  reload() {
    this.store.forget();
  }

  /* --- looking --- */

  /** Sorts and narrows, keeping what is not named. */
  async select(part) {
    const selection = { ...this.store.selection, ...part };
    this.box.classList.add("draft-busy");
    try {
      await this.store.select(selection);
      this.selection.move(0, Math.max(0, this.selection.column));
      this.#showSelection(selection);
    } finally {
      this.box.classList.remove("draft-busy");
    }
  }

  showKinds(kinds) {
    const choice = this.box.querySelector(`[name=kind][value="${kinds[0] ?? ""}"]`);
    if (choice) choice.checked = true;
    const isAll = !kinds.length;
    return this.select(isAll ? { kinds, where: [], search: "" } : { kinds }).catch((error) => this.fault(error));
  }

  #search(text) {
    clearTimeout(this.searching);
    this.searching = setTimeout(() => this.select({ search: text.trim() }).catch((error) => this.fault(error)), 250);
  }

  /** Makes a row the active one, wherever it is; a filter that hides it is taken off. */
  async goTo(number, place, { edit = false } = {}) {
    const { api, store, selection, words } = this;
    const column = place ? this.columns.byPlace.get(place) : 0;
    let found = (await api.get("place", { row: number, order: store.order || undefined })).place;
    if (found === null) {
      await this.select({ sort: store.selection.sort, where: [], search: "", kinds: [] });
      this.say(words("notThere"));
      found = (await api.get("place", { row: number, order: store.order || undefined })).place;
      if (found === null) return;
    }
    await store.need(found, found + 1);
    store.total = Math.max(store.total, found + 1);
    this.grid.resize();
    selection.move(found, column);
    if (this.isList) {
      this.list.show(found);
      this.side.open("form");
      return;
    }
    if (!this.side.name || edit) this.grid.focus();
    if (edit && this.mayEdit()) this.editor.begin("replace");
  }

  async nextProblem(forward) {
    const { api, store, selection } = this;
    const from = Math.max(0, selection.row);
    const found = await api.get("problem", { from, order: store.order || undefined, back: forward ? undefined : 1 });
    if (found.number !== undefined) await this.goTo(found.number, found.column);
    else this.say(this.words("noProblems"));
  }

  /** The map of a row's geography. */
  openGeography(row) {
    const place = this.store.placeOf(row.number);
    if (place !== undefined && place !== this.selection.row) this.selection.move(place, Math.max(0, this.selection.column));
    return this.side.open("place");
  }

  async wholeText(row, column) {
    const { text } = await this.api.get("cell", { row: row.number, column: column.id });
    return text;
  }

  /** Another tab, or another person, may have changed the draft since. */
  async #lookAgain() {
    if (this.queue.waiting || this.isLooking) return;
    this.isLooking = true;
    try {
      const state = await this.api.get("state");
      const isMoved = state.revision !== this.store.revision;
      this.store.note(state);
      if (isMoved) this.reload();
    } catch (error) {
      if (!isBroken(error) && error.status !== 401) this.fault(error);
    } finally {
      this.isLooking = false;
    }
  }

  /* --- what the page says --- */

  /** Says something that is shown for a moment and read out. */
  say(words) {
    const line = this.box.querySelector("[data-said]");
    line.textContent = words;
    line.classList.remove("bar-wrong");
  }

  fault(error) {
    console.error(error);
    const { words } = this;
    const status = error instanceof Refusal ? error.status : 0;
    this.say(error.message && status ? error.message : words("failed", { status: status || "–" }));
    this.box.querySelector("[data-said]").classList.add("bar-wrong");
  }

  #showState({ counts, undo, redo, mayEdit, revision, columns }) {
    const { box } = this;
    // Properties were changed here by an undo, or elsewhere: every column may be another one.
    if (columns !== (this.marked ??= columns)) return location.reload();
    this.isEditable = mayEdit;
    box.dataset.revision = revision;
    for (const [name, count] of Object.entries(counts)) {
      for (const part of box.querySelectorAll(`[data-count=${name}]`)) part.textContent = figure(count);
    }
    for (const part of document.querySelectorAll("[data-draft-count]")) {
      const count = counts[part.dataset.draftCount];
      part.textContent = figure(count);
      part.closest("[data-counted]").hidden = !count;
    }
    this.#turnable("undo", undo);
    this.#turnable("redo", redo);
  }

  #turnable(name, step) {
    const button = this.box.querySelector(`[data-act=${name}]`);
    if (!button) return;
    button.disabled = !step || !this.isEditable;
    button.title = step ? `${button.dataset.label}: ${step}` : button.dataset.label;
  }

  #showTotal(total) {
    const { box, words } = this;
    const shown = box.querySelector("[data-shown-total]");
    if (shown) shown.textContent = figure(Math.max(0, total));
    const none = box.querySelector("[data-none]");
    none.hidden = total !== 0;
    none.textContent = this.store.order ? words("noRows") : words("noRowsAtAll");
  }

  #showQueue(state) {
    const { words, queue } = this;
    const part = this.box.querySelector("[data-kept]");
    const said = {
      saved: words("saved"),
      saving: words("saving"),
      busy: words("busy"),
      offline: words("offline", { n: figure(queue.waiting) }),
      signedOut: words("signIn"),
    }[state];
    part.textContent = said;
    part.dataset.kept = state;
  }

  #showSelection({ sort, where, search, kinds }) {
    const { box, words, columns } = this;
    const names = sort.map(([id]) => columns.byId.get(id)?.name).join(", ");
    const part = box.querySelector("[data-sorted]");
    part.hidden = !names;
    part.textContent = names ? words("sortedBy", { names }) : "";
    box.querySelector("[data-filtered]").hidden = !(where.length || search || kinds.length);
    const sought = box.querySelector("[data-search]");
    if (sought && sought !== document.activeElement) sought.value = search;
    const badge = box.querySelector("[data-conditions]");
    badge.textContent = where.length ? ` (${where.length})` : "";
  }
}

const box = document.getElementById("draft");
if (box) new DraftPage(box);
