// The pane of a CRM: its lists, and one record at a time. Rule: what differs between the two CRMs stands in SIDES.

import { act, get } from "./api.js";
import { attempt, button, fill, h, icon } from "./dom.js";
import { ask } from "./dialog.js";
import { changedRecords } from "./moved.js";
import { Pane, lightUp } from "./pane.js";
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
    this.kinds = h("div", { class: "kinds", role: "tablist", "aria-label": `Objects of ${this.side.title}` });
    this.body = h("div", { class: "scroll" });
    this.foot = h("div", { class: "foot" });
    const fresh = button(this.side.fresh.label, () => this.make(), { class: "quiet" });
    fill(
      this.node,
      h("div", { class: "head" }, h("span", { class: "logo", "aria-hidden": "true" }, this.side.letter), h("h2", {}, this.side.title), this.chip),
      h("div", { class: "tools" }, this.kinds, h("span", { class: "split" }), h("label", { class: "find" }, icon("search"), this.search), fresh),
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
    const open = this.open;
    const list = await get(`/console/panes/${this.vendor}/${this.object}`, asked);
    const page = open ? await get(`/console/panes/${this.vendor}/${open.object}/${open.id}`).catch(() => null) : null;
    const known = JSON.stringify(this.list?.asked) === JSON.stringify({ ...asked, object: this.object });
    const changed = known ? changedRecords(this.list, list) : new Map();
    const touched = page && this.page?.id === page.id ? fieldsOf(page).filter((f) => fieldsOf(this.page).find((o) => o.name === f.name)?.value !== f.value) : [];
    const same = known && this.shownOpen === open && JSON.stringify([list.rows, list.deleted, page]) === JSON.stringify([this.list.rows, this.list.deleted, this.page]);
    if (open && !page) this.open = null;
    this.list = { ...list, asked: { ...asked, object: this.object } };
    this.page = page;
    this.shownOpen = this.open;
    if (!same) this.draw(changed, touched);
    if (changed.size) {
      this.note(changed.size);
      this.lit = changed;
      fill(this.chip, `${changed.size} ${changed.size === 1 ? "record" : "records"} moved`);
    }
    this.chip.hidden = !this.lit?.size;
  }

  draw(changed, touched) {
    const entries = Object.entries(this.side.objects);
    fill(
      this.kinds,
      entries.map(([object, label]) => button(label, () => this.show({ object, open: null, deleted: false }), { role: "tab", "aria-selected": String(object === this.object) })),
    );
    if (this.page) {
      drawRecord(this, touched.map((field) => field.name));
      fill(this.foot);
      return;
    }
    fill(this.body, this.list.rows.length ? this.drawList(changed) : h("p", { class: "nothing" }, this.nothing()));
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

  drawList(changed) {
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
      this.lines.set(row.id, cells);
      for (const index of changed.get(row.id) || []) lightUp(cells[index]);
      return line;
    });
    return h("table", { class: "list" }, h("thead", {}, h("tr", {}, head)), h("tbody", {}, rows));
  }

  async go(object, id) {
    if (this.open?.id === id) return;
    await this.show({ open: { object, id } });
    this.body.scrollTop = 0;
    this.body.querySelector(".back")?.focus();
  }

  async leave() {
    await this.show({ open: null });
    this.search.focus();
  }

  async do(door, body, said) {
    const answer = await attempt(() => act(this.vendor, door, body), said);
    await this.refresh();
    return answer;
  }

  async make() {
    const { fresh } = this.side;
    const said = await ask({ title: fresh.label, fields: PERSON, yes: "Make" });
    if (!said) return;
    const made = await attempt(() => act(this.vendor, "create", { object: fresh.object, ...fresh.body(said) }), "Made");
    if (made) this.show({ object: fresh.object, deleted: false, open: { object: fresh.object, id: made.id } });
  }

  async showMoved() {
    const first = [...(this.lit?.keys() || [])][0];
    if (this.open) await this.show({ open: null });
    const cells = this.lines?.get(first);
    cells?.[0].scrollIntoView({ block: "center" });
    for (const [id, columns] of this.lit || []) for (const index of columns) if (this.lines?.get(id)) lightUp(this.lines.get(id)[index]);
  }
}
