/** The map of an upload's review: the problems of its file where they are. */
import { _ } from "./language.js";
import { popupOf } from "./map/index.js";
import { lookFor } from "./mapview/shapes.js";

lookFor("problemsMap", {
  kinds: {
    error: { colour: "--map-error", shape: "triangle" },
    warning: { colour: "--map-warning", shape: "diamond" },
  },
  popup: ({ key, problems }) =>
    popupOf(
      _("Row {row}", { row: key }),
      problems.map(({ column, value, message }) => [column && value ? `${column}: ${value}` : column, message]),
    ),
  table: () => document.getElementById("review"),
  attribute: "row",
});
