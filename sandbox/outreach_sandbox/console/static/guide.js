// Three steps for whoever is here for the first time. Rule: a step is done when it really happened.

import { button, fill, h } from "./dom.js";

const KEY = "outreach-guide-closed";

export class Guide {
  constructor() {
    this.node = document.getElementById("guide");
    this.done = [false, false, false];
    this.closed = localStorage.getItem(KEY) === "1";
    this.synced = 0;
    this.first = "";
  }

  draw(sync) {
    const hidden = this.closed || sync.state === "none";
    this.node.hidden = hidden;
    if (hidden) return;
    const steps = ["In HubSpot, open a contact and change the phone number", "Press Sync", "See the cell in the sheet change"];
    const all = this.done.every(Boolean);
    let intro = sync.state === "running" && sync.run === 1 ? "First sync running…" : "Try this:";
    if (all) intro = "Seen! Now a conflict: change one phone number in the sheet and in HubSpot, then press Sync.";
    const look = JSON.stringify([intro, this.done]);
    if (look === this.look) return;
    this.look = look;
    const now = this.done.indexOf(false);
    fill(
      this.node,
      h("p", {}, intro),
      all ? null : h("ol", {}, steps.map((text, index) => h("li", { class: this.done[index] ? "done" : index === now ? "now" : "" }, h("span", { class: "number", "aria-hidden": "true" }, this.done[index] ? "✓" : String(index + 1)), text, this.done[index] ? h("span", { class: "sr" }, " (done)") : null))),
      button("×", () => this.close(), { class: "quiet", "aria-label": "Close these steps" }),
    );
  }

  close() {
    this.closed = true;
    localStorage.setItem(KEY, "1");
    this.node.hidden = true;
  }

  edited(vendor) {
    if (vendor === "hubspot") this.done[0] = true;
  }

  pressed() {
    if (this.done[0]) this.done[1] = true;
  }

  moved(vendor) {
    if (vendor === "google" && this.done[1]) this.done[2] = true;
  }
}
