// The pane of a CRM: its lists, and one record at a time. Rule: what differs between the two CRMs stands in SIDES.

import { act, get } from "./api.js";
import { attempt, button, fill, h, icon } from "./dom.js";
import { ask } from "./dialog.js";
import { changedRecords } from "./moved.js";
import { Pane, mark, reveal } from "./pane.js";
import { drawRecord, fieldsOf } from "./record.js";

const PERSON = [
  { name: "first", label: "First name" },
  { name: "last", label: "Last name", required: true },
  { name: "email", label: "E-mail", kind: "email", required: true },
  { name: "company", label: "Company", required: true },
  { name: "phone", label: "Phone", kind: "tel" },
];

export const SIDES = {
  hubspot: {
    title: "HubSpot",
    letter: "H",
    objects: { contacts: "Contacts", companies: "Companies", deals: "Deals" },
    fresh: {
      object: "contacts",
      label: "New contact",
      body: (said) => ({ properties: { firstname: said.first, lastname: said.last, email: said.email, company: said.company, phone: said.phone } }),
    },
    edit: (object, id, name, value) => ({ object, id, properties: { [name]: value } }),
    merge: (object, id, other) => ({ object, primary: id, other }),
  },
  salesforce: {
    title: "Salesforce",
    letter: "S",
    objects: { Lead: "Leads", Contact: "Contacts", Opportunity: "Opportunities" },
    fresh: {
      object: "Lead",
      label: "New lead",
      body: (said) => ({ values: { FirstName: said.first, LastName: said.last, Email: said.email, Company: said.company, Phone: said.phone } }),
    },
    edit: (object, id, name, value, kind) => ({ id, values: { [name]: kind === "flag" ? value === "true" : value === "" ? null : value } }),
    merge: (object, id, other) => ({ master: id, other }),
  },
};

export class CrmPane extends Pane {
  constructor(vendor) {
    super(vendor);
    this.side = SIDES[vendor];
    this.object = Object.keys(this.side.objects)[0];
    this.words = "";
    this.deleted = false;
    this.open = null;
    this.lists = {};
    this.list = null;
    this.page = null;
    this.build();
  }

  build() {
    this.search = h("input", { type: "search", placeholder: "Search", "aria-label": `Search in ${this.side.title}`, autocomplete: "off" });
    let waiting = 0;
    this.search.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => this.show({ words: this.search.value, open: null }), 150);
    });
    this.chip = button("", () => this.showMoved(), { class: "chip", hidden: true });
    this.kinds = h("div", { class: "kinds", role: "group", "aria-label": `Objects of ${this.side.title}` });
    this.body = h("div", { class: "scroll" });
    this.foot = h("div", { class: "foot" });
    const fresh = button(this.side.fresh.label, () => this.make(), { class: "quiet" });
    fill(
      this.node,
      h("div", { class: "head" }, h("span", { class: "logo", "aria-hidden": "true" }, this.side.letter), h("h2", {}, this.side.title), this.chip),
      h("div", { class: "tools" }, this.kinds, h("label", { class: "find" }, icon("search"), this.search), fresh),
      this.body,
      this.foot,
    );
  }

  show(wish) {
    Object.assign(this, wish);
    return this.refresh();
  }

  async fetch() {
    const asked = { q: this.words, deleted: this.deleted ? "1" : "0" };
    const { open, object } = this;
    const names = Object.keys(this.side.objects);
    const found = await Promise.all(names.map((name) => get(`/console/panes/${this.vendor}/${name}`, name === object ? asked : {})));
    const page = open ? await get(`/console/panes/${this.vendor}/${open.object}/${open.id}`).catch(() => null) : null;
    if (open !== this.open || object !== this.object) return; // somebody went on meanwhile, and asks again
    const fresh = new Set(this.note([...found.flatMap((list, at) => this.compare(list, at, object, asked)), ...this.compareFields(page)]));
    if (open && !page) this.open = null;
    const look = JSON.stringify([object, this.open, found, page]);
    const same = this.look === look;
    this.look = look;
    this.list = found[names.indexOf(object)];
    this.page = page;
    if (!same) this.draw(fresh);
    this.drawMoved();
    reveal(this, this.body);
  }

  // keys of what differs from the last look at the same list
  compare(list, at, object, asked) {
    const question = list.object === object ? JSON.stringify(asked) : "";
    const before = this.lists[list.object];
    this.lists[list.object] = { list, question };
    if (before?.question !== question) return [];
    return [...changedRecords(before.list, list)].flatMap(([id, columns]) => columns.map((index) => `${list.object}/${id}/${list.columns[index].name}`));
  }

  compareFields(page) {
    if (!page || this.page?.id !== page.id) return [];
    const before = new Map(fieldsOf(this.page).map((field) => [field.name, field.value]));
    const changed = page.main.filter((field) => before.get(field.name) !== field.value);
    return changed.map((field) => `${page.object}/${page.id}/${field.name}`);
  }

  drawMoved() {
    const records = new Set([...this.moved].map((key) => key.split("/").slice(0, 2).join("/")));
    fill(this.chip, `${records.size} ${records.size === 1 ? "record" : "records"} moved`);
    this.chip.hidden = records.size === 0;
    for (const tab of this.kinds.children) {
      const count = [...records].filter((key) => key.startsWith(`${tab.dataset.object}/`)).length;
      tab.classList.toggle("has-moved", count > 0);
      fill(tab, this.side.objects[tab.dataset.object], count ? h("span", { class: "sr" }, ` (${count} moved)`) : null);
    }
  }

  draw(fresh) {
    const entries = Object.entries(this.side.objects);
    const focused = this.kinds.contains(document.activeElement) ? document.activeElement.dataset.object : null;
    fill(
      this.kinds,
      entries.map(([object, label]) => button(label, () => this.show({ object, open: null, deleted: false }), { data: { object }, "aria-pressed": String(object === this.object) })),
    );
    if (focused) this.kinds.querySelector(`[data-object="${focused}"]`).focus();
    if (this.page) {
      drawRecord(this, fresh);
      fill(this.foot);
      return;
    }
    fill(this.body, this.list.rows.length ? this.drawList(fresh) : h("p", { class: "nothing" }, this.nothing()));
    fill(this.foot, h("span", {}, this.counted()), this.list.deleted || this.deleted ? this.bin() : null);
  }

  nothing() {
    if (this.words) return `Nothing matches “${this.words}”.`;
    return this.deleted ? "The recycle bin is empty." : `No ${this.side.objects[this.object].toLowerCase()} yet.`;
  }

  counted() {
    const { rows, total } = this.list;
    return rows.length < total ? `${rows.length} of ${total} shown; search for the others` : `${total} ${total === 1 ? "record" : "records"}`;
  }

  bin() {
    const text = this.deleted ? "Back to the living" : `Recycle bin (${this.list.deleted})`;
    return button(text, () => this.show({ deleted: !this.deleted }), { class: "link" });
  }

  drawList(fresh) {
    const head = this.list.columns.map((column) => h("th", { scope: "col", class: `c-${column.name.toLowerCase()}` }, column.label));
    this.lines = new Map();
    const rows = this.list.rows.map((row) => {
      const cells = row.cells.map((text, index) => {
        const name = this.list.columns[index].name.toLowerCase();
        const cell = h("td", { class: `c-${name}` });
        if (index === 0) cell.append(button(text || "(no name)", () => this.go(this.object, row.id), { class: "name" }), row.badge ? h("span", { class: "badge" }, row.badge) : "");
        else cell.append(text);
        return cell;
      });
      const line = h("tr", { class: row.gone ? "gone" : "" }, cells);
      line.addEventListener("click", () => this.go(this.object, row.id));
      this.lines.set(row.id, line);
      this.list.columns.forEach((column, index) => {
        const key = `${this.object}/${row.id}/${column.name}`;
        if (this.moved.has(key)) mark(cells[index], fresh.has(key));
      });
      return line;
    });
    return h("table", { class: "list" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
  }

  async go(object, id) {
    await this.show({ open: { object, id } });
    this.body.scrollTop = 0;
    this.body.querySelector(".back")?.focus();
  }

  async leave() {
    await this.show({ open: null });
    this.search.focus();
  }

  do(door, body, said) {
    return this.quietly(async () => {
      const answer = await attempt(() => act(this.vendor, door, body), said);
      await this.refresh();
      return answer;
    });
  }

  async make() {
    const { fresh } = this.side;
    const said = await ask({ title: fresh.label, fields: PERSON, yes: "Make" });
    if (!said) return;
    const made = await this.do("create", { object: fresh.object, ...fresh.body(said) }, "Made");
    if (made) this.show({ object: fresh.object, deleted: false, open: { object: fresh.object, id: made.id } });
  }

  async showMoved() {
    const keys = [...this.moved].map((key) => key.split("/"));
    const object = keys.some(([name]) => name === this.object) ? this.object : keys[0][0];
    await this.show({ object, open: null, deleted: false });
    const first = keys.find(([name, id]) => name === object && this.lines.has(id));
    this.lines.get(first?.[1])?.scrollIntoView({ block: "center" });
    for (const node of this.body.querySelectorAll(".moved")) mark(node, true);
  }
}
