// What the panes share: a refresh that never overtakes itself, and what moved since Sync was pressed last.

import { toast } from "./dom.js";

export class Pane {
  constructor(vendor) {
    this.vendor = vendor;
    this.node = document.getElementById(vendor);
    this.moved = new Set(); // keys of what another than the person here changed
    this.unseen = 0;
    this.acting = 0;
    this.onMoved = () => {};
    this.asking = null;
    this.again = false;
  }

  // many wishes at once are one question; a wish that comes during a question asks once more
  refresh() {
    if (this.asking) {
      this.again = true;
      return this.asking;
    }
    this.asking = this.fetch()
      .catch((error) => toast(error.message, "bad"))
      .finally(() => {
        this.asking = null;
        if (this.again) {
          this.again = false;
          return this.refresh();
        }
      });
    return this.asking;
  }

  // what a person does here is no news to them
  async quietly(task) {
    this.acting += 1;
    try {
      return await task();
    } finally {
      this.acting -= 1;
    }
  }

  note(keys) {
    if (this.acting) {
      for (const key of keys) this.moved.delete(key);
      return [];
    }
    for (const key of keys) this.moved.add(key);
    this.unseen += keys.length;
    if (keys.length) this.onMoved();
    return keys;
  }

  seen() {
    this.unseen = 0;
    this.onMoved();
  }

  forget() {
    this.moved.clear();
    for (const node of this.node.querySelectorAll(".moved")) node.classList.remove("moved", "fresh");
    this.drawMoved();
    this.seen();
  }
}

// marked until Sync is pressed again; what has just arrived also flashes
export function mark(node, fresh) {
  node.classList.add("moved");
  if (!fresh) return;
  node.classList.remove("fresh");
  void node.offsetWidth;
  node.classList.add("fresh");
}

// bring what has just arrived into sight, unless somebody is busy in this pane; the columns stay where they are
export function reveal(pane, scroll) {
  if (pane.node.contains(document.activeElement) && pane.node.contains(document.querySelector(":hover"))) return;
  const outer = scroll.getBoundingClientRect();
  const places = [...scroll.querySelectorAll("td.fresh")].map((node) => [node, node.getBoundingClientRect()]);
  const [first, inner] = places.find(([, place]) => place.left >= outer.left && place.right <= outer.right + 1) || [];
  if (first && (inner.top < outer.top || inner.bottom > outer.bottom)) scroll.scrollBy(0, inner.top - outer.top - outer.height / 2);
}
