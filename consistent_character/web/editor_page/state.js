// Whether everything is saved; and the dialog for a caption that another program has changed.

import { $, figure, sentence } from "./pieces.js";

const PASSING = 6000; // milliseconds that a passing word stays

export class State {
  constructor(captions, busy) {
    this._captions = captions;
    this._busy = busy;
    this._told = "";
  }

  show() {
    const waiting = this._captions.unsaved.map(([, draft]) => draft);
    const conflicts = waiting.filter((draft) => draft.conflict).length;
    const failing = waiting.filter((draft) => draft.trouble).length;
    const isBusy = waiting.length > 0 || this._busy();
    $("again").hidden = failing === 0;
    $("undo").disabled = this._captions.past.length === 0;
    $("state").dataset.state = conflicts || failing ? "bad" : isBusy ? "busy" : "good";
    if (conflicts) $("state").textContent = conflicts === 1 ? "1 caption was changed elsewhere" : `${figure(conflicts)} captions were changed elsewhere`;
    else if (failing) $("state").textContent = failing === 1 ? "1 caption is not saved yet" : `${figure(failing)} captions are not saved yet`;
    else $("state").textContent = isBusy ? "Saving…" : this._told || "All saved";
  }

  // A passing word in the place of "All saved".
  say(told) {
    this._told = told;
    this.show();
    setTimeout(() => {
      if (this._told === told) this._told = "";
      this.show();
    }, PASSING);
  }
}

// Both texts, and the choice between them; `settled` is told the image.
export function compare(captions, image, settled) {
  const draft = captions.drafts.get(image);
  const dialog = $("conflict");
  if (!draft?.conflict || dialog.open) return;
  const now = draft.conflict;
  $("conflict-name").textContent = image;
  $("mine").textContent = draft.text;
  $("theirs").textContent = now.locked ? sentence(now.problem) : now.version === null ? "(the file was deleted)" : now.text;
  $("take-mine").hidden = now.locked;
  const decide = (mine) => () => {
    dialog.close();
    captions.settle(image, mine);
    settled(image);
  };
  $("take-mine").onclick = decide(true);
  $("take-theirs").onclick = decide(false);
  $("later").onclick = () => dialog.close();
  dialog.showModal();
}
