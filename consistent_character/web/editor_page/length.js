// How long a caption is when it trains, in tokens: the embedding counts as many as it has vectors.

import * as api from "./api.js";
import { $ } from "./pieces.js";

const PAUSE = 120; // milliseconds without a change, after which it is counted
const REMEMBERED = 500;
const CLOSE = 0.9; // of the room

export class Length {
  constructor(captions) {
    this._captions = captions;
    this._known = new Map();
    this._timer = 0;
    this._shown = "";
  }

  show(text) {
    this._shown = text;
    clearTimeout(this._timer);
    if (this._known.has(text)) this._draw(this._known.get(text));
    else this._timer = setTimeout(() => this._count(text), PAUSE);
  }

  async _count(text) {
    let length;
    try {
      length = await api.tokens(text);
    } catch {
      $("length").dataset.state = "unknown";
      $("tokens").textContent = "";
      return;
    }
    if (this._known.size > REMEMBERED) this._known.clear();
    this._known.set(text, length);
    if (this._shown === text) this._draw(length);
  }

  _draw({ caption, training, room, vectors }) {
    const over = training > room;
    $("length").dataset.state = over ? "over" : training > room * CLOSE ? "close" : "fits";
    $("tokens").textContent = `${training} of ${room} tokens when training`;
    $("length").title =
      `${caption} tokens alone, ${training} with the embedding’s name in front, as the trainer reads it. ` +
      `${this._captions.about.token} counts ${vectors} wherever it stands.` +
      (over ? ` What lies beyond ${room} is learned apart from the rest.` : "");
    document.querySelector("#length i").style.width = `${Math.min(100, (100 * training) / room)}%`;
  }
}
