// The journal of calls as they happen, and what the sync prints. Rule: it only ever grows at its end, and says where it was cut.

import { button, fill, h } from "./dom.js";

const MOST = 400;
const NAMES = { google: "Google", hubspot: "HubSpot", salesforce: "Salesforce" };

export class Journal {
  constructor() {
    this.node = document.getElementById("journal");
    this.tab = "calls";
    this.writes = false;
    this.chapter = null;
    this.count = 0;
    this.run = 0;
    this.build();
  }

  build() {
    this.tabs = h("div", { class: "kinds", role: "group", "aria-label": "What happens" });
    this.calls = h("ol", { class: "calls", "aria-label": "Calls" });
    this.output = h("pre", { class: "output", tabindex: "0", "aria-label": "What the sync prints" });
    this.scroll = h("div", { class: "scroll" }, this.calls, this.output);
    this.only = h("input", { type: "checkbox" });
    this.only.addEventListener("change", () => this.node.classList.toggle("writes", this.only.checked));
    this.said = h("span", { class: "soft" });
    fill(
      this.node,
      h("div", { class: "head" }, h("h2", {}, "What happens"), this.said),
      h("div", { class: "tools" }, this.tabs, h("span", { class: "split" }), h("label", { class: "only" }, this.only, "writes only")),
      this.scroll,
    );
    this.open("calls");
  }

  open(tab) {
    this.tab = tab;
    fill(
      this.tabs,
      button("Calls", () => this.open("calls"), { "aria-pressed": String(tab === "calls") }),
      button("Output", () => this.open("output"), { "aria-pressed": String(tab === "output") }),
    );
    this.node.classList.toggle("printed", tab === "output");
    this.calls.hidden = tab !== "calls";
    this.output.hidden = tab !== "output";
    this.scroll.scrollTop = this.scroll.scrollHeight;
  }

  // keep the end in sight, unless somebody reads further up
  follow(grow) {
    const { scroll } = this;
    const atEnd = scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 40;
    grow();
    if (atEnd) scroll.scrollTop = scroll.scrollHeight;
  }

  take({ calls, chapter, seq, sync }) {
    if (chapter !== this.chapter) {
      if (this.chapter !== null) fill(this.calls);
      this.chapter = chapter;
    }
    if (calls.length) {
      this.follow(() => {
        this.calls.append(...calls.map((call) => this.line(call)));
        while (this.calls.children.length > MOST) this.calls.firstChild.remove();
      });
    }
    fill(this.said, seq ? `${seq} ${seq === 1 ? "call" : "calls"}` : "no call yet");
    if (sync.run !== this.run) {
      this.run = sync.run;
      fill(this.output);
    }
    if (sync.lines.length) this.follow(() => this.output.append(sync.lines.map((text) => `${text}\n`).join("")));
  }

  line(call) {
    const bad = call.status === null || call.status >= 400;
    const records = call.inputs > 1 ? h("span", { class: "times" }, `×${call.inputs}`) : null;
    const node = h(
      "li",
      { class: `${call.vendor}${call.writes ? " write" : ""}${bad ? " bad" : ""}` },
      h("time", { datetime: call.at }, call.at.slice(11, 19)),
      h("span", { class: "dot", title: NAMES[call.vendor] }),
      h("b", {}, call.method),
      h("span", { class: "path" }, short(call.path)),
      records,
      h("span", { class: "status" }, call.status === null ? "closed" : String(call.status)),
    );
    node.title = [`${NAMES[call.vendor]}: ${call.operation}`, call.path, ...call.query].join("\n");
    return node;
  }
}

// what every path of a vendor begins with says nothing
const short = (path) => path.replace(/^\/v4\/spreadsheets\/[^/:]+/, "…").replace(/^\/services\/data\/v[\d.]+/, "…").replace(/^\/crm\/v\d(\/objects)?(?=\/)/, "…");
