/** Making elements: `make("button", { type: "button", class: "btn" }, "Add")`. */
const SVG = "http://www.w3.org/2000/svg";

/** Attributes that are false or undefined are left out; functions named `on…` listen. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) set(element, key, value);
  element.append(...children.filter((child) => child !== undefined && child !== null));
  return element;
}

function set(element, key, value) {
  if (value === undefined || value === false || value === null) return;
  if (typeof value === "function") element.addEventListener(key.slice(2), value);
  else element.setAttribute(key, value === true ? "" : value);
}

/** A shape for a row's state, the same as in comparisons and on maps. */
export function shapeOf(kind) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 12 12");
  svg.setAttribute("aria-hidden", "true");
  svg.classList.add("kind-shape");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", SHAPES[kind]);
  svg.append(path);
  return svg;
}

const SHAPES = {
  added: "M6 1.4a4.6 4.6 0 1 1 0 9.2 4.6 4.6 0 0 1 0-9.2Z",
  changed: "M6 .8 11.2 6 6 11.2.8 6Z",
  deleted: "M1.6 1.6h8.8v8.8H1.6Z",
};

let icons = "";

/** Where the icons are; said once by the page. */
export const useIcons = (url) => (icons = url);

/** An icon of icons.svg; it never carries meaning alone. */
export function icon(name, size = "small") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon icon-${size}`);
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `${icons}#${name}`);
  svg.append(use);
  return svg;
}

/** A button of the page's kind. */
export function button(label, act, { kind = "", icon: name, ...rest } = {}) {
  const classes = ["btn", "btn-small", ...(kind ? [`btn-${kind}`] : [])].join(" ");
  return make("button", { type: "button", class: classes, onclick: act, ...rest }, name && icon(name), label);
}
