// What people, and the outreach system, do to the sheet beside typing. Rule: one button, one door.

import { button, h, icon } from "./dom.js";
import { ask, sure } from "./dialog.js";

const REPLIES = [
  { value: "Yes, we are interested. Please call me on Tuesday.", label: "Yes, interested" },
  { value: "No thank you, not interested.", label: "No, thanks" },
  { value: "I am out of the office until Monday.", label: "Out of the office" },
  { value: "How much would that cost us?", label: "A question" },
];

function tool(name, text, press, props = {}) {
  return h("button", { type: "button", title: text, "aria-label": text, ...props, on: { click: press } }, icon(name), h("span", {}, props.short || ""));
}

export function toolbar(sheet) {
  const { view, at } = sheet;
  if (!view.tab) return [];
  const tab = { sheet: view.tab };
  const header = () => sheet.found(1, at.column).v || sheet.columns.find((one) => one.index === at.column)?.letters;
  const place = (door, body, said) => sheet.do(door, { ...tab, ...body }, said);
  const here = () => sheet.at.row;
  return [
    tool("undo", "Undo", () => place("undo", {}, "Undone"), { disabled: !view.undo }),
    tool("plus", "Insert a row here", () => place("insert_row", { at: here() })),
    tool("trash", "Delete this row", () => remove(sheet, place)),
    tool("up", "Move this row up", () => step(sheet, place, -1)),
    tool("down", "Move this row down", () => step(sheet, place, 1)),
    button("A→Z", () => place("sort", { by: header() }, "Sorted"), { title: "Sort the rows by this column" }),
    button("Z→A", () => place("sort", { by: header(), descending: true }, "Sorted"), { title: "Sort the rows by this column, last first" }),
    h("span", { class: "split" }),
    more(sheet, place, header),
    view.tab === view.tabs[0].title ? outreach(sheet, place) : null,
  ];
}

async function remove(sheet, place) {
  const row = sheet.at.row;
  const name = sheet.found(row, 0).v || `row ${row}`;
  if (await sure(`Delete row ${row}?`, `“${name}” leaves the sheet. Undo brings it back.`, "Delete")) place("delete_row", { row }, "Row deleted");
}

async function step(sheet, place, by) {
  const { row, column } = sheet.at;
  const to = row + by;
  if (row < 2 || to < 2 || to > sheet.view.row_count) return;
  if (await place("move_row", { row, to })) sheet.select(to, column);
}

function more(sheet, place, header) {
  const choices = {
    "Add a business column…": async () => {
      const said = await ask({ title: "Add a column", fields: [{ name: "header", label: "Header", required: true }], yes: "Add" });
      if (said) place("add_column", said, "Column added");
    },
    "Show only rows like this one": () => place("filter", { by: header(), values: [sheet.found().v] }, "Filtered"),
    "Show all rows again": () => place("clear_filter", {}),
    "Hide this column": () => place("hide", { columns: [header()] }),
    "Show all columns": () => place("show", { columns: sheet.view.columns.filter((one) => one.hidden).map((one) => one.letters) }),
    "Protect this column": () => place("protect", { columns: [header()], warning: true }, "Protected"),
    "Take protections away": () => place("unprotect", {}),
    "Duplicate this tab": () => place("duplicate_tab", {}, "Duplicated"),
    "Rename this tab…": async () => {
      const said = await ask({ title: "Rename the tab", fields: [{ name: "to", label: "Title", value: sheet.view.tab, required: true }], yes: "Rename" });
      if (said && (await place("rename_tab", said))) sheet.open(said.to);
    },
    "Delete this tab": async () => {
      if (await sure("Delete the tab?", `“${sheet.view.tab}” and all that is in it.`, "Delete") && (await place("delete_tab", {}, "Tab deleted"))) sheet.open("");
    },
  };
  const select = h("select", { "aria-label": "More that people do", class: "more" }, h("option", { value: "" }, "More…"), Object.keys(choices).map((text) => h("option", { value: text }, text)));
  select.addEventListener("change", () => {
    const chosen = choices[select.value];
    select.value = "";
    chosen?.();
  });
  return select;
}

function outreach(sheet, place) {
  return h(
    "span",
    { class: "outreach", role: "group", "aria-label": "What the outreach system does to this row" },
    h("em", {}, "Outreach system:"),
    tool("send", "Send the e-mail of this row", () => row(sheet) && place("outreach_send", { row: sheet.at.row }, "Sent"), { short: "Send" }),
    tool("answer", "An answer comes to this row", () => row(sheet) && reply(sheet, place), { short: "Reply…" }),
    button("Bounce", () => row(sheet) && place("outreach_send_failed", { row: sheet.at.row }, "Could not be sent"), { title: "The e-mail of this row cannot be sent" }),
    tool("plus", "The outreach system finds a business", () => found(place), { short: "New business…" }),
  );
}

const row = (sheet) => sheet.at.row > 1;

async function reply(sheet, place) {
  const name = sheet.found(sheet.at.row, 0).v || `row ${sheet.at.row}`;
  const said = await ask({ title: `${name} answers`, fields: [{ name: "text", label: "What they write", options: REPLIES }], yes: "Reply" });
  if (said) place("outreach_reply", { row: sheet.at.row, text: said.text }, "Replied");
}

async function found(place) {
  const said = await ask({
    title: "A new business",
    text: "The outreach system appends it below the last row, as a draft.",
    fields: [
      { name: "Business Name", label: "Business name", required: true },
      { name: "Email", label: "E-mail", kind: "email", value: "hello@new-business.example.com" },
      { name: "Location", label: "Location" },
      { name: "Phone", label: "Phone", kind: "tel" },
      { name: "Website", label: "Website" },
    ],
    yes: "Append",
  });
  if (said) place("outreach_append", { rows: [said] }, "Appended");
}
