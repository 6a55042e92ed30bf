/** Blocks of cells from and to the clipboard, as spreadsheets write them: tabs and lines. */

/** A table as text: fields with tabs, lines or quotation marks stand in quotation marks. */
export function toTable(rows) {
  const field = (text) => (/["\t\r\n]/.test(text ?? "") ? `"${text.replaceAll('"', '""')}"` : (text ?? ""));
  return rows.map((row) => row.map(field).join("\t")).join("\r\n");
}

/** A text as a table; quotation marks count only where they stand first in a field. */
export function fromTable(text) {
  const rows = [[]];
  let at = 0;
  for (;;) {
    const [field, end] = (text[at] === '"' && quoted(text, at)) || plain(text, at);
    rows.at(-1).push(field);
    if (text[end] === "\t") at = end + 1;
    else {
      at = end + (text.startsWith("\r\n", end) ? 2 : 1);
      if (at >= text.length) return rows; // the last line ends, too
      rows.push([]);
    }
  }
}

function plain(text, start) {
  const mark = /[\t\r\n]/g;
  mark.lastIndex = start;
  const end = mark.exec(text)?.index ?? text.length;
  return [text.slice(start, end), end];
}

/* A field in quotation marks and where it ends; undefined for one that is not closed so. */
function quoted(text, start) {
  let field = "";
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) return undefined;
    field += text.slice(at, end);
    if (text[end + 1] === '"') {
      field += '"';
      at = end + 2;
    } else if (end + 1 === text.length || "\t\r\n".includes(text[end + 1])) return [field, end + 1];
    else return undefined;
  }
}
