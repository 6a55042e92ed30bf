/**
 * Where the person is: the active cell, which has the focus, and the block that is selected with it.
 *
 * Rows are places from 0, -1 is the head; columns are places in `columns.list`, -1 is the column with
 * row number and state. Event: `change`, with {by: "move" | "extend" | "rows" | "all"}.
 */
import { Emitter } from "../map/emitter.js";

const within = (value, least, most) => Math.max(least, Math.min(most, value));

export class Selection extends Emitter {
  row = 0;
  column = 0;
  toRow = 0;
  toColumn = 0;

  constructor(store, columns) {
    super();
    this.store = store;
    this.columns = columns;
  }

  get lastRow() {
    return this.store.total - 1;
  }

  get lastColumn() {
    return this.columns.list.length - 1;
  }

  /** Makes a cell the active one, and the only one selected. */
  move(row, column) {
    this.row = this.toRow = within(row, -1, Math.max(-1, this.lastRow));
    this.column = this.toColumn = within(column, -1, this.lastColumn);
    this.emit("change", { by: "move" });
  }

  /** Selects from the active cell to another. */
  extend(row, column) {
    if (this.row < 0) return;
    this.toRow = within(row, 0, this.lastRow);
    this.toColumn = within(column, this.column < 0 ? -1 : 0, this.lastColumn);
    this.emit("change", { by: "extend" });
  }

  /** Selects whole rows. */
  rows(from, to) {
    [this.row, this.toRow] = [within(from, 0, this.lastRow), within(to, 0, this.lastRow)];
    [this.column, this.toColumn] = [-1, this.lastColumn];
    this.emit("change", { by: "rows" });
  }

  everything() {
    [this.row, this.column, this.toRow, this.toColumn] = [0, 0, this.lastRow, this.lastColumn];
    this.emit("change", { by: "all" });
  }

  /** The block: rows from `top` to `bottom`, columns from `left` to `right`, the last ones included. */
  get block() {
    const left = Math.min(this.column, this.toColumn);
    const right = Math.max(this.column, this.toColumn);
    return {
      top: Math.min(this.row, this.toRow),
      bottom: Math.max(this.row, this.toRow),
      left: left < 0 ? 0 : left,
      right: left < 0 ? this.lastColumn : right,
      isRows: left < 0,
    };
  }

  get isMany() {
    return this.row !== this.toRow || this.column !== this.toColumn || this.column < 0;
  }

  has(row, column) {
    const { top, bottom, left, right, isRows } = this.block;
    return row >= top && row <= bottom && (isRows || (column >= left && column <= right));
  }

  /** The row that is active, if it is here. */
  get current() {
    return this.row < 0 ? undefined : this.store.at(this.row);
  }
}
