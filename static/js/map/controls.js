/** The map's own buttons, in the page's words. */
export class MapButton {
  /** A button of a kind (`map-button-KIND` in map.css); `act` is called with the map. */
  constructor(label, kind, act) {
    Object.assign(this, { label, kind, act });
  }

  onAdd(map) {
    this.part = document.createElement("div");
    this.part.className = "maplibregl-ctrl maplibregl-ctrl-group";
    this.button = document.createElement("button");
    this.button.type = "button";
    this.button.title = this.label;
    this.button.setAttribute("aria-label", this.label);
    this.button.className = `map-button map-button-${this.kind}`;
    this.button.addEventListener("click", () => this.act(map));
    this.part.append(this.button);
    return this.part;
  }

  onRemove() {
    this.part.remove();
  }
}

/** What the library's own controls say. */
export function localeOf(words, title) {
  return {
    "Map.Title": title,
    "NavigationControl.ZoomIn": words("zoomIn"),
    "NavigationControl.ZoomOut": words("zoomOut"),
    "FullscreenControl.Enter": words("fullScreen"),
    "FullscreenControl.Exit": words("leaveFullScreen"),
    "Popup.Close": words("close"),
    "AttributionControl.ToggleAttribution": words("attribution"),
    "CooperativeGesturesHandler.WindowsHelpText": words("scrollHelp"),
    "CooperativeGesturesHandler.MacHelpText": words("scrollHelpMac"),
    "CooperativeGesturesHandler.MobileHelpText": words("touchHelp"),
  };
}
