/** Exports: a page of entities is saved at once, all that match are written by a job. */
import { csrf } from "./compose.js";

export class Exports {
  constructor(form, words) {
    Object.assign(this, { form, words });
    document.getElementById("answer").addEventListener("click", (event) => this.#clicked(event));
  }

  #clicked(event) {
    const button = event.target.closest("[data-as]");
    if (button) this.#export(button).catch(() => this.#say(button, this.words.failed));
  }

  async #export(button) {
    const box = button.closest("[data-export]");
    const body = new FormData(this.form);
    body.set("as", button.dataset.as);
    body.set("scope", button.dataset.scope);
    this.#busy(box, true);
    this.#say(button, this.words.exporting);
    try {
      const answer = await fetch(box.dataset.export, {
        method: "POST",
        body,
        headers: { "X-CSRFToken": csrf(), "HX-Request": "true" },
      });
      if (answer.headers.get("Content-Type")?.startsWith("application/json")) {
        this.#told(button, await answer.json());
      } else if (answer.ok) {
        save(await answer.blob(), nameIn(answer));
        this.#say(button, this.words.exported);
      } else {
        this.#say(button, answer.status === 401 ? this.words.signedOut : this.words.failed);
      }
    } finally {
      this.#busy(box, false);
    }
  }

  #busy(box, isBusy) {
    for (const button of box.querySelectorAll("button")) button.disabled = isBusy;
  }

  #told(button, { words, job }) {
    this.#say(button, words);
    if (!job) return;
    const link = Object.assign(document.createElement("a"), { href: job, textContent: this.words.itsJob });
    this.#place(button).append(" ", link);
    document.body.dispatchEvent(new Event("jobs-started", { bubbles: true }));
  }

  #place(button) {
    return button.closest("[data-export]").querySelector("[data-export-words]");
  }

  #say(button, words) {
    this.#place(button).textContent = words;
  }
}

/* "attachment; filename*=utf-8''Shops%20query.csv" */
function nameIn(answer) {
  const header = answer.headers.get("Content-Disposition") ?? "";
  const encoded = /filename\*=utf-8''([^;]+)/i.exec(header);
  if (encoded) return decodeURIComponent(encoded[1]);
  return /filename="([^"]+)"/.exec(header)?.[1] ?? "export";
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: address, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
