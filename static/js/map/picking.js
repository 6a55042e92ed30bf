/** What lies under the pointer: the topmost feature of a map's layers, and whose it is. */
const REACH = 5; // pixels around the pointer

export class Picking {
  #hovered = { layer: undefined, key: undefined };

  /** `owner(id)` gives the layer of ours that a layer of the style belongs to. */
  constructor(raw, owners) {
    this.raw = raw;
    this.owners = owners; // id of a style layer -> layer of ours
    this.resting = false; // while somebody draws
    raw.on("mousemove", (event) => this.#move(event));
    raw.on("mouseout", () => this.#leave());
    raw.on("click", (event) => this.#click(event));
  }

  /** The topmost hit at a point of the screen; undefined where there is nothing. */
  at({ x, y }) {
    const layers = [...this.owners.keys()].filter((id) => this.raw.getLayer(id));
    if (!layers.length) return undefined;
    const exact = this.raw.queryRenderedFeatures([x, y], { layers });
    const around = [[x - REACH, y - REACH], [x + REACH, y + REACH]];
    const found = exact.length ? exact : this.raw.queryRenderedFeatures(around, { layers });
    return found.length ? { feature: found[0], layer: this.owners.get(found[0].layer.id) } : undefined;
  }

  #hit(found, event) {
    const hit = found.layer.hitOf(found.feature);
    const point = found.feature.geometry.type === "Point" && found.feature.geometry.coordinates;
    return { ...hit, layer: found.layer, place: point || event.lngLat.toArray() };
  }

  #move(event) {
    if (this.resting) return;
    const found = this.at(event.point);
    const hit = found && this.#hit(found, event);
    this.raw.getCanvas().style.cursor = hit ? "pointer" : "";
    this.#tell(found?.layer, hit);
  }

  #tell(layer, hit) {
    const before = this.#hovered;
    if (before.layer === layer && before.key === hit?.key) return;
    this.#hovered = { layer, key: hit?.key };
    if (before.layer && before.layer !== layer) before.layer.hovered(undefined);
    layer?.hovered(hit);
  }

  #leave() {
    this.#tell(undefined, undefined);
  }

  #click(event) {
    if (this.resting) return;
    const found = this.at(event.point);
    if (found) found.layer.emit("click", this.#hit(found, event));
    else this.raw.fire("cairn-empty", event);
  }
}
