/**
 * All missing locations: the site looks them up, whether this page is open or not, and keeps what it
 * finds until it is accepted or left out. The panel asks how far that is as long as it is open.
 */
import { button, make } from "./dom.js";
import { foundEntry } from "./found.js";
import { figure } from "./words.js";

const EVERY = 1500; // milliseconds
const MORE = 25;
const MOST = 500;

export class Lookup {
  #asked = 0;
  #count = MORE;
  #drawn = "";
  #timer = 0;
  #isClosed = false;

  /** `onState` hears whether a lookup runs. */
  constructor(page, onState) {
    const { words } = page;
    Object.assign(this, { page, onState, kind: "find", state: undefined });
    this.bar = make("progress", { class: "lookup-bar", "aria-label": words("lookupBar") });
    this.counts = make("p", { class: "small" });
    this.said = make("p", { class: "unseen", role: "status" });
    this.leave = make("p", { class: "small muted" }, words("lookupLeave"));
    this.stop = button(words("locateStop"), () => this.#do({ do: "stop" }));
    this.goOn = button(words("lookupGoOn"), () => this.#do({ do: "go on" }));
    const accept = (sure) => button("", () => this.#accept({ sure }), { icon: sure === "low" ? undefined : "good" });
    this.accepts = { high: accept("high"), medium: accept("medium"), low: accept("low") };
    this.leaveOut = button("", () => this.#do({ do: "leave out" }), { kind: "quiet" });
    this.list = make("ol", { class: "found-list" });
    this.more = button(words("lookupMore"), () => this.#showMore());
    this.failed = make("ol", { class: "found-list" });
    this.element = make(
      "section",
      { class: "lookup", "aria-labelledby": "lookup-title", hidden: true },
      make("h3", { id: "lookup-title", class: "lookup-title", tabindex: -1 }, words("lookupTitle")),
      this.bar,
      this.counts,
      this.said,
      this.leave,
      make("div", { class: "side-acts" }, this.stop, this.goOn),
      make("div", { class: "side-acts" }, ...Object.values(this.accepts), this.leaveOut),
      this.list,
      this.more,
      this.failed,
    );
    this.unlisten = page.store.on("state", () => this.waiting && this.#load());
    document.addEventListener("visibilitychange", this.#seen);
  }

  #seen = () => !document.hidden && this.#isRunning && this.#load();

  get #isRunning() {
    return this.state === "running";
  }

  show(kind) {
    this.kind = kind;
    this.state = undefined;
    this.#count = MORE;
    this.#drawn = "";
    this.element.hidden = true;
    return this.#load();
  }

  start(columns) {
    return this.#do({ do: "start", columns });
  }

  close() {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.unlisten();
    document.removeEventListener("visibilitychange", this.#seen);
  }

  /* --- asking the site --- */

  async #load() {
    const mine = (this.#asked += 1);
    clearTimeout(this.#timer);
    try {
      const found = await this.page.api.get("lookup", { kind: this.kind, count: this.#count });
      if (mine === this.#asked && !this.#isClosed) this.#draw(found);
    } catch (error) {
      if (mine === this.#asked && error.message && error.status) this.page.fault(error);
    }
    if (mine === this.#asked) this.#wait(); // a site that is away for a moment is asked again
  }

  #wait() {
    clearTimeout(this.#timer);
    if (this.#isRunning && !this.#isClosed && !document.hidden) this.#timer = setTimeout(() => this.#load(), EVERY);
  }

  async #do(body) {
    const mine = (this.#asked += 1);
    try {
      const found = await this.page.api.post("lookup", { ...body, kind: this.kind });
      if (mine !== this.#asked || this.#isClosed) return;
      if (found.state === "running" && !this.#isRunning) document.dispatchEvent(new CustomEvent("work-started"));
      this.#draw(found);
      this.element.querySelector("#lookup-title").focus();
    } catch (error) {
      this.page.fault(error);
    }
    this.#wait();
  }

  /** Accepts some, or all as sure as that: of very many the site takes a part at a time. */
  async #accept(choice) {
    const left = () => (choice.sure ? this.sure[choice.sure] : 0);
    let before;
    do {
      before = left();
      if (!(await this.page.send({ do: "accept", kind: this.kind, ...choice }))) break;
      await this.#load();
    } while (left() && left() < before);
    this.#focus();
  }

  #leave(one) {
    this.#do({ do: "leave out", rows: [one.row] }).then(() => this.#focus());
  }

  #focus() {
    (this.list.querySelector(".side-acts button") ?? this.element.querySelector("#lookup-title")).focus();
  }

  #showMore() {
    this.#count = Math.min(MOST, this.#count + MORE);
    this.#load();
  }

  /* --- showing --- */

  #draw(found) {
    const { words } = this.page;
    const { state, waiting, rows, failed = [], said = "", share, sure = {} } = found;
    const hasEnded = this.#isRunning && state !== "running";
    Object.assign(this, { state, waiting, sure });
    this.element.hidden = !state;
    this.bar.hidden = this.leave.hidden = this.stop.hidden = state !== "running";
    if (share === null || share === undefined) this.bar.removeAttribute("value");
    else this.bar.value = share;
    this.goOn.hidden = !["stopped", "failed"].includes(state);
    this.counts.textContent = [said, waiting ? words("lookupWaiting", { n: figure(waiting) }) : ""].filter(Boolean).join(" ");
    if (hasEnded) this.said.textContent = `${words(`lookup_${state}`)} ${said}`;
    const names = { high: "accept_high", medium: "acceptBetter", low: "acceptAll" };
    const levels = Object.entries(this.accepts);
    levels.forEach(([level, act], at) => {
      act.lastChild.textContent = words(names[level], { n: figure(sure[level] ?? 0) });
      act.hidden = !sure[level] || (at > 0 && sure[level] === sure[levels[at - 1][0]]);
    });
    this.leaveOut.textContent = words("leaveAllOut", { n: figure(waiting) });
    this.leaveOut.hidden = !waiting;
    this.more.hidden = rows.length >= waiting || rows.length >= MOST;
    this.#drawRows(rows, failed);
    const badge = document.querySelector("[data-suggested]");
    if (badge && this.kind === "find") badge.textContent = waiting ? figure(waiting) : "";
    this.onState(this.#isRunning);
  }

  /** Only what is new is drawn anew, and the focus stays where it is. */
  #drawRows(rows, failed) {
    const drawn = JSON.stringify([rows, failed]);
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    const { activeElement } = document;
    const held = activeElement?.closest(".lookup [data-found]");
    const label = held && activeElement.getAttribute("aria-label");
    const acts = { accept: (one) => this.#accept({ rows: [one.row] }), leave: (one) => this.#leave(one) };
    this.list.replaceChildren(...rows.map((one) => foundEntry(this.page, one, acts)));
    this.failed.replaceChildren(...failed.map((one) => this.#failure(one)));
    if (held) {
      const again = this.list.querySelector(`[data-found="${held.dataset.found}"]`);
      const same = [...(again?.querySelectorAll("button") ?? [])].find((one) => one.getAttribute("aria-label") === label);
      (same ?? this.element.querySelector("#lookup-title")).focus();
    }
  }

  #failure({ row, id, asked, words }) {
    const title = make("button", { type: "button", class: "problem-row", onclick: () => this.page.goTo(row, undefined) }, id || this.page.words("emptyId"));
    return make("li", { class: "locate-found" }, make("span", {}, title, " ", make("span", { class: "muted" }, asked)), make("span", { class: "field-error" }, words));
  }
}
