// The rows of chips: which phrase the caption has, and presses by mouse and key.

import * as api from "./api.js";
import { forgetPlaces, KEYS, placesOf, Presses, same } from "./chips.js";
import { $, words } from "./pieces.js";

export class ChipRows {
  constructor(captions, say) {
    this._captions = captions;
    this._say = say;
    this._presses = new Presses(captions);
    this._image = "";
  }

  get waiting() {
    return this._presses.waiting;
  }

  layOut() {
    const { zooms, angles, postures, own } = this._captions.about;
    const kinds = { zoom: zooms, angle: angles, posture: [...postures, ...own] };
    for (const [kind, phrases] of Object.entries(kinds)) {
      const isOwn = (phrase) => kind === "posture" && own.includes(phrase);
      row(kind).replaceChildren(...phrases.map((phrase, number) => this._chip(kind, phrase, KEYS[kind][number], isOwn(phrase))));
    }
    row("posture").append(this._newPosture());
  }

  // Show what the caption of an image has.
  async show(image) {
    this._image = image;
    const text = this._captions.text(image);
    let places;
    try {
      places = await placesOf(text);
    } catch {
      return; // a press tells why
    }
    if (image !== this._image || this._captions.text(image) !== text) return;
    const { locked } = this._captions.byName.get(image);
    for (const kind of Object.keys(KEYS)) {
      const { phrase } = places[kind];
      for (const chip of chips(kind)) {
        chip.setAttribute("aria-pressed", String(phrase !== "" && same(phrase, chip.dataset.phrase)));
        chip.disabled = locked;
      }
    }
  }

  press(kind, phrase) {
    const caption = this._captions.byName.get(this._image);
    if (!caption || caption.locked) return;
    this._presses.press(this._image, kind, phrase).catch((error) => this._say(error.message));
  }

  // Whether a key belongs to a chip; if so, it is pressed.
  pressKey(key) {
    for (const [kind, keys] of Object.entries(KEYS)) {
      const chip = keys.includes(key) && chips(kind)[keys.indexOf(key)];
      if (!chip) continue;
      this.press(kind, chip.dataset.phrase);
      return true;
    }
    return false;
  }

  _chip(kind, phrase, key, isOwn) {
    const chip = words("button", "", "chip");
    chip.dataset.phrase = phrase;
    chip.setAttribute("aria-pressed", "false");
    chip.append(words("span", phrase));
    if (key) chip.append(words("kbd", key.toUpperCase()));
    chip.addEventListener("click", () => this.press(kind, phrase));
    if (!isOwn) return chip;
    const forget = words("button", "×", "forget");
    forget.title = `Forget “${phrase}”`;
    forget.addEventListener("click", () => this._keepOwn(this._captions.about.own.filter((one) => one !== phrase)));
    const both = words("span", "", "own");
    both.append(chip, forget);
    return both;
  }

  _newPosture() {
    const box = document.createElement("input");
    Object.assign(box, { id: "new-posture", placeholder: "your own …", maxLength: 80, spellcheck: false });
    box.setAttribute("aria-label", "Add a posture of your own");
    box.addEventListener("keydown", async (event) => {
      if (event.key !== "Enter" || !box.value.trim()) return;
      event.stopPropagation();
      if (await this._keepOwn([...this._captions.about.own, box.value.trim()])) $("new-posture").focus();
    });
    return box;
  }

  async _keepOwn(postures) {
    try {
      this._captions.about.own = (await api.keepPostures(postures)).postures;
    } catch (error) {
      this._say(error.message);
      return false;
    }
    forgetPlaces();
    this.layOut();
    this.show(this._image);
    return true;
  }
}

const row = (kind) => document.querySelector(`fieldset[data-kind="${kind}"] .row`);
const chips = (kind) => document.querySelectorAll(`fieldset[data-kind="${kind}"] .chip`);
