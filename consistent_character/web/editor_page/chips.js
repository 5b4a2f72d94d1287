// Chips: a zoom, an angle or a posture takes the place of the one in the caption. The server tells the places.

import * as api from "./api.js";

export const KEYS = { zoom: "123456789", angle: "qwertuiop", posture: "asdfghjkl" };
const REMEMBERED = 300;

const known = new Map();

// Where the chips of a text go; asked once for each text.
export function placesOf(text) {
  if (!known.has(text)) {
    if (known.size >= REMEMBERED) known.delete(known.keys().next().value);
    const answer = api.places(text);
    known.set(text, answer);
    answer.catch(() => known.delete(text));
  }
  return known.get(text);
}

export function forgetPlaces() {
  known.clear();
}

// The text with a phrase put into its place; the phrase that is there already is taken out where it may go.
export function put(text, place, phrase) {
  const characters = [...text];
  const part = (from, to) => characters.slice(from, to).join("");
  if (same(place.phrase, phrase)) {
    const [start, end] = place.gone ?? [0, 0];
    return part(0, start) + part(end);
  }
  return part(0, place.start) + place.before + phrase + place.after + part(place.end);
}

// “lying on his back” is the posture “lying on her back”.
export const same = (one, other) => folded(one) === folded(other);

const folded = (phrase) => phrase.toLowerCase().replace(/\b(his|their)\b/g, "her").split(/\s+/).join(" ");

// Presses that are under way, one after another for each image: a press counts for the image it was made on, however
// long the answer takes and whatever is shown by then.
export class Presses {
  constructor(captions) {
    this._captions = captions;
    this._chains = new Map();
  }

  get waiting() {
    return this._chains.size;
  }

  press(image, kind, phrase) {
    const last = this._chains.get(image) ?? Promise.resolve();
    const next = last.then(() => this._put(image, kind, phrase)).finally(() => {
      if (this._chains.get(image) === next) this._chains.delete(image);
    });
    this._chains.set(image, next);
    return next;
  }

  async _put(image, kind, phrase) {
    for (;;) {
      const text = this._captions.text(image);
      const places = await placesOf(text);
      if (this._captions.text(image) !== text) continue; // written on meanwhile
      this._captions.write(image, put(text, places[kind], phrase), "chip");
      return void this._captions.flush(image);
    }
  }
}
