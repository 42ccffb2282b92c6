// The pane of the spreadsheet: a grid that is drawn anew where it differs. Rule: what stands in it is the server's.

import { act, get } from "./api.js";
import { attempt, button, fill, h, icon } from "./dom.js";
import { Editor } from "./editor.js";
import { lettersOf, moveTo, readKey } from "./keys.js";
import { changedCells } from "./moved.js";
import { Pane, mark, reveal } from "./pane.js";
import { toolbar } from "./sheettools.js";

const widthOf = (column) => Math.max(40, Math.round(column.width * 1.12));

export class SheetPane extends Pane {
  constructor() {
    super("google");
    this.view = null;
    this.tab = "";
    this.first = 1;
    this.at = { row: 2, column: 0 };
    this.cells = new Map();
    this.typed = null;
    this.tabsMoved = new Set(); // titles of tabs that changed while another one was shown
    this.editor = new Editor(this);
    this.build();
  }

  build() {
    this.name = h("span", { class: "cellname" });
    this.bar = h("input", { class: "formula", "aria-label": "Contents of the cell", spellcheck: "false", autocomplete: "off" });
    this.bar.addEventListener("keydown", (event) => this.barKey(event));
    this.bar.addEventListener("input", () => (this.typed = { cell: this.address(), text: this.bar.value }));
    this.bar.addEventListener("blur", () => this.keepBar());
    this.tools = h("div", { class: "tools", role: "toolbar", "aria-label": "What people do in the sheet" });
    this.title = h("p", { class: "file" });
    this.table = h("table", { class: "grid", role: "grid", "aria-label": "Spreadsheet" });
    this.remark = h("p", { class: "remark", hidden: true });
    this.scroll = h("div", { class: "scroll" }, this.table);
    this.tabs = h("div", { class: "tabs", role: "group", "aria-label": "Tabs of the spreadsheet" });
    this.chip = button("", () => this.showMoved(), { class: "chip", hidden: true });
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("mousedown", (event) => this.press(event));
    this.table.addEventListener("dblclick", () => this.editor.open());
    this.table.addEventListener("paste", (event) => this.paste(event));
    this.table.addEventListener("copy", (event) => this.copy(event));
    fill(
      this.node,
      h("div", { class: "head" }, h("span", { class: "logo", "aria-hidden": "true" }, icon("task")), h("h2", {}, "Google Sheets"), this.title, this.chip),
      this.tools,
      h("div", { class: "bar" }, this.name, this.bar),
      this.remark,
      this.scroll,
      this.tabs,
    );
  }

  async fetch() {
    const view = await get("/console/panes/google", { tab: this.tab, from: this.first });
    const changed = changedCells(this.view, view);
    const same = JSON.stringify(view) === JSON.stringify(this.view);
    this.noteTabs(view);
    this.view = view;
    if (same) return;
    this.tab = view.tab || "";
    const fresh = new Set(this.note([...changed].map((place) => `${view.tab}!${place}`)));
    this.draw(fresh);
    this.drawMoved();
    reveal(this, this.scroll);
  }

  noteTabs(view) {
    const before = new Map((this.view?.tabs || []).map((tab) => [tab.title, tab.mark]));
    for (const tab of view.tabs) if (this.view && !this.acting && before.get(tab.title) !== tab.mark) this.tabsMoved.add(tab.title);
    this.tabsMoved.delete(view.tab);
  }

  drawMoved() {
    const count = this.moved.size;
    fill(this.chip, `${count} ${count === 1 ? "cell" : "cells"} moved`);
    this.chip.hidden = count === 0;
  }

  draw(fresh) {
    const focused = this.table.contains(document.activeElement) && !this.editor.busy;
    const kept = this.editor.busy ? this.editor.draft() : null;
    if (this.editor.busy) this.editor.remove();
    fill(this.title, this.view.title ?? "no spreadsheet");
    this.cells.clear();
    this.columns = this.view.columns.map((column, index) => ({ ...column, index })).filter((column) => !column.hidden);
    this.rows = this.view.rows.filter((row) => !row.hidden);
    fill(this.table, this.header(), h("tbody", {}, this.rows.map((row) => this.row(row))));
    this.table.setAttribute("aria-rowcount", this.view.row_count);
    for (const [place, node] of this.cells) {
      const key = `${this.view.tab}!${place}`;
      if (this.moved.has(key)) mark(node, fresh.has(key));
    }
    fill(this.tools, toolbar(this));
    this.drawTabs();
    this.select(this.at.row, this.at.column, { focus: focused });
    if (kept) this.editor.open(kept);
  }

  header() {
    const cells = this.columns.map((column) => {
      const cell = h("th", { scope: "col", role: "columnheader", class: column.protected ? "locked" : "" }, column.letters);
      cell.style.width = `${widthOf(column)}px`;
      if (column.protected) cell.title = "Protected";
      return cell;
    });
    return h("thead", {}, h("tr", { role: "row" }, h("th", { class: "corner", "aria-hidden": "true" }), cells));
  }

  row(row) {
    const cells = this.columns.map((column) => this.cell(row, column.index));
    return h("tr", { role: "row", class: row.n === 1 ? "titles" : "" }, h("th", { scope: "row", role: "rowheader" }, String(row.n)), cells);
  }

  cell(row, column) {
    const found = row.cells[column] || { v: "" };
    const node = h("td", { role: "gridcell", tabindex: "-1", data: { row: row.n, column } });
    const inner = h("div", { class: "in" });
    if (found.box) inner.append(h("span", { class: found.v === "TRUE" ? "check on" : "check", role: "checkbox", "aria-checked": found.v === "TRUE" }));
    else inner.append(found.v);
    node.append(inner);
    if (found.list) node.classList.add("choice");
    if (found.num) node.classList.add("number");
    if (found.note) {
      node.classList.add("noted");
      node.title = found.note;
      node.setAttribute("aria-description", `Note: ${found.note}`);
    }
    if (found.bg) {
      node.style.backgroundColor = found.bg;
      node.classList.add("filled");
    }
    if (found.fg) node.style.color = found.fg;
    if (found.v && !found.num && !found.box && !found.list) this.spill(inner, row, column, found.v);
    for (const name of ["bold", "italic", "strikethrough"]) if (found[name]) node.classList.add(name);
    this.cells.set(`${row.n}:${column}`, node);
    return node;
  }

  // a text goes on over the empty cells beside it, as far as it needs
  spill(inner, row, column, text) {
    let at = this.columns.findIndex((one) => one.index === column);
    const own = widthOf(this.columns[at]);
    let width = own;
    while (width < text.length * 7 && this.columns[at + 1] && this.blank(row, this.columns[at + 1])) {
      at += 1;
      width += widthOf(this.columns[at]);
    }
    if (width === own) return;
    inner.style.width = `${width}px`;
    inner.parentElement.classList.add("spill");
  }

  blank(row, column) {
    const found = row.cells[column.index];
    return !found || !(found.v || found.bg);
  }

  drawTabs() {
    const shown = this.view.tabs.filter((tab) => !tab.hidden);
    const more = this.view.used_rows > this.view.page;
    fill(
      this.tabs,
      shown.map((tab) => {
        const node = button(tab.title, () => this.open(tab.title), { "aria-pressed": String(tab.title === this.view.tab) });
        if (this.tabsMoved.has(tab.title)) {
          node.classList.add("has-moved");
          node.append(h("span", { class: "sr" }, " (changed)"));
        }
        if (tab.color) node.style.borderBottomColor = tab.color;
        return node;
      }),
      more ? h("span", { class: "pages" }, button("‹", () => this.page(-1), { "aria-label": "Rows before" }), `rows ${this.view.first}–${Math.min(this.view.first + this.view.page - 1, this.view.used_rows)} of ${this.view.used_rows}`, button("›", () => this.page(1), { "aria-label": "Rows after" })) : null,
    );
  }

  open(title) {
    this.tab = title;
    this.first = 1;
    this.at = { row: 2, column: 0 };
    this.scroll.scrollTo(0, 0);
    return this.refresh();
  }

  page(step) {
    this.first = Math.max(1, this.first + step * this.view.page);
    return this.refresh();
  }

  found(row = this.at.row, column = this.at.column) {
    return this.view?.rows.find((one) => one.n === row)?.cells[column] || { v: "" };
  }

  address() {
    return `${lettersOf(this.at.column)}${this.at.row}`;
  }

  select(row, column, { focus = true } = {}) {
    if (focus) this.keepBar();
    const rows = this.rows.map((one) => one.n);
    const columns = this.columns.map((one) => one.index);
    if (!rows.length || !columns.length) return;
    const at = { row: rows.includes(row) ? row : rows.findLast((n) => n <= row) || rows[0], column: columns.includes(column) ? column : columns[0] };
    this.cells.get(`${this.at.row}:${this.at.column}`)?.classList.remove("at");
    for (const node of this.table.querySelectorAll('[tabindex="0"]')) node.tabIndex = -1;
    this.at = at;
    const node = this.cells.get(`${at.row}:${at.column}`);
    node.classList.add("at");
    node.tabIndex = 0;
    for (const other of this.table.querySelectorAll('[aria-selected="true"]')) other.removeAttribute("aria-selected");
    node.setAttribute("aria-selected", "true");
    this.name.textContent = this.address();
    const found = this.found();
    if (!this.typed) this.bar.value = found.f ?? found.v;
    fill(this.remark, found.note || "");
    this.remark.hidden = !found.note;
    if (focus) node.focus({ preventScroll: false });
  }

  press(event) {
    const node = event.target.closest("td");
    if (!node || this.editor.holds(event.target)) return;
    event.preventDefault();
    this.editor.close({ keep: true });
    this.select(Number(node.dataset.row), Number(node.dataset.column));
    if (this.found().box && event.target.closest(".check")) this.toggle();
  }

  key(event) {
    if (this.editor.busy) return;
    const move = readKey(event);
    if (!move) return;
    event.preventDefault();
    if (move.step) this.select(...moveTo(this, move.step));
    else if (move.toggle && this.found().box) this.toggle();
    else if (move.edit) this.editor.open();
    else if (move.type !== undefined) this.editor.open(move.type);
    else if (move.clear) this.commit("");
    else if (move.undo) this.do("undo", {}, "Undone");
  }

  barKey(event) {
    if (event.key !== "Escape" && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Escape") this.typed = null;
    this.select(this.at.row, this.at.column);
  }

  // what was typed above the grid belongs to the cell that was chosen then
  keepBar() {
    const typed = this.typed;
    this.typed = null;
    if (typed) this.do("type", { sheet: this.view.tab, cell: typed.cell, value: typed.text });
  }

  toggle() {
    return this.commit(this.found().v === "TRUE" ? "FALSE" : "TRUE");
  }

  commit(text) {
    const found = this.found();
    if (text === (found.f ?? found.v)) return Promise.resolve();
    return this.do("type", { sheet: this.view.tab, cell: this.address(), value: text });
  }

  paste(event) {
    if (this.editor.busy) return;
    const text = event.clipboardData.getData("text/plain");
    if (!text) return;
    event.preventDefault();
    const values = text.replace(/\r?\n$/, "").split(/\r?\n/).map((line) => line.split("\t"));
    this.do("paste_block", { sheet: this.view.tab, at: this.address(), values });
  }

  copy(event) {
    if (this.editor.busy) return;
    event.preventDefault();
    event.clipboardData.setData("text/plain", this.found().v);
  }

  do(door, body, said) {
    return this.quietly(async () => {
      const answer = await attempt(() => act("google", door, body), said);
      if (answer) await this.refresh();
      return answer;
    });
  }

  async showMoved() {
    const [tab, place] = [...this.moved][0].split(/!(?=[^!]*$)/);
    if (tab !== this.view.tab) await this.open(tab);
    const node = this.cells.get(place);
    if (!node) return;
    node.scrollIntoView({ block: "center", inline: "center" });
    this.select(Number(node.dataset.row), Number(node.dataset.column));
    for (const [other, cell] of this.cells) if (this.moved.has(`${this.view.tab}!${other}`)) mark(cell, true);
  }
}
