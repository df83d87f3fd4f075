// Single keys. A key does what the element does that names it in `data-key`: a link is followed, a button pressed, a field
// or a fold entered; several keys of one element are set apart by spaces. Never while typing, never with Ctrl, Alt or
// Meta, and not at all where the reader switched them off. A key that another script serves
// (aria-keyshortcuts without data-key, as on the bar of a search) is left to it.

(function () {
  "use strict";

  const root = document.documentElement;
  const dialog = document.getElementById("site-keys");
  const TYPING = "input, textarea, select, [contenteditable], [role=application], [role=slider], [role=listbox]";

  const named = (key) => `[data-key~="${CSS.escape(key)}"]`;
  const visible = (element) => element.checkVisibility?.() ?? element.offsetParent !== null;

  /** Return the element of the page that a key stands for. */
  function elementFor(key) {
    const all = Array.from(document.querySelectorAll(named(key)));
    return all.find(visible) ?? all.find((element) => element.closest(".settings-panel")) ?? null;
  }

  function marks() {
    return Array.from(document.querySelectorAll("main .page-break[id]")).filter((mark) => mark.getClientRects().length);
  }

  /** Go to the printed page after (1) or before (-1) the one that stands at the head of the window. */
  function turn(by) {
    const line = parseFloat(getComputedStyle(root).scrollPaddingBlockStart) || 0;
    const at = (mark) => mark.getBoundingClientRect().top - line;
    const current = marks().find((mark) => mark.id === decodeURIComponent(location.hash.slice(1)));
    const near = current && Math.abs(at(current)) < innerHeight / 2 ? current : null; // as near as the page's end let it come
    const all = marks();
    const from = near ? all.indexOf(near) : -1;
    const after = all.findIndex((mark) => at(mark) > 8);
    const to = near ? from + by : by > 0 ? after : (after < 0 ? all.length : after) - 1;
    const mark = all[to];
    // Not another step in the history: the way back is to the page one came from.
    if (mark && to >= 0) location.replace(`#${encodeURIComponent(mark.id)}`);
    return Boolean(mark);
  }

  /** Whether something on the page answers to a key. */
  function answers(key) {
    if (elementFor(key)) return true;
    return (key === "[" || key === "]") && marks().length > 0;
  }

  function follow(element) {
    if (element.matches("input, textarea, select")) {
      element.focus();
      element.select?.();
    } else if (element.matches("details")) {
      element.open = true;
      element.querySelector("summary").focus();
    } else if (element.matches("a[href], button, summary")) {
      element.click();
      if (element.matches("summary, button")) element.focus();
    } else {
      element.scrollIntoView();
      element.focus();
    }
  }

  function list() {
    if (!dialog || dialog.open) return;
    for (const row of dialog.querySelectorAll("[data-keys-for]")) row.hidden = !answers(row.dataset.keysFor);
    dialog.showModal();
  }

  document.addEventListener("click", (event) => {
    if (event.target.closest(named("?"))) list();
    else if (event.target === dialog) dialog.close(); // beside it
  });

  // On the window, so that every other script has had the key before.
  addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.isComposing || root.dataset.keys === "off") return;
    const composed = event.getModifierState("AltGraph"); // brackets on many keyboards
    if (event.metaKey || ((event.ctrlKey || event.altKey) && !composed)) return;
    if (document.querySelector("dialog[open]") || target.closest?.(TYPING)) return;
    if (key.startsWith("Arrow")) {
      // What moves sideways is moved by these keys.
      if (event.shiftKey || target.closest?.("[tabindex='0']") || root.scrollWidth > root.clientWidth) return;
    }
    if (document.querySelector(`[aria-keyshortcuts~="${CSS.escape(key)}"]:not([data-key])`)) return;
    const rtl = getComputedStyle(root).direction === "rtl";
    const turned = { ArrowLeft: "ArrowRight", ArrowRight: "ArrowLeft" };
    const element = elementFor(rtl ? (turned[key] ?? key) : key);
    // Within the document first; what the page has for these keys leads out of it.
    const turns = { "]": 1, "[": -1 }[key];
    if (key === "?") list();
    else if (!turns || !turn(turns)) {
      if (!element) return;
      follow(element);
    }
    event.preventDefault();
  });
})();
