/** Asking the site: JSON in, JSON out; what it refuses becomes a `Refusal` with its words. */

/** The site's answer that something cannot be done: `code`, `message`, `answer` (all of it). */
export class Refusal extends Error {
  constructor(status, answer) {
    super(answer.error ?? "");
    Object.assign(this, { status, answer, code: answer.code ?? "" });
  }
}

/** Whether an error means that the site could not be reached just now. */
export const isBroken = (error) => !(error instanceof Refusal) || error.status >= 500;

const tokenOf = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];

export class Api {
  #urls;

  constructor(urls) {
    this.#urls = urls;
  }

  /** `name` is one of the page's addresses; undefined values are left out. */
  get(name, values = {}, options = {}) {
    const given = Object.entries(values).filter(([, value]) => value !== undefined);
    return ask(`${this.#urls[name]}?${new URLSearchParams(given)}`, options);
  }

  post(name, body) {
    return ask(this.#urls[name], {
      method: "POST",
      body: JSON.stringify(body),
      headers: { "Content-Type": "application/json", "X-CSRFToken": tokenOf() },
    });
  }
}

async function ask(url, options) {
  // Known as the page's own request, a person who is signed out gets a 401 and no sign-in page.
  const headers = { ...options.headers, "HX-Request": "true" };
  const answer = await fetch(url, { ...options, headers });
  const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
  const content = isJson ? await answer.json() : {};
  if (!answer.ok || !isJson) throw new Refusal(answer.status, content);
  return content;
}
