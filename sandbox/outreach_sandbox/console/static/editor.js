// Typing into a cell. Rule: Enter and Tab keep what was typed, Escape does not, and a refresh in between loses nothing.

import { h } from "./dom.js";
import { moveTo } from "./keys.js";

export class Editor {
  constructor(sheet) {
    this.sheet = sheet;
    this.input = null;
  }

  get busy() {
    return this.input !== null;
  }

  holds(node) {
    return this.input !== null && this.input.contains(node);
  }

  draft() {
    return this.input.value;
  }

  open(text) {
    if (this.busy) this.remove();
    const found = this.sheet.found();
    if (found.box) return void this.sheet.toggle();
    const cell = this.sheet.cells.get(`${this.sheet.at.row}:${this.sheet.at.column}`);
    this.input = found.list ? this.select(found) : this.textarea(text ?? found.f ?? found.v);
    cell.classList.add("editing");
    cell.append(this.input);
    this.input.focus();
    if (this.input.setSelectionRange) this.input.setSelectionRange(this.input.value.length, this.input.value.length);
  }

  textarea(text) {
    const node = h("textarea", { class: "editor", rows: 1, "aria-label": `Edit ${this.sheet.address()}`, spellcheck: "false", value: text });
    node.addEventListener("keydown", (event) => this.key(event));
    node.addEventListener("blur", () => this.close({ keep: true }));
    return node;
  }

  select(found) {
    const values = found.list.includes(found.v) || !found.v ? found.list : [found.v, ...found.list];
    const options = ["", ...values].map((value) => h("option", { value, selected: value === found.v }, value || "(empty)"));
    const node = h("select", { class: "editor", "aria-label": `Choose for ${this.sheet.address()}` }, options);
    node.addEventListener("change", () => this.close({ keep: true, focus: true }));
    node.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close({ keep: false, focus: true });
      event.stopPropagation();
    });
    node.addEventListener("blur", () => this.close({ keep: true }));
    return node;
  }

  key(event) {
    event.stopPropagation();
    if (event.isComposing) return;
    if (event.key === "Escape") this.close({ keep: false, focus: true });
    else if (event.key === "Enter" && !event.altKey && !event.shiftKey) this.close({ keep: true, step: [1, 0] });
    else if (event.key === "Tab") this.close({ keep: true, step: [0, event.shiftKey ? -1 : 1] });
    else return;
    event.preventDefault();
  }

  close({ keep, step, focus = false }) {
    if (!this.busy) return;
    const text = this.input.value;
    this.remove();
    const done = keep ? this.sheet.commit(text) : Promise.resolve();
    if (step) this.sheet.select(...moveTo(this.sheet, step));
    else if (focus) this.sheet.select(this.sheet.at.row, this.sheet.at.column);
    return done;
  }

  remove() {
    const node = this.input;
    this.input = null; // first: taking the focused node away makes it blur
    node.parentElement?.classList.remove("editing");
    node.remove();
  }
}
