// Every caption of the character, and what was written but is not saved yet.
//
// A text belongs to an image by the image's name, from the keypress to the file: paging changes what is shown and
// nothing else. One save of an image is under way at a time; it names the version that was seen when writing began, so
// what another program wrote since is never overwritten. A text that could not be saved stays, and is tried again.

import * as api from "./api.js";

const PATIENCE = 700; // milliseconds without a keypress, after which a text is saved
const RETRIES = [2, 5, 10, 20, 30]; // seconds
const STORE = `cc-unsaved:${location.pathname}`;

export class Captions extends EventTarget {
  constructor() {
    super();
    this.rows = [];
    this.byName = new Map();
    this.counts = new Map();
    this.about = null;
    this.drafts = new Map();
    this.past = [];
    this.future = [];
    this._underWay = new Set();
    this._saves = 0;
    this._writes = 0;
  }

  async load() {
    const before = this._saves;
    const answer = await api.everything();
    this.about = answer;
    this.rows = answer.captions.map((row) => this._merged({ ...row, tags: row.tags.map((at) => answer.phrases[at]) }, before));
    this.byName = new Map(this.rows.map((row) => [row.image, row]));
    this.counts = new Map();
    for (const row of this.rows) this._count(row.tags, 1);
    this._restore();
    this._tell("loaded");
  }

  // What the list tells is older than a save that was made, or is under way, since it was asked for.
  _merged(row, before) {
    const known = this.byName.get(row.image);
    return known && (this._underWay.has(row.image) || (known.saved ?? 0) > before) ? known : row;
  }

  text(image) {
    return this.drafts.get(image)?.text ?? this.byName.get(image)?.text ?? "";
  }

  // Remember a text for an image; it is saved when nothing more is written for a moment.
  write(image, text, kind = "typed") {
    const row = this.byName.get(image);
    if (!row || (row.locked && kind !== "convert")) return;
    const draft = this.drafts.get(image) ?? { base: row.version, tries: 0 };
    clearTimeout(draft.timer);
    Object.assign(draft, { text, kind, trouble: "", order: ++this._writes, timer: setTimeout(() => this.flush(image), PATIENCE) });
    this.drafts.set(image, draft);
    this._keep();
    this._tell("changed", image);
  }

  convert(image) {
    this.write(image, this.byName.get(image).text, "convert");
    return this.flush(image);
  }

  async flush(image, keepalive = false) {
    const draft = this.drafts.get(image);
    const row = this.byName.get(image);
    if (!draft || this._underWay.has(image) || draft.conflict) return;
    clearTimeout(draft.timer);
    // Where there was no caption, an undo takes the file away again.
    const text = draft.kind === "undo" && draft.removes ? null : draft.text;
    const sent = { text, expected: draft.base, convert: draft.kind === "convert" };
    const { kind, order } = draft;
    if (row && !sent.convert && sent.text === row.text && sent.expected === row.version) return this._done(image);
    this._underWay.add(image);
    this._tell("changed", image);
    try {
      const answer = await api.save(image, sent, keepalive);
      this._underWay.delete(image);
      this._saved(image, sent, answer, kind, order);
    } catch (error) {
      this._underWay.delete(image);
      this._failed(image, sent, error);
    }
  }

  flushAll(keepalive = false) {
    return Promise.all([...this.drafts.keys()].map((image) => this.flush(image, keepalive)));
  }

  // The texts that wait: [image, draft].
  get unsaved() {
    return [...this.drafts];
  }

  _saved(image, sent, answer, kind, order) {
    const row = this.byName.get(image);
    this._remember(row, answer, kind, order);
    this._replace(answer);
    const draft = this.drafts.get(image);
    if (draft && draft.text !== (sent.text ?? "")) {
      Object.assign(draft, { base: answer.version, tries: 0, trouble: "" });
      this.flush(image);
    } else {
      this._done(image);
    }
    this._tell("saved", image);
  }

  _failed(image, sent, error) {
    const draft = this.drafts.get(image);
    if (!draft) return;
    if (error.status === 409 && error.now) {
      if (error.now.text === draft.text && !error.now.locked) {
        this._replace(error.now);
        return this._done(image);
      }
      draft.conflict = error.now;
      this._tell("conflict", image);
    } else {
      draft.trouble = error.message;
      const wait = RETRIES[Math.min(draft.tries++, RETRIES.length - 1)];
      clearTimeout(draft.timer);
      draft.timer = setTimeout(() => this.flush(image), wait * 1000);
    }
    this._keep();
    this._tell("changed", image);
  }

  // Somebody decided between two texts.
  settle(image, mine) {
    const draft = this.drafts.get(image);
    const now = draft?.conflict;
    if (!now) return;
    this._replace(now);
    if (!mine || now.locked) return this._done(image);
    Object.assign(draft, { conflict: null, base: now.version, tries: 0, trouble: "" });
    this.flush(image);
  }

  _done(image) {
    clearTimeout(this.drafts.get(image)?.timer);
    this.drafts.delete(image);
    this._keep();
    this._tell("changed", image);
  }

  _replace(answer) {
    const row = this.byName.get(answer.image);
    this._count(row.tags, -1);
    Object.assign(row, answer, { saved: ++this._saves });
    this._count(row.tags, 1);
  }

  _count(tags, by) {
    for (const tag of tags) {
      const count = (this.counts.get(tag) ?? 0) + by;
      if (count > 0) this.counts.set(tag, count);
      else this.counts.delete(tag);
    }
  }

  // One step for what was typed into a caption in one go, one for each chip; in the order in which they were made,
  // whichever save was the first to be done.
  _remember({ image, text: before, version }, answer, kind, order) {
    if (before === answer.text && version === answer.version) return;
    const step = { image, before, after: answer.text, kind, order, made: version === null };
    if (kind === "undo") return void this.future.push(step);
    const place = this.past.findLastIndex((one) => one.order < order);
    const last = this.past[place];
    if (kind === "typed" && last?.kind === "typed" && last.image === image && last.after === before) Object.assign(last, { after: step.after, order });
    else this.past.splice(place + 1, 0, step);
    if (kind !== "redo") this.future = [];
  }

  // Take the last change back that was made here, as a change of its own; returns its image.
  undo() {
    return this._step(this.past, "undo");
  }

  redo() {
    return this._step(this.future, "redo");
  }

  async _step(steps, kind) {
    await this.flushAll();
    const step = steps.pop();
    if (!step) return null;
    if (step.kind === "convert" || this.text(step.image) !== step.after) {
      this._tell("stale", step.image);
    } else {
      this.write(step.image, step.before, kind);
      this.drafts.get(step.image).removes = step.made;
      this.flush(step.image);
    }
    return step.image;
  }

  // What is not saved yet outlives a page that is closed or loaded anew, as long as the window does.
  _keep() {
    try {
      const kept = [...this.drafts].map(([image, { text, base }]) => [image, text, base]);
      if (kept.length) sessionStorage.setItem(STORE, JSON.stringify(kept));
      else sessionStorage.removeItem(STORE);
    } catch {
      // no room or no permission: the texts are still in this page
    }
  }

  _restore() {
    let kept = [];
    try {
      kept = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
    } catch {
      return;
    }
    for (const [image, text, base] of kept) {
      const row = this.byName.get(image);
      if (!row || this.drafts.has(image) || (row.text === text && !row.locked)) continue;
      this.drafts.set(image, { text, base, kind: "typed", tries: 0, trouble: "", order: ++this._writes });
      this.flush(image);
    }
    this._keep();
  }

  _tell(what, image = null) {
    this.dispatchEvent(new CustomEvent(what, { detail: image }));
  }
}
