// The tag table: phrases by count. A click asks for the captions with one, another click for those without it.

import { figure, words } from "./pieces.js";

const SHOWN = 300;

export class Tags {
  constructor(box, search, choose) {
    this._box = box;
    this._search = search;
    this._choose = choose;
    this._counts = new Map();
    this._filter = { tag: null, has: true };
    search.addEventListener("input", () => this._draw());
    box.addEventListener("click", (event) => {
      const row = event.target.closest("[data-tag]");
      if (row) this._clicked(row.dataset.tag);
    });
  }

  show(counts, filter) {
    this._counts = counts;
    this._filter = filter;
    this._draw();
  }

  _clicked(tag) {
    if (this._filter.tag !== tag) this._choose({ tag, has: true });
    else if (this._filter.has) this._choose({ tag, has: false });
    else this._choose({ tag: null, has: true });
  }

  _draw() {
    const sought = this._search.value.trim().toLowerCase();
    const found = [...this._counts].filter(([tag]) => tag.toLowerCase().includes(sought));
    found.sort(([one, more], [other, less]) => less - more || (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
    const most = found.length ? found[0][1] : 1;
    this._box.replaceChildren(...found.slice(0, SHOWN).map(([tag, count]) => this._row(tag, count, most)));
    if (found.length > SHOWN) this._box.append(words("p", `${figure(found.length - SHOWN)} more: search for them.`, "told"));
    if (!found.length) this._box.append(words("p", "No tag has these words.", "told"));
  }

  _row(tag, count, most) {
    const row = document.createElement("button");
    row.className = "tag";
    row.dataset.tag = tag;
    if (this._filter.tag === tag) row.dataset.has = this._filter.has;
    row.setAttribute("aria-pressed", String(this._filter.tag === tag));
    const bar = document.createElement("s");
    bar.style.width = `${(100 * count) / most}%`;
    row.append(words("b", figure(count)), words("span", tag), bar);
    return row;
  }
}
