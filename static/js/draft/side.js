/** The panel at the side, which holds one thing at a time: a form, problems, find, filter. */
import { icon, make } from "./dom.js";

export class Side {
  #back;

  /** `panels`: name -> a promise of (page, given) => {title, content, focus, opened, closed}; each is
   * loaded when it is first opened. */
  constructor(element, page, panels) {
    Object.assign(this, { element, page, panels, name: "" });
    element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  async open(name, given) {
    if (!this.name) this.#back = document.activeElement;
    this.panel?.closed?.();
    this.panel = undefined;
    this.name = name;
    const build = await this.panels[name]();
    if (this.name !== name) return;
    this.panel?.closed?.();
    const panel = (this.panel = build(this.page, given));
    const { words } = this.page;
    const title = make("h2", { class: "side-title", id: "side-title" }, panel.title);
    const shut = make("button", { type: "button", class: "btn btn-icon btn-quiet", onclick: () => this.close(), "aria-label": words("close"), title: words("close") }, icon("close", "medium"));
    this.element.replaceChildren(make("div", { class: "side-head" }, title, shut), panel.content);
    this.element.hidden = false;
    this.element.dataset.panel = name;
    this.#mark();
    (panel.focus ?? shut).focus();
    panel.opened?.();
  }

  toggle(name, given) {
    if (this.name === name) this.close();
    else this.open(name, given);
  }

  retitle(words) {
    const title = this.element.querySelector("#side-title");
    if (title) title.textContent = words;
  }

  close() {
    if (!this.name) return;
    this.panel?.closed?.();
    this.name = "";
    this.panel = undefined;
    this.element.hidden = true;
    this.element.replaceChildren();
    this.#mark();
    if (this.page.isList) this.page.list.focus();
    else if (this.#back?.isConnected && !this.page.grid.element.contains(this.#back)) this.#back.focus();
    else this.page.grid.focus();
  }

  #mark() {
    for (const button of document.querySelectorAll("[data-panel-of]")) {
      button.setAttribute("aria-expanded", String(button.dataset.panelOf === this.name));
    }
  }
}
