/**
 * Edits on their way to the site, one after the other. What has not arrived is kept in this browser,
 * so that a lost connection or a crash loses nothing; each has a token, so that none is made twice.
 *
 * Event: `state` with "saved", "saving", "offline" or "signedOut", and how many wait.
 */
import { Emitter } from "../map/emitter.js";
import { isBroken } from "./api.js";

const PAUSES = [400, 1000, 2000, 4000, 8000]; // milliseconds
const token = () => [...crypto.getRandomValues(new Uint8Array(12))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export class Queue extends Emitter {
  #items = [];
  #isRunning = false;
  #key;

  /** `memory`: the name under which waiting edits are kept. */
  constructor(api, store, memory) {
    super();
    Object.assign(this, { api, store, memory });
    this.#key = `${memory}:${token()}`;
    addEventListener("online", () => this.#wake?.());
  }

  get waiting() {
    return this.#items.length;
  }

  /** Whether an edit of a row is still on its way. */
  touches(number) {
    return this.#items.some(({ body }) => body.cells?.some(([row]) => row === number));
  }

  /** Sends an edit ("edit") or a step back or forth ("back"); gives the site's answer. */
  push(name, body) {
    return new Promise((resolve, reject) => {
      this.#items.push({ name, body: { ...body, token: token() }, resolve, reject });
      this.#keep();
      this.#run();
    });
  }

  /** Takes up what another visit left behind; gives how many edits that were. */
  async resume() {
    let found = [];
    try {
      for (const key of Object.keys(localStorage)) {
        if (!key.startsWith(`${this.memory}:`) || key === this.#key) continue;
        found = [...found, ...JSON.parse(localStorage.getItem(key))];
        localStorage.removeItem(key);
      }
    } catch {
      return 0;
    }
    for (const { name, body } of found) {
      if (name !== "edit") continue; // whether a step back arrived cannot be told
      this.#items.push({ name, body, resolve: () => {}, reject: (error) => this.emit("refused", { body, error }) });
    }
    if (this.#items.length) await this.#run();
    return found.length;
  }

  async #run() {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let tries = 0;
    while (this.#items.length) {
      const item = this.#items[0];
      if (!tries) this.emit("state", "saving");
      try {
        // A step back is of the revision at which it was asked for, however often it is sent.
        item.revision = item.name === "back" ? (item.revision ?? this.store.revision) : this.store.revision;
        const answer = await this.api.post(item.name, { ...item.body, revision: item.revision });
        this.#end(item, () => item.resolve(answer));
        this.store.note(answer);
        tries = 0;
      } catch (error) {
        if (error.code === "DraftBusy" || isBroken(error) || error.status === 401) {
          this.emit("state", error.status === 401 ? "signedOut" : error.code === "DraftBusy" ? "busy" : "offline");
          await this.#pause(PAUSES[Math.min(tries, PAUSES.length - 1)]);
          tries += 1;
        } else {
          this.#end(item, () => item.reject(error));
          tries = 0;
        }
      }
    }
    this.#isRunning = false;
    this.emit("state", "saved");
  }

  #wake;

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #end(item, tell) {
    this.#items = this.#items.filter((one) => one !== item);
    this.#keep();
    tell();
  }

  #keep() {
    try {
      const kept = this.#items.map(({ name, body }) => ({ name, body }));
      if (kept.length) localStorage.setItem(this.#key, JSON.stringify(kept));
      else localStorage.removeItem(this.#key);
    } catch {
      // Too large for the browser to keep, or it keeps nothing: the page still warns before it is left.
    }
  }
}
