// The images as a list of which only the rows in sight exist: ten thousand are as quick as ten.

import { thumbnailAddress } from "./api.js";
import { words } from "./pieces.js";

const HEIGHT = 60; // pixels of a row, as in the style sheet
const BEYOND = 4; // rows above and below what is in sight
const PAUSE = 60; // milliseconds that a row stays in sight before its picture is asked for

export class List {
  constructor(box, run, choose, describe) {
    this._box = box;
    this._run = run;
    this._describe = describe;
    this._shown = new Map();
    this._rows = [];
    this._current = -1;
    box.addEventListener("scroll", () => this._draw(), { passive: true });
    new ResizeObserver(() => this._draw()).observe(box);
    run.addEventListener("click", (event) => {
      const row = event.target.closest("[data-at]");
      if (row) choose(Number(row.dataset.at));
    });
  }

  show(rows) {
    this._rows = rows;
    this._run.style.height = `${rows.length * HEIGHT}px`;
    for (const element of this._shown.values()) element.remove();
    this._shown.clear();
    this._draw();
  }

  mark(at) {
    this._current = at;
    const top = at * HEIGHT;
    const { scrollTop, clientHeight } = this._box;
    if (top < scrollTop) this._box.scrollTop = top;
    else if (top + HEIGHT > scrollTop + clientHeight) this._box.scrollTop = top + HEIGHT - clientHeight;
    this._draw();
  }

  refresh(image) {
    for (const [at, element] of this._shown) {
      if (!image || this._rows[at]?.image === image) this._fill(element, at);
    }
  }

  _draw() {
    const first = Math.max(0, Math.floor(this._box.scrollTop / HEIGHT) - BEYOND);
    const last = Math.min(this._rows.length, Math.ceil((this._box.scrollTop + this._box.clientHeight) / HEIGHT) + BEYOND);
    for (const [at, element] of this._shown) {
      if (at >= first && at < last) continue;
      clearTimeout(element.timer);
      element.remove();
      this._shown.delete(at);
    }
    for (let at = first; at < last; at++) {
      if (!this._shown.has(at)) this._add(at);
      const element = this._shown.get(at);
      element.setAttribute("aria-selected", String(at === this._current));
    }
  }

  _add(at) {
    const element = document.createElement("div");
    element.className = "image";
    element.role = "option";
    element.dataset.at = at;
    element.style.transform = `translateY(${at * HEIGHT}px)`;
    const picture = document.createElement("img");
    picture.alt = "";
    picture.decoding = "async";
    element.append(picture, words("span", "", "words"));
    element.timer = setTimeout(() => (picture.src = thumbnailAddress(this._rows[at])), PAUSE);
    this._fill(element, at);
    this._run.append(element);
    this._shown.set(at, element);
  }

  _fill(element, at) {
    const { name, text, state } = this._describe(this._rows[at]);
    element.querySelector(".words").replaceChildren(words("b", name), words("i", text));
    element.title = name;
    element.dataset.state = state;
  }
}
