// Questions the page asks in a dialog. Rule: Escape and Cancel change nothing; the answer is a plain object or null.

import { button, h } from "./dom.js";

function input(field) {
  const props = { id: `ask-${field.name}`, name: field.name, required: field.required };
  if (field.options) {
    return h("select", props, field.options.map((o) => h("option", { value: o.value, selected: o.value === field.value }, o.label)));
  }
  if (field.kind === "long") return h("textarea", { ...props, rows: 4, value: field.value || "" });
  return h("input", { ...props, type: field.kind || "text", value: field.value || "", autocomplete: "off" });
}

export function ask({ title, text, fields = [], yes = "OK", danger = false }) {
  return new Promise((resolve) => {
    let answer = null;
    const form = h(
      "form",
      { method: "dialog" },
      h("h2", { id: "ask-title" }, title),
      text ? h("p", {}, text) : null,
      fields.map((field) => h("div", { class: "field" }, h("label", { for: `ask-${field.name}` }, field.label), input(field))),
      h(
        "div",
        { class: "ends" },
        button("Cancel", () => dialog.close(), { class: "quiet" }),
        h("button", { type: "submit", class: danger ? "danger" : "primary" }, yes),
      ),
    );
    const dialog = h("dialog", { "aria-labelledby": "ask-title" }, form);
    form.addEventListener("submit", () => {
      answer = Object.fromEntries(new FormData(form));
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
    (form.querySelector("input, select, textarea") || form.querySelector('[type="submit"]')).focus();
  });
}

export const sure = (title, text, yes) => ask({ title, text, yes, danger: true });
