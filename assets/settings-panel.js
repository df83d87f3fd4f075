// The reader's choices: colours, text size, where notes stand, single keys. Each is an attribute of the root element that
// the style sheets and the other scripts heed; none stands for what is usual. They are kept in the browser, set before
// the first paint by assets/settings.js, and taken over from another tab at once.

(function () {
  "use strict";

  const KEY = "edition.settings";
  const root = document.documentElement;
  const button = document.querySelector(".settings-button");
  const panel = document.getElementById("site-settings");
  if (!button || !panel) return;
  const inputs = Array.from(panel.querySelectorAll("[data-setting]"));
  const names = new Set(inputs.map((input) => input.dataset.setting));

  function kept() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {}; // the reader keeps no such things
    }
  }

  function chosen() {
    return Object.fromEntries(Array.from(names, (name) => [name, root.dataset[name]]).filter(([, value]) => value));
  }

  /** The colour of the browser's own frame is that of the paper. */
  function frame() {
    const paper = getComputedStyle(root).getPropertyValue("--paper").trim();
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      meta.dataset.usual ??= meta.content;
      meta.content = root.dataset.theme ? paper : meta.dataset.usual;
    }
  }

  function show(settings) {
    for (const name of names) {
      if (settings[name]) root.dataset[name] = settings[name];
      else delete root.dataset[name];
    }
    for (const input of inputs) input.checked = input.value === (root.dataset[input.dataset.setting] ?? "");
    frame();
    document.dispatchEvent(new Event("edition:settings"));
  }

  function open(on) {
    panel.hidden = !on;
    button.setAttribute("aria-expanded", String(on));
  }

  button.addEventListener("click", () => open(panel.hidden));

  panel.addEventListener("change", ({ target }) => {
    if (!target.dataset.setting) return;
    show({ ...chosen(), [target.dataset.setting]: target.value });
    try {
      localStorage.setItem(KEY, JSON.stringify(chosen()));
    } catch {
      // not kept; it holds for this page
    }
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || panel.hidden || event.defaultPrevented) return;
    if (panel.contains(document.activeElement)) button.focus();
    open(false);
  });
  document.addEventListener("pointerdown", (event) => {
    if (!panel.hidden && !event.target.closest(".settings")) open(false);
  });
  panel.parentElement.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !event.relatedTarget.closest(".settings")) open(false);
  });

  addEventListener("storage", (event) => (event.key === KEY || event.key === null) && show(kept()));
  addEventListener("pageshow", (event) => event.persisted && show(kept()));
  show(chosen());
})();
