// The keyboard. `act` holds what the keys do; `text` is the box in which the caption is written.

const PAGES = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1 };
const TURNS = { PageUp: -1, PageDown: 1 };

export function listen(text, act) {
  addEventListener("keydown", (event) => {
    if (event.isComposing || document.querySelector("dialog[open]")) return;
    const action = meant(event, event.target === text, act);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

function meant(event, typing, act) {
  const control = event.ctrlKey || event.metaKey;
  if (control && event.key === "Enter") return () => act.saveAndGoOn(typing);
  if (event.key in TURNS && !control) return () => act.turn(TURNS[event.key], typing);
  if (typing) return event.key === "Escape" ? act.leave : null;
  if (event.target.matches("input")) return event.key === "Escape" ? () => event.target.blur() : null;
  if (control) return undoOrRedo(event, act);
  return event.altKey ? null : plain(event, act);
}

function undoOrRedo(event, act) {
  const key = event.key.toLowerCase();
  if (key === "z") return event.shiftKey ? act.redo : act.undo;
  return key === "y" ? act.redo : null;
}

function plain(event, act) {
  const onButton = event.target.matches("button");
  if (event.key in PAGES) return () => act.turn(PAGES[event.key], false);
  if (event.key === "Home") return act.first;
  if (event.key === "End") return act.last;
  if (event.key === "Enter" || (event.key === "Tab" && !event.shiftKey)) return onButton ? null : act.edit;
  if (event.key === "/") return act.search;
  if (event.key === "?") return act.help;
  const digit = /^Digit([1-9])$/.exec(event.code); // on some keyboards digits need Shift
  const key = /^[a-z1-9]$/i.test(event.key) ? event.key.toLowerCase() : digit?.[1];
  return key ? () => act.chip(key) : null;
}
