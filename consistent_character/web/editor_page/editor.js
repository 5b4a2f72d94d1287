// The page: one image beside its caption, with chips, keys, the list and the tags around it.

import * as api from "./api.js";
import { Captions } from "./captions.js";
import { ChipRows } from "./chip_rows.js";
import { placesOf } from "./chips.js";
import { listen } from "./keys.js";
import { Length } from "./length.js";
import { List } from "./list.js";
import { $, button, figure, sentence, words } from "./pieces.js";
import { compare, State } from "./state.js";
import { Tags } from "./tags.js";
import { followTheme } from "./theme.js";

const NEAR = 2; // images on each side whose pictures are fetched before they are turned to
const STALE = 3000; // milliseconds after which the folder is read anew when somebody comes back to the page
const ALL = { tag: null, has: true };

const text = $("text");
const captions = new Captions();
const state = new State(captions, () => chips.waiting > 0);
const chips = new ChipRows(captions, (told) => state.say(told));
const length = new Length(captions);
const list = new List($("list"), $("run"), turnTo, describe);
const tags = new Tags($("tags"), $("tag-search"), (wanted) => filterBy(wanted));

let visible = []; // the rows that the search and the tag leave
let at = -1; // the place in `visible` of the one that is shown
let current = ""; // its image's name: what every keypress is for
let filter = ALL;
let readAt = 0;
let wasAway = false;

// ---------------------------------------------------------------- one image

function turnTo(place) {
  if (!visible.length) return showNothing();
  at = Math.max(0, Math.min(visible.length - 1, place));
  list.mark(at);
  $("place").textContent = `${figure(at + 1)} of ${figure(visible.length)}`;
  if (visible[at].image !== current) show(visible[at].image);
}

function show(image) {
  leave();
  current = image;
  text.value = captions.text(image);
  text.dataset.image = image;
  text.scrollTop = 0;
  $("name").textContent = image;
  showPicture();
  refresh();
  fetchNear();
}

// Save what was written, at once; nothing of it depends on what is shown next.
function leave() {
  if (document.activeElement === text) text.blur(); // ends an input method's composition while its image is shown
  if (current) captions.flush(current);
}

function showNothing() {
  leave();
  current = "";
  at = -1;
  const why = captions.rows.length ? "No caption matches." : "There are no images yet: generate some, or put pictures into the folder “images”.";
  $("picture").replaceChildren(words("p", why));
  document.body.dataset.empty = "true";
}

// A new element for every image: an old picture never stands beside a new caption while the new one is loading.
function showPicture() {
  const picture = new Image();
  picture.alt = current;
  picture.decoding = "async";
  picture.addEventListener("error", () => picture.replaceWith(words("p", "This picture cannot be shown.")));
  picture.src = api.pictureAddress(captions.byName.get(current));
  $("picture").replaceChildren(picture);
}

function refresh() {
  const row = captions.byName.get(current);
  if (!row) return;
  delete document.body.dataset.empty;
  if (text.value !== captions.text(current)) text.value = captions.text(current);
  text.readOnly = row.locked;
  text.placeholder = row.version === null && !row.locked ? "No caption yet" : "";
  notice(row, captions.drafts.get(current));
  chips.show(current);
  length.show(captions.text(current));
  offer(row);
}

function notice(row, draft) {
  const parts = [];
  if (draft?.conflict) parts.push(words("p", "Another program changed this caption.", "bad"), button("Compare", () => decide(row.image)));
  else if (draft?.trouble) parts.push(words("p", `Not saved yet: ${draft.trouble}`, "bad"));
  else if (row.locked) {
    parts.push(words("p", sentence(row.problem), "bad"));
    if (row.suggested) parts.push(button(`Convert to UTF-8 (it reads as ${row.suggested})`, () => captions.convert(row.image)));
  } else if (row.version === null && !draft && row.offered) {
    parts.push(words("p", "No caption yet. The picture’s own prompt:"), words("pre", row.offered));
    parts.push(button("Start from it", () => startFrom(row)));
  }
  $("notice").replaceChildren(...parts);
  $("notice").hidden = parts.length === 0;
}

function startFrom(row) {
  captions.write(row.image, row.offered, "chip");
  captions.flush(row.image);
}

function decide(image) {
  compare(captions, image, refresh);
}

function fetchNear() {
  for (let by = 1; by <= NEAR; by++) {
    for (const row of [visible[at + by], visible[at - by]]) {
      if (!row) continue;
      new Image().src = api.pictureAddress(row);
      placesOf(captions.text(row.image)).catch(() => {}); // asked again when it is shown
    }
  }
}

async function offer(row) {
  if (row.version !== null || row.locked || row.offered !== undefined) return;
  row.offered = "";
  try {
    row.offered = (await api.one(row.image)).offered ?? "";
  } catch {
    return; // nothing to offer
  }
  if (row.image === current) refresh();
}

// ---------------------------------------------------------------- the list, the tags, the search

function describe(row) {
  const draft = captions.drafts.get(row.image);
  const shown = captions.text(row.image) || (row.locked ? "cannot be read" : "no caption");
  return { name: row.image, text: shown, state: stateOf(row, draft) };
}

function stateOf(row, draft) {
  if (draft) return draft.conflict ? "conflict" : draft.trouble ? "trouble" : "waiting";
  if (row.locked) return "locked";
  return row.version === null ? "missing" : "saved";
}

function filterBy(wanted) {
  filter = wanted;
  const sought = $("search").value.trim().toLowerCase();
  visible = captions.rows.filter((row) => {
    if (filter.tag !== null && row.tags.includes(filter.tag) !== filter.has) return false;
    return !sought || row.image.toLowerCase().includes(sought) || captions.text(row.image).toLowerCase().includes(sought);
  });
  list.show(visible);
  showFilter();
  turnTo(Math.max(0, visible.findIndex((row) => row.image === current)));
}

function showFilter() {
  const all = captions.rows.length;
  tags.show(captions.counts, filter);
  $("count").textContent = visible.length === all ? `${figure(all)} images` : `${figure(visible.length)} of ${figure(all)}`;
  const off = button(`${filter.has ? "with" : "without"} “${filter.tag}” ×`, () => filterBy(ALL));
  Object.assign(off, { className: "filter", title: "Show all captions again" });
  $("filters").replaceChildren(...(filter.tag === null ? [] : [off]));
}

function showSide(side) {
  for (const [name, box] of [["images", "list"], ["tags", "table"]]) {
    $(box).hidden = side !== name;
    $(`show-${name}`).setAttribute("aria-selected", String(side === name));
  }
  if (side === "images") list.mark(at);
}

// Show an image, also one that the filter hides.
function goTo(image) {
  const place = () => visible.findIndex((row) => row.image === image);
  if (place() < 0) {
    $("search").value = "";
    filterBy(ALL);
  }
  turnTo(place());
  refresh();
}

// ---------------------------------------------------------------- keys and buttons

async function step(taken) {
  const image = await taken;
  if (image === null) state.say("Nothing more was changed here.");
  else goTo(image);
}

const act = {
  turn(by, typing) {
    turnTo(at + by);
    if (typing) act.edit();
  },
  saveAndGoOn(typing) {
    if (current) captions.flush(current);
    act.turn(1, typing);
  },
  edit() {
    text.focus();
    text.setSelectionRange(text.value.length, text.value.length);
  },
  leave: () => text.blur(),
  first: () => turnTo(0),
  last: () => turnTo(visible.length - 1),
  undo: () => step(captions.undo()),
  redo: () => step(captions.redo()),
  search: () => $("search").focus(),
  help: () => $("help").showModal(),
  chip: (key) => chips.pressKey(key),
};

function goToConflict() {
  const [image] = captions.unsaved.find(([, draft]) => draft.conflict) ?? [];
  if (!image) return;
  goTo(image);
  decide(image);
}

function connectButtons() {
  const clicks = { "show-images": () => showSide("images"), "show-tags": () => showSide("tags"), undo: act.undo, keys: act.help };
  clicks.again = () => captions.flushAll();
  clicks["close-help"] = () => $("help").close();
  clicks.state = goToConflict;
  for (const [id, action] of Object.entries(clicks)) $(id).addEventListener("click", action);
  text.addEventListener("input", () => captions.write(text.dataset.image, text.value));
  text.addEventListener("blur", () => captions.flush(text.dataset.image));
  $("search").addEventListener("input", () => filterBy(filter));
  $("search").addEventListener("keydown", (event) => event.key === "Enter" && $("search").blur());
  listen(text, act);
}

// ---------------------------------------------------------------- the folder

async function read() {
  readAt = Date.now();
  try {
    await captions.load();
  } catch (error) {
    if (!captions.rows.length) $("picture").replaceChildren(words("p", error.message, "bad"));
    state.say(error.message);
  }
}

function readAnew() {
  if (!document.hidden && Date.now() - readAt > STALE) read();
}

// Turned to again in the tab: captions may have been rewritten in the meantime.
function turnedTo(isInSight) {
  if (isInSight && wasAway) read();
  wasAway = !isInSight;
}

function loaded() {
  chips.layOut();
  if (!captions.byName.has(current)) current = "";
  filterBy(filter);
  refresh();
}

function changed(image) {
  list.refresh(image);
  state.show();
  if (image === current) refresh();
}

function saved() {
  tags.show(captions.counts, filter);
  state.show();
}

function connectCaptions() {
  captions.addEventListener("loaded", loaded);
  captions.addEventListener("changed", ({ detail: image }) => changed(image));
  captions.addEventListener("saved", saved);
  captions.addEventListener("conflict", ({ detail: image }) => image === current && decide(image));
  captions.addEventListener("stale", () => state.say("It was changed since: nothing was undone."));
  addEventListener("online", () => captions.flushAll());
  addEventListener("focus", readAnew);
  addEventListener("beforeunload", (event) => {
    captions.flushAll(true);
    if (captions.unsaved.length || chips.waiting) event.preventDefault();
  });
  addEventListener("pagehide", () => captions.flushAll(true));
  new IntersectionObserver((seen) => turnedTo(seen.at(-1).isIntersecting)).observe(document.body);
}

followTheme();
connectButtons();
connectCaptions();
showSide("images");
read();
