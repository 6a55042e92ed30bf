/** The properties of the answer: ticked in a list, or typed; and what the closed panel says of itself. */
export class Picks {
  constructor(form) {
    this.form = form;
    this.field = form.elements.select;
    this.boxes = [...form.querySelectorAll("[data-pick]")];
    for (const box of this.boxes) box.addEventListener("change", (event) => this.#picked(event, box));
  }

  get #names() {
    return this.field.value.split(",").map((name) => name.trim()).filter(Boolean);
  }

  #picked(event, box) {
    event.stopPropagation();
    const others = this.#names.filter((name) => name.toLowerCase() !== box.value.toLowerCase());
    this.field.value = [...others, ...(box.checked ? [box.value] : [])].join(",");
    this.field.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Ticks what is typed, and says in the panel's head what differs from the usual. */
  tell() {
    const names = new Set(this.#names.map((name) => name.toLowerCase()));
    for (const box of this.boxes) box.checked = names.has(box.value.toLowerCase());
    const { elements } = this.form;
    const order = [elements.o1, elements.o2, elements.o3].map(({ value }) => value).filter(Boolean);
    const said = [
      names.size && `$select ${this.#names.length}`,
      elements.distance.checked && "__Distance",
      order.length && `$orderby ${order.join(", ")}`,
      elements.top.value && `$top ${elements.top.value}`,
      elements.skip.value && elements.skip.value !== "0" && `$skip ${elements.skip.value}`,
      elements.format.value === "atom" && "Atom",
    ];
    this.form.querySelector("[data-options-words]").textContent = said.filter(Boolean).join(" · ");
  }
}
