// Light or dark as the page around is; on its own, as the computer is.

export function followTheme() {
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const around = outside();
  const set = () => {
    const isDark = around ? around.querySelector("body.dark, html.dark, gradio-app.dark, .gradio-container.dark") !== null : dark.matches;
    document.documentElement.dataset.theme = isDark ? "dark" : "light";
  };
  set();
  dark.addEventListener("change", set);
  if (around) {
    const watch = new MutationObserver(set);
    for (const element of [around.documentElement, around.body]) {
      watch.observe(element, { attributes: true, attributeFilter: ["class"] });
    }
  }
}

function outside() {
  try {
    return parent === window ? null : parent.document;
  } catch {
    return null; // a page of another site
  }
}
