/** The map library, loaded once a page, and its worker, which a strict CSP wants as a file of ours. */
let loading;

/** MapLibre GL JS, from the addresses that the box carries. */
export function loadLibrary(box) {
  loading ??= (async () => {
    const maplibre = await import(box.dataset.library);
    maplibre.setWorkerUrl(new URL(box.dataset.worker, document.baseURI).href);
    maplibre.prewarm(); // its workers start while the page asks for what they will draw
    return maplibre;
  })();
  loading.catch(() => (loading = undefined));
  return loading;
}

/** The words of a box in the page's language (`{% map_attributes %}`), by their name. */
export function wordsOf(box) {
  const words = JSON.parse(box.dataset.words ?? "{}");
  return (name, values = {}) =>
    (words[name] ?? name).replace(/%\((\w+)\)s/g, (whole, key) => values[key] ?? whole);
}
