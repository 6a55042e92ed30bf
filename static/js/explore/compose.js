/** Asks the site what follows from the form as it stands: URL, faults, code, address. */
import { Emitter } from "../map/emitter.js";

const PAUSE = 160; // ms without typing
const AGAIN = 3000; // ms, after the site did not answer

export class Composer extends Emitter {
  #timer = 0;
  #asked = 0;

  constructor(form, first) {
    super();
    this.form = form;
    this.last = first;
  }

  /** Once nobody types for a moment. */
  soon() {
    this.#asked += 1; // what is still on its way answers what has changed since
    clearTimeout(this.#timer);
    this.form.toggleAttribute("data-composing", true);
    this.#timer = setTimeout(() => this.now().catch(() => this.#later()), PAUSE);
  }

  #later() {
    this.emit("offline");
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.soon(), AGAIN);
  }

  /** At once; resolves with what was composed. Of two answers the later question's counts. */
  async now() {
    clearTimeout(this.#timer);
    const number = ++this.#asked;
    const answer = await fetch(this.form.dataset.compose, {
      method: "POST",
      body: new FormData(this.form),
      headers: { "X-CSRFToken": csrf(), "HX-Request": "true" },
    });
    if (!answer.ok) throw new Error(`composing answered ${answer.status}`);
    const composed = await answer.json();
    if (number === this.#asked) {
      this.last = composed;
      this.form.toggleAttribute("data-composing", false);
      this.emit("composed", composed);
    }
    return composed;
  }
}

/** The token that the page's body carries for htmx. */
export function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
}
