/** What popups are made of. Values become text nodes: HTML and scripts in them are shown, never run. */

/** An element with a text and a class. */
export function element(name, words, className) {
  const made = document.createElement(name);
  if (words !== undefined) made.textContent = words;
  if (className) made.className = className;
  return made;
}

/** A popup's box: a heading, then names and values ([name, text or element] each). */
export function popupOf(heading, rows, { tag } = {}) {
  const box = element("div", undefined, "map-popup");
  const head = element("p", undefined, "map-popup-head");
  head.append(element("strong", heading));
  if (tag) head.append(tag);
  box.append(head);
  if (rows.length) {
    const list = element("dl");
    for (const [name, value] of rows) {
      const shown = element("dd");
      shown.append(value);
      list.append(element("dt", name), shown);
    }
    box.append(list);
  }
  return box;
}
