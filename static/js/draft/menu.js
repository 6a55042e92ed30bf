/** A menu beside an element: arrows and Escape as in any menu, and the focus goes back. */
import { icon, make } from "./dom.js";

let open;

/** `items`: [{label, icon, act, isOn}], null for a line. */
export function openMenu(anchor, items, label) {
  open?.close();
  const back = document.activeElement;
  const menu = make("div", { class: "menu-panel draft-menu", role: "menu", "aria-label": label });
  const close = ({ refocus = true } = {}) => {
    menu.remove();
    document.removeEventListener("pointerdown", outside, true);
    open = undefined;
    if (refocus && back?.isConnected) back.focus();
  };
  for (const item of items) menu.append(item ? entry(item, close) : make("hr", { class: "menu-line" }));
  const outside = (event) => menu.contains(event.target) || close({ refocus: false });
  menu.addEventListener("keydown", (event) => steer(event, menu, close));
  document.body.append(menu);
  place(menu, anchor);
  document.addEventListener("pointerdown", outside, true);
  menu.querySelector("button").focus();
  open = { close };
}

function entry({ label, icon: name, act, isOn }, close) {
  const pressed = isOn === undefined ? {} : { role: "menuitemradio", "aria-checked": String(isOn) };
  const attributes = { type: "button", class: "menu-item", role: "menuitem", tabindex: -1, ...pressed };
  return make(
    "button",
    {
      ...attributes,
      onclick: () => {
        close();
        act();
      },
    },
    name ? icon(name) : undefined,
    label,
  );
}

function steer(event, menu, close) {
  const items = [...menu.querySelectorAll("button")];
  const at = items.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to !== undefined) items[(to + items.length) % items.length].focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function place(menu, anchor) {
  const at = anchor.getBoundingClientRect();
  menu.style.position = "fixed";
  menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
  const below = at.bottom + 4;
  const fits = below + menu.offsetHeight < innerHeight - 8;
  menu.style.top = `${fits ? below : Math.max(8, at.top - menu.offsetHeight - 4)}px`;
}
