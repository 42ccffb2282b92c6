// One record of a CRM: fields to edit, what it is tied to, and its story. Rule: a field saves when it is left.

import { button, fill, h, icon, time } from "./dom.js";
import { ask, sure } from "./dialog.js";
import { mark } from "./pane.js";

export const fieldsOf = (page) => [...page.main, ...page.more];

const NAMES = { email: "E-mail sent", answer: "Answer", note: "Note", task: "Task", call: "Call", meeting: "Meeting", edit: "", made: "" };
const ICONS = { email: "email", answer: "answer", task: "task", edit: "edit", made: "made" };

export function drawRecord(pane, fresh) {
  const { page } = pane;
  const place = keep(pane);
  const inputs = new Map();
  fill(
    pane.body,
    h(
      "article",
      { class: page.gone ? "record gone" : "record" },
      h("div", { class: "crumb" }, h("button", { type: "button", class: "back quiet", on: { click: () => pane.leave() } }, icon("back"), pane.side.objects[pane.object]), actions(pane)),
      h("h3", {}, page.title || "(no name)", page.badge ? h("span", { class: "badge" }, page.badge) : null, page.gone ? h("span", { class: "badge" }, "Deleted") : null),
      page.subtitle ? h("p", { class: "under" }, page.subtitle) : null,
      h("div", { class: "sides" }, h("div", {}, h("h4", {}, "About"), page.main.map((field) => line(pane, field, inputs)), more(pane, inputs)), h("div", {}, related(pane), story(page))),
    ),
  );
  for (const [name, node] of inputs) {
    const key = `${page.object}/${page.id}/${name}`;
    if (pane.moved.has(key)) mark(node, fresh.has(key));
  }
  place(inputs);
}

// a redraw keeps the focus, and what was typed and not left yet
function keep(pane) {
  const old = pane.body.contains(document.activeElement) ? document.activeElement : null;
  const name = old?.dataset.field;
  const dirty = old && old.value !== undefined && old.value !== old.dataset.was;
  const text = old?.value;
  const id = pane.body.querySelector("[data-record]")?.dataset.record;
  const top = pane.body.scrollTop;
  if (old) old.dataset.was = old.value; // taking it away must not save it
  return (inputs) => {
    if (id !== undefined && id === pane.page.id) pane.body.scrollTop = top;
    const fresh = name && id === pane.page.id ? inputs.get(name) : null;
    if (!fresh) return;
    if (dirty) fresh.value = text;
    fresh.focus();
  };
}

function line(pane, field, inputs) {
  const id = `${pane.vendor}-${field.name}`;
  const input = control(pane, field, id);
  inputs.set(field.name, input);
  return h("div", { class: "line" }, h("label", { for: id }, field.label), input);
}

function control(pane, field, id) {
  const { page } = pane;
  const fixed = field.read_only || page.gone;
  const data = { field: field.name, was: field.value, record: page.id };
  const save = async (node) => {
    if (node.value === node.dataset.was) return;
    node.dataset.was = node.value;
    const body = pane.side.edit(page.object, page.id, field.name, node.value, field.kind);
    await pane.do("edit", body, `${field.label} saved in ${pane.side.title}`);
  };
  if (field.kind === "choice" || field.kind === "flag") {
    const options = field.kind === "flag" ? [{ value: "true", label: "Yes" }, { value: "false", label: "No" }] : [{ value: "", label: "–" }, ...field.options];
    if (!options.some((o) => o.value === field.value)) options.push({ value: field.value, label: field.value });
    const node = h("select", { id, data, disabled: fixed }, options.map((o) => h("option", { value: o.value, selected: o.value === field.value }, o.label)));
    node.addEventListener("change", () => save(node));
    return node;
  }
  const node = h("input", { id, data, type: "text", inputmode: field.kind === "tel" ? "tel" : null, value: field.value, readonly: fixed, spellcheck: "false", autocomplete: "off", placeholder: fixed ? "" : "–" });
  node.addEventListener("blur", () => save(node));
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter") save(node);
    if (event.key === "Escape") node.value = node.dataset.was;
  });
  return node;
}

function more(pane, inputs) {
  if (!pane.page.more.length) return null;
  const node = h("details", {}, h("summary", {}, `${pane.page.more.length} more fields`), pane.page.more.map((field) => line(pane, field, inputs)));
  node.open = Boolean(pane.moreOpen);
  node.addEventListener("toggle", () => (pane.moreOpen = node.open));
  return node;
}

function related(pane) {
  const { page } = pane;
  if (!page.related.length) return null;
  const seen = new Set();
  const rows = page.related.filter((other) => !seen.has(other.id) && seen.add(other.id));
  return h(
    "div",
    {},
    h("h4", {}, "Tied to"),
    h("ul", { class: "related" }, rows.map((other) => h("li", {}, h("span", { class: "of" }, pane.side.objects[other.object]), button(other.title || "(no name)", () => pane.show({ object: other.object, open: { object: other.object, id: other.id } }), { class: "name" }), h("span", { class: "soft" }, other.text)))),
  );
}

function story(page) {
  return h(
    "div",
    {},
    h("h4", {}, "Timeline"),
    h(
      "ol",
      { class: "story" },
      page.story.map((event) =>
        h(
          "li",
          { class: event.kind },
          icon(ICONS[event.kind] || "note"),
          h("div", {}, h("p", {}, NAMES[event.kind] ? h("b", {}, `${NAMES[event.kind]}: `) : null, event.title), event.text ? h("p", { class: "soft" }, plain(event.text)) : null),
          h("time", { datetime: event.at }, time(event.at)),
        ),
      ),
    ),
  );
}

// an e-mail's body may be HTML; the timeline shows its words
const plain = (text) => text.replace(/<[^>]*>/g, " ").replace(/\s+/g, " ").trim();

function actions(pane) {
  const { page, side } = pane;
  const it = `“${page.title || page.id}”`;
  const body = { object: page.object, id: page.id };
  const doors = {
    delete: () => button("Delete", async () => (await sure(`Delete ${it}?`, "It goes to the recycle bin and can come back.", "Delete")) && gone(pane, "delete", body, "Deleted"), { class: "quiet" }),
    merge: () => button("Merge…", () => merge(pane), { class: "quiet" }),
    convert: () => button("Convert…", () => convert(pane), { class: "quiet" }),
    opt_out: () => optOut(pane, body),
    privacy_delete: () => button("Delete for good", async () => (await sure(`Delete ${it} for good?`, "As a privacy request asks: it never comes back.", "Delete for good")) && gone(pane, "privacy_delete", body, "Deleted for good"), { class: "quiet" }),
    restore: () => button("Restore", () => pane.do("restore", body, "Restored"), { class: "primary" }),
    undelete: () => button("Undelete", () => pane.do("undelete", body, "Undeleted"), { class: "primary" }),
    purge: () => button("Purge", () => gone(pane, "purge", body, "Purged"), { class: "quiet" }),
  };
  return h("span", { class: "doors", role: "group", "aria-label": `What people do to this record in ${side.title}` }, page.doors.map((name) => doors[name]?.()));
}

function optOut(pane, body) {
  const out = pane.page.badge === "Opted out";
  return button(out ? "Opt in again" : "Opt out", () => pane.do("opt_out", { ...body, out: !out }, out ? "Opted in" : "Opted out"), { class: "quiet" });
}

async function gone(pane, door, body, said) {
  pane.open = null;
  await pane.do(door, body, said);
}

async function merge(pane) {
  const { page, list, side } = pane;
  const others = list.rows.filter((row) => row.id !== page.id && row.badge !== "Converted");
  const options = others.map((row) => ({ value: row.id, label: row.cells.filter(Boolean).slice(0, 3).join(" · ") }));
  const said = await ask({
    title: `Merge into “${page.title}”`,
    text: "The other one goes, and what was empty here is filled from it.",
    fields: [{ name: "other", label: "The other record", options, required: true }],
    yes: "Merge",
    danger: true,
  });
  if (!said) return;
  const made = await pane.do("merge", side.merge(page.object, page.id, said.other), "Merged");
  if (made?.id) pane.show({ open: { object: page.object, id: made.id } });
}

async function convert(pane) {
  const { page } = pane;
  const said = await ask({
    title: `Convert “${page.title}”`,
    text: "The lead becomes a contact in an account; with a name below, an opportunity too.",
    fields: [{ name: "opportunity", label: "Opportunity (may be empty)" }],
    yes: "Convert",
  });
  if (said) pane.do("convert", { id: page.id, opportunity: said.opportunity || null }, "Converted");
}
