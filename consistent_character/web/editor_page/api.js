// Asks the routes of the character that this page belongs to: the page's address is …/characters/<name>/editor.

export class Refused extends Error {
  // `status` 0: nobody answered. `now`: the caption as it is, where another program has changed it.
  constructor(detail, status, now = null) {
    super(detail);
    this.status = status;
    this.now = now;
  }
}

const address = (path, name) => `${path}/${encodeURIComponent(name)}`;

export const pictureAddress = (row) => `${address("images", row.image)}?v=${row.picture}`;
export const thumbnailAddress = (row) => `${address("thumbnails", row.image)}?v=${row.picture}`;

export const everything = () => ask("captions");
export const one = (image) => ask(address("captions", image));
export const places = (text) => ask("places", "POST", { text });
export const tokens = (text) => ask("tokens", "POST", { text });
export const keepPostures = (postures) => ask("postures", "PUT", { postures });
export const save = (image, body, keepalive = false) => ask(address("captions", image), "PUT", body, keepalive);

async function ask(path, method = "GET", body = undefined, keepalive = false) {
  const options = { method, keepalive, credentials: "same-origin" };
  if (body !== undefined) {
    options.headers = { "Content-Type": "application/json" };
    options.body = JSON.stringify(body);
  }
  let answer;
  try {
    answer = await fetch(path, options);
  } catch {
    throw new Refused("The program does not answer.", 0);
  }
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) return told;
  const detail = typeof told.detail === "string" ? told.detail : `The program refused it (${answer.status}).`;
  throw new Refused(detail, answer.status, told.now ?? null);
}
