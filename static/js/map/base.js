/**
 * The base map, under everything else: Natural Earth in the page's colours, or what the site's admin
 * chose (raster tiles, vector tiles in the OpenMapTiles schema, a MapLibre style). The map does
 * without it: what cannot be loaded leaves the plain ground and a word.
 */
const SOURCE = "base";
const FONT = ["Inter Variable", "sans-serif"];
const GROUND = "ground";

/** A style with nothing but the ground, in the page's colour, and our own font for our own texts. */
export function plainStyle(colour, font) {
  const paint = { "background-color": colour("--map-water") };
  return {
    version: 8,
    "font-faces": { "Inter Variable": font },
    sources: {},
    layers: [{ id: GROUND, type: "background", paint }],
  };
}

export class BaseMap {
  #ids = []; // of its layers
  #seen = false; // whether any tile of it has come

  constructor(map) {
    this.map = map;
    this.raw = map.raw;
    this.told = JSON.parse(map.box.dataset.base);
  }

  /** Puts the base map under what there is. */
  async add() {
    this.#watch();
    const { kind, url } = this.told;
    try {
      if (!url) throw new Error("There are no tiles of the base map: run manage.py frontend");
      await { embedded: this.#world, raster: this.#raster, vector: this.#vector, style: this.#style }[kind].call(this);
      this.paint((name) => this.map.colour(name));
      this.#attribute(this.told.attribution);
    } catch (error) {
      this.#failed(error);
    }
  }

  #failed(error) {
    console.warn(error);
    this.map.notice(this.map.words("noBase"), "base");
  }

  /** A base map of which no tile at all comes is missing; single tiles may be. */
  #watch() {
    this.raw.on("error", ({ sourceId, error }) => {
      if (sourceId?.startsWith(SOURCE) && !this.#seen) this.#failed(error);
    });
    this.raw.on("sourcedata", ({ sourceId, tile }) => {
      if (!sourceId?.startsWith(SOURCE) || tile?.state !== "loaded" || this.#seen) return;
      this.#seen = true;
      this.map.notice(undefined, "base");
    });
  }

  /* --- kinds --- */

  #put(layers) {
    const above = this.raw.getStyle().layers.find(({ id }) => id !== GROUND)?.id;
    for (const layer of layers) {
      this.raw.addLayer(layer, above);
      this.#ids.push(layer.id);
    }
  }

  #world() {
    const tiles = [location.origin + this.told.url];
    this.raw.addSource(SOURCE, { type: "vector", tiles, maxzoom: 6 });
    const layer = (id, type, from, more) => ({ id, type, source: SOURCE, "source-layer": from, ...more });
    const thin = ["interpolate", ["linear"], ["zoom"], 1, 0.5, 6, 1];
    this.#put([
      layer("land", "fill", "land"),
      layer("coast", "line", "land", { paint: { "line-width": thin } }),
      layer("borders", "line", "borders", { paint: { "line-width": thin, "line-dasharray": [3, 2] } }),
      layer("names", "symbol", "names", {
        layout: {
          "text-field": ["get", "name"],
          "text-font": FONT,
          "text-size": ["interpolate", ["linear"], ["zoom"], 1, 10, 6, 14],
          "text-max-width": 7,
          "text-letter-spacing": 0.04,
          "text-padding": 6,
          "symbol-sort-key": ["get", "rank"],
        },
        paint: { "text-halo-width": 1.2 },
      }),
    ]);
  }

  #raster() {
    const { url, maxZoom } = this.told;
    const filled = url.replace("{ratio}", "");
    this.raw.addSource(SOURCE, { type: "raster", tiles: [filled], tileSize: 256, maxzoom: maxZoom });
    this.#put([{ id: "pictures", type: "raster", source: SOURCE }]);
  }

  async #vector() {
    const { url, maxZoom } = this.told;
    const { openMapTiles } = await import("./base_vector.js");
    this.raw.addSource(SOURCE, { type: "vector", tiles: [url], maxzoom: Math.min(maxZoom, 15) });
    this.vector = openMapTiles(SOURCE, FONT);
    this.#put(this.vector.map(({ colours, ...layer }) => layer));
  }

  /** The layers of a style of somebody's own, in its own colours. */
  async #style() {
    const answer = await fetch(this.told.url);
    if (!answer.ok) throw new Error(`The style of the base map answered ${answer.status}`);
    const style = await answer.json();
    const whole = (address) => (address ? decodeURI(new URL(address, this.told.url).href) : address);
    if (style.glyphs) this.raw.setGlyphs(whole(style.glyphs));
    if (typeof style.sprite === "string") this.raw.setSprite(whole(style.sprite));
    for (const [name, source] of Object.entries(style.sources)) {
      const { url, tiles } = source;
      const placed = { ...source, ...(url && { url: whole(url) }), ...(tiles && { tiles: tiles.map(whole) }) };
      this.raw.addSource(`${SOURCE}-${name}`, placed);
    }
    this.#put(
      style.layers.map((layer) => ({
        ...layer,
        id: `${SOURCE}-${layer.id}`,
        ...(layer.source && { source: `${SOURCE}-${layer.source}` }),
      })),
    );
    this.told.attribution ||= Object.values(style.sources).map(({ attribution }) => textOf(attribution)).join(" ");
  }

  /* --- how it looks --- */

  paint(colour) {
    const set = (layer, property, value) => {
      if (this.raw.getLayer(layer)) this.raw.setPaintProperty(layer, property, value);
    };
    set(GROUND, "background-color", colour("--map-water"));
    if (this.told.kind === "embedded") {
      set("land", "fill-color", colour("--map-land"));
      set("coast", "line-color", colour("--map-line"));
      set("borders", "line-color", colour("--map-line"));
      set("names", "text-color", colour("--map-name"));
      set("names", "text-halo-color", colour("--map-land"));
    } else if (this.told.kind === "raster") {
      set("pictures", "raster-saturation", -0.25);
      set("pictures", "raster-brightness-max", Number(colour("--map-brightness")));
    }
    for (const { id, colours } of this.vector ?? []) {
      for (const [property, name] of Object.entries(colours)) set(id, property, colour(name));
    }
  }

  #attribute(words) {
    if (!words) return;
    const line = document.createElement("p");
    line.className = "map-attribution";
    line.textContent = words;
    this.map.box.append(line);
  }
}

/** Attributions of styles are HTML: their text alone is shown. */
function textOf(html) {
  return html ? new DOMParser().parseFromString(html, "text/html").body.textContent.trim() : "";
}
