/** Events between modules: `on(name, handler)` gives back the function that takes the handler off. */
export class Emitter {
  #handlers = new Map();

  on(name, handler) {
    if (!this.#handlers.has(name)) this.#handlers.set(name, new Set());
    this.#handlers.get(name).add(handler);
    return () => this.#handlers.get(name)?.delete(handler);
  }

  emit(name, value) {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(value);
  }

  silence() {
    this.#handlers.clear();
  }
}
