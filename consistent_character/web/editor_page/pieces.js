// Small elements, and words for people.

export const $ = (id) => document.getElementById(id);

export function words(kind, content, style = "") {
  return Object.assign(document.createElement(kind), { textContent: content, className: style });
}

export function button(label, action) {
  const made = words("button", label);
  made.addEventListener("click", action);
  return made;
}

export const sentence = (problem) => `${problem.charAt(0).toUpperCase()}${problem.slice(1)}.`;

export const figure = (number) => number.toLocaleString("en");
