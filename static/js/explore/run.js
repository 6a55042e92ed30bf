/** Asking: one question at a time, cancelled by a button, its answer read out, pages of it. */
import { Emitter } from "../map/emitter.js";
import { csrf } from "./compose.js";

export class Runner extends Emitter {
  constructor(form, composer, words) {
    super();
    Object.assign(this, { form, composer, words });
    this.answer = document.getElementById("answer");
    this.run = form.querySelector("[data-run]");
    this.stop = form.querySelector("[data-stop]");
    this.stop.addEventListener("click", () => this.#cancel());
    form.addEventListener("submit", () => this.#freshPage(), { capture: true });
    form.addEventListener("htmx:configRequest", (event) => this.#named(event));
    form.addEventListener("htmx:beforeRequest", (event) => event.detail.elt === form && this.#begun());
    form.addEventListener("htmx:afterRequest", (event) => event.detail.elt === form && this.#ended(event));
    form.addEventListener("htmx:afterSettle", () => this.#settled());
    this.answer.addEventListener("click", (event) => this.#page(event));
  }

  /* A changed query begins at its first entity again; turning a page does not. */
  #freshPage() {
    this.replacing = true;
    const { skip } = this.form.elements;
    if (this.turning) this.turning = false;
    else if (this.address !== undefined && this.address !== this.#addressOf()) skip.value = "0";
  }

  #addressOf() {
    const data = new FormData(this.form);
    for (const name of ["skip", "token", "tree", "edit", "language", "key"]) data.delete(name);
    return new URLSearchParams(data).toString();
  }

  #named(event) {
    if (event.detail.elt !== this.form) return;
    this.token = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    event.detail.parameters.token = this.token;
    event.detail.parameters.skip = this.form.elements.skip.value;
  }

  #begun() {
    this.address = this.#addressOf();
    this.replacing = false;
    this.run.disabled = true;
    this.stop.hidden = false;
    say(this.words.asking);
    this.emit("asked");
  }

  #ended({ detail }) {
    if (this.replacing) return; // by another question
    this.run.disabled = false;
    this.stop.hidden = true;
    if (detail.successful || detail.xhr.status === 422) return;
    const signedOut = detail.xhr.status === 401 || detail.xhr.status === 403;
    if (!this.cancelled) this.#note(signedOut ? this.words.signedOut : this.words.failed);
    this.cancelled = false;
  }

  #cancel() {
    const body = new FormData();
    body.set("token", this.token ?? "");
    this.cancelled = true;
    fetch(this.form.dataset.cancel, { method: "POST", body, headers: { "X-CSRFToken": csrf() } }).catch(() => {});
    this.form.dispatchEvent(new Event("htmx:abort"));
    this.#note(this.words.cancelled);
    this.run.focus();
  }

  #note(words) {
    const note = document.createElement("p");
    note.className = "explore-note";
    note.textContent = words;
    this.answer.querySelector(".explore-note")?.remove();
    this.answer.prepend(note);
    say(words);
  }

  #settled() {
    const data = document.getElementById("explore-features");
    this.emit("answered", data ? JSON.parse(data.textContent) : undefined);
    const words = this.answer.querySelector(".explore-summary, .note");
    if (words) say(words.textContent.replace(/\s+/g, " ").trim());
  }

  async #page(event) {
    const button = event.target.closest("[data-skip]");
    if (!button) return;
    this.form.elements.skip.value = button.dataset.skip;
    this.turning = true;
    await this.composer.now().catch(() => {});
    this.form.requestSubmit();
  }
}

function say(words) {
  const region = document.getElementById("said");
  if (region) region.textContent = words;
}
