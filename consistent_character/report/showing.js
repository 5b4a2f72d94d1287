// What happens when somebody clicks, drags or presses a key in the showing of a forest test.
// It is the `onload` of the showing's last picture: so it runs in a page of its own, and in a tab that gets its HTML late.
const root = this.closest(".cc-showing");
const viewer = root.querySelector("dialog.cc-viewer");
const compare = root.querySelector(".cc-compare");
let shown = null;

const wholeOf = (button) => button.dataset.whole || button.querySelector("img")?.src || "";

const show = (button) => {
  shown = button;
  const image = viewer.querySelector("img");
  image.src = wholeOf(button);
  image.alt = button.dataset.words;
  viewer.querySelector("figcaption").textContent = button.dataset.words;
  if (!viewer.open) viewer.showModal();
};

// The next picture in a direction; cells without one are passed over.
const turn = (rows, columns) => {
  const table = [...shown.closest("tbody").rows];
  let row = table.indexOf(shown.closest("tr")), column = shown.closest("td").cellIndex;
  for (;;) {
    row += rows;
    column += columns;
    const cell = table[row]?.cells[column];
    if (!cell) return;
    const button = cell.querySelector("button.cc-picture");
    if (button) return show(button);
  }
};

const TURNS = { left: [0, -1], right: [0, 1], up: [-1, 0], down: [1, 0] };

root.addEventListener("click", (event) => {
  const pressed = event.target.closest("button");
  if (event.target === viewer || pressed?.dataset.turn === "close") viewer.close();
  else if (pressed?.dataset.turn) turn(...TURNS[pressed.dataset.turn]);
  else if (pressed?.matches(".cc-picture")) show(pressed);
  else if (pressed?.matches(".cc-more")) {
    const reasons = pressed.closest("tr").nextElementSibling;
    reasons.hidden = !reasons.hidden;
    pressed.setAttribute("aria-expanded", String(!reasons.hidden));
  }
});

viewer.addEventListener("keydown", (event) => {
  const way = TURNS[event.key.replace("Arrow", "").toLowerCase()];
  event.stopPropagation(); // the page around it has keys of its own
  if (!way) return;
  event.preventDefault();
  turn(...way);
});
viewer.addEventListener("close", () => shown?.focus());

if (compare) {
  const part = (name) => compare.querySelector(`select[data-part=${name}]`);
  const put = (side) => {
    const [row, seed] = [part(side).value, part("seed").value];
    const button = root.querySelector(`button.cc-picture[data-row="${row}"][data-seed="${seed}"]`);
    const image = compare.querySelector(`img[data-side=${side}]`);
    image.src = button ? wholeOf(button) : this.src;
    image.alt = button ? button.title : "not drawn";
    compare.querySelector(`[data-words-of=${side}]`).textContent = `${side === "before" ? "Left" : "Right"}: ${image.alt}`;
    image.classList.toggle("cc-not-drawn", !button);
  };
  const both = () => ["before", "after"].forEach(put);
  compare.addEventListener("change", both);
  compare.addEventListener("input", (event) => {
    if (event.target.type === "range") compare.style.setProperty("--cc-at", `${event.target.value}%`);
  });
  both();
  compare.hidden = false;
}
