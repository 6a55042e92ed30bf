/** The search box: entities by ID or text, chosen with the mouse or with arrows and Enter. */
import { element } from "../map/popup.js";

const PAUSE = 200; // ms after the last key

export class Find {
  #waiting = 0;
  #asked = 0;
  #matches = [];
  #at = -1;

  /** `address` answers searches, `choose(match)` goes to what was chosen. */
  constructor(box, address, words, choose) {
    Object.assign(this, { address, words, choose });
    this.input = box.querySelector("input");
    this.list = box.querySelector("[role=listbox]");
    this.input.addEventListener("input", () => this.#typed());
    this.input.addEventListener("keydown", (event) => this.#pressed(event));
    this.input.addEventListener("focus", () => this.#matches.length && this.#open(true));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) this.#take(Number(option.dataset.place));
    });
    box.addEventListener("focusout", (event) => {
      if (!box.contains(event.relatedTarget)) this.#open(false);
    });
  }

  #typed() {
    clearTimeout(this.#waiting);
    const text = this.input.value.trim();
    if (text) this.#waiting = setTimeout(() => this.#ask(text), PAUSE);
    else this.#show([], true);
  }

  async #ask(text) {
    const turn = ++this.#asked;
    try {
      const answer = await fetch(`${this.address}?${new URLSearchParams({ q: text })}`);
      if (turn !== this.#asked) return; // an older question
      if (!answer.ok) throw new Error(`The search answered ${answer.status}`);
      const { matches, complete } = await answer.json();
      this.#show(matches, complete, text);
    } catch (error) {
      console.warn(error);
      if (turn === this.#asked) this.#say(this.words("findFailed"));
    }
  }

  #show(matches, complete, text) {
    this.#matches = matches;
    this.#at = -1;
    this.input.removeAttribute("aria-activedescendant");
    this.list.replaceChildren(...matches.map((match, place) => this.#option(match, place)));
    if (text && !matches.length) this.#say(this.words(complete ? "findNone" : "findSlow"));
    else this.#open(matches.length > 0);
  }

  #option({ key, title, foundIn, value }, place) {
    const option = element("li", undefined, "match");
    option.id = `map-found-${place}`;
    option.dataset.place = place;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.append(element("span", title, "match-title"), element("span", key, "match-key mono"));
    if (value !== title && value !== key) {
      option.append(element("span", `${foundIn}: ${value}`, "match-where"));
    }
    return option;
  }

  #say(words) {
    const line = element("li", words, "match-none");
    line.setAttribute("role", "option");
    line.setAttribute("aria-disabled", "true");
    this.#matches = [];
    this.list.replaceChildren(line);
    this.#open(true);
  }

  #open(isOpen) {
    this.list.hidden = !isOpen;
    this.input.setAttribute("aria-expanded", String(isOpen));
  }

  #pressed(event) {
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.#matches.length) {
      event.preventDefault();
      this.#open(true);
      const count = this.#matches.length;
      this.#mark((this.#at + steps[event.key] + count + (this.#at < 0 && event.key === "ArrowUp" ? 1 : 0)) % count);
    } else if (event.key === "Enter" && this.#matches.length && !this.list.hidden) {
      event.preventDefault();
      this.#take(Math.max(0, this.#at));
    } else if (event.key === "Escape" && !this.list.hidden) {
      event.preventDefault();
      event.stopPropagation();
      this.#open(false);
    }
  }

  #mark(place) {
    this.#at = place;
    for (const option of this.list.children) {
      const isMarked = Number(option.dataset.place) === place;
      option.setAttribute("aria-selected", String(isMarked));
      if (isMarked) option.scrollIntoView({ block: "nearest" });
    }
    this.input.setAttribute("aria-activedescendant", `map-found-${place}`);
  }

  #take(place) {
    this.#open(false);
    this.choose(this.#matches[place]);
  }
}
