// What the panes share: a refresh that never overtakes itself, and the count of what moved.

import { toast } from "./dom.js";

export class Pane {
  constructor(vendor) {
    this.vendor = vendor;
    this.node = document.getElementById(vendor);
    this.moved = 0;
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
          this.refresh();
        }
      });
    return this.asking;
  }

  note(count) {
    if (!count) return;
    this.moved += count;
    this.onMoved(count);
  }

  forget() {
    this.moved = 0;
    this.onMoved(0);
  }
}

// light up, and go out by itself; without motion it is a tint that goes away
export function lightUp(node) {
  node.classList.remove("moved");
  void node.offsetWidth;
  node.classList.add("moved");
  clearTimeout(node.dataset.light);
  node.dataset.light = setTimeout(() => node.classList.remove("moved"), 8000);
}
