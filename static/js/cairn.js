/** What every page runs: each module looks after one thing and finds its elements by data-*. */
import "./theme.js";
import "./menus.js";
import "./times.js";
import "./copy.js";
import "./dialog.js";
import "./notices.js";
import "./live.js";
import "./reads.js";
import "./palette.js";
