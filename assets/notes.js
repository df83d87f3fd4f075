// What hangs in the margins. Notes stand beside the text where the screen has room for them: each level with its reference,
// none upon another. They are copies, which move nothing in the text; the list at the end stays what it is, and is what
// programs and hearing readers are given. Elsewhere a note is shown by its reference (assets/cards.js). Page marks and
// signs that a place is cited make room for each other where two stand on one line.

(function () {
  "use strict";

  const words = document.currentScript?.dataset ?? {};
  const root = document.documentElement;
  const main = document.querySelector("main");
  const article = main?.querySelector("article.document, article.section");
  if (!article) return;
  const list = article.querySelector(".notes > ol");

  // Assistive programs that know no roles of books take a page mark for a separator.
  for (const mark of article.querySelectorAll(".page-break")) mark.setAttribute("role", "doc-pagebreak separator");

  const LEAST = 5; // lines that every note may take
  const MOST = 24; // lines that a note may take though there is room for more
  const FAR = 14; // lines that a note may stand below its reference
  const GAP = 0.6; // of a line, between two notes
  const APART = 14; // pixels between two marks or signs
  const margins = matchMedia("screen and (min-width: 62rem)");
  const wide = matchMedia("screen and (min-width: 75rem)");
  const LEFT_OUT = ".note-back, .cited-here, .page-break, .note-label";

  let column = null; // the element that holds the copies
  let notes = []; // {note, ref, copy, text, more} in the order of the references
  let waiting = 0;

  function make(tag, name, ...content) {
    const made = document.createElement(tag);
    made.className = name;
    made.append(...content);
    return made;
  }

  /** Return a copy of what a note says: without ids, out of the way of the Tab key. */
  function copied(note) {
    const copy = note.cloneNode(true);
    for (const element of copy.querySelectorAll(LEFT_OUT)) element.remove();
    for (const element of copy.querySelectorAll("[id], [tabindex], [aria-describedby], a")) {
      for (const name of ["id", "tabindex", "aria-describedby"]) element.removeAttribute(name);
      if (element.matches("a")) element.tabIndex = -1;
    }
    return make("div", "side-text", ...copy.childNodes);
  }

  function begin() {
    const first = new Map(); // the first reference to each note
    for (const ref of article.querySelectorAll("a.note-ref[href]")) {
      const id = decodeURIComponent(ref.hash.slice(1));
      if (!first.has(id) && !list.contains(ref)) first.set(id, ref);
    }
    for (const [id, ref] of first) {
      const note = document.getElementById(id);
      if (!note || note.parentElement !== list) continue;
      const label = make("span", "side-label", note.querySelector(".note-label")?.textContent ?? "");
      const text = copied(note);
      const copy = make("div", "side-note", label, text);
      for (const name of ["lang", "dir"]) if (article[name]) copy[name] = article[name];
      if (article.dir) copy.dir = article.dir;
      copy.dataset.note = id;
      notes.push({ note, ref, copy, text, more: null });
    }
    column = make("div", "side-notes", ...notes.map(({ copy }) => copy));
    // Who hears the page, or goes by keyboard, has the list.
    column.setAttribute("aria-hidden", "true");
    main.append(column);
  }

  /** The button by which a shortened note is opened, and shut again. */
  function moreOf(entry) {
    if (entry.more) return entry.more;
    entry.more = make("button", "side-more", words.more);
    entry.more.type = "button";
    entry.more.tabIndex = -1;
    entry.copy.append(entry.more);
    return entry.more;
  }

  function shut() {
    const open = column?.querySelector(".side-note[data-open]");
    if (!open) return;
    delete open.dataset.open;
    open.querySelector(".side-more").textContent = words.more;
  }

  /** Let those elements that hang on one line hang below each other. */
  function stagger(elements) {
    let last = -Infinity;
    const downs = elements.map((element) => {
      const { top } = element.getBoundingClientRect();
      const before = parseFloat(element.style.getPropertyValue("--down")) || 0;
      const own = element.matches(".cited-here") ? top - before : top;
      last = Math.max(own, last + APART);
      return last - own;
    });
    for (const [n, element] of elements.entries()) {
      if (downs[n] > 1) element.style.setProperty("--down", `${downs[n]}px`);
      else element.style.removeProperty("--down");
    }
  }

  const byHeight = (name) =>
    Array.from(article.querySelectorAll(name), (element) => [element.getBoundingClientRect().top, element])
      .filter(([, element]) => element.getClientRects().length)
      .sort(([one], [other]) => one - other)
      .map(([, element]) => element);

  const linesOf = (height, line) => Math.ceil(height / line - 0.1);

  /** Return how many lines each note may take: whole, unless it is very long or pushes those after it too far from
   *  their references. Then the longest of those that push is shortened, as often as that helps. */
  function shortened(visible, line) {
    const lines = visible.map(({ height }) => linesOf(height, line)).map((own) => (own > MOST + 2 ? MOST : own));
    for (;;) {
      let free = 0;
      let first = 0; // of those that push each other
      let far = -1;
      for (let n = 0; n < visible.length && far < 0; n++) {
        const { level } = visible[n];
        if (level >= free) first = n;
        if (free - level > FAR * line) far = n;
        free = Math.max(level, free) + (lines[n] + GAP) * line;
      }
      if (far < 0) return lines;
      let longest = -1;
      for (let n = first; n < far; n++) {
        if (lines[n] > LEAST + 2 && (longest < 0 || lines[n] > lines[longest])) longest = n;
      }
      if (longest < 0) {
        // Nothing more to be gained: those are as short as can be, so the rest is as far as it must be.
        for (let n = far; n < visible.length; n++) if (lines[n] > LEAST + 2) lines[n] = LEAST;
        return lines;
      }
      lines[longest] = LEAST;
    }
  }

  function layOut() {
    waiting = 0;
    if (margins.matches) {
      stagger(byHeight(":not(.page-mark) > .page-break"));
      stagger(byHeight(".document-text .cited-here"));
    }
    const shown = wide.matches && root.dataset.notes !== "end" && list;
    if (shown && !column) begin();
    if (column) column.hidden = !shown;
    if (!shown) return;
    shut();
    for (const { copy, text, more } of notes) {
      delete copy.dataset.short;
      text.style.maxHeight = "";
      if (more) more.hidden = true;
    }
    // First all is read, then all is written: a page may have hundreds of notes.
    const top = column.getBoundingClientRect().top;
    const line = parseFloat(getComputedStyle(notes[0]?.copy ?? column).lineHeight);
    const placed = notes.map((entry) => {
      const [at] = entry.ref.getClientRects();
      const level = at ? (at.top + at.bottom) / 2 - top - line / 2 : null;
      return { entry, level, height: entry.text.offsetHeight };
    });
    const visible = placed.filter(({ level }) => level !== null);
    visible.sort((one, other) => one.level - other.level);
    for (const { entry, level } of placed) entry.copy.hidden = level === null;
    const lines = shortened(visible, line);
    let free = 0; // below what stands there already
    for (const [n, { entry, level, height }] of visible.entries()) {
      const start = Math.max(level, free);
      let taken = height;
      if (lines[n] < linesOf(height, line)) {
        entry.copy.dataset.short = "";
        entry.text.style.maxHeight = `${(lines[n] - 1) * line}px`;
        moreOf(entry).hidden = false;
        taken = lines[n] * line;
      }
      entry.copy.style.top = `${start}px`;
      free = start + taken + GAP * line;
    }
  }

  function soon() {
    waiting ||= requestAnimationFrame(layOut);
  }

  /** Show that a note and its reference belong together. */
  function light(event) {
    const on = event.type === "pointerover" || event.type === "focusin";
    const side = event.target.closest?.(".side-note");
    const ref = event.target.closest?.("a.note-ref");
    const id = side?.dataset.note ?? (ref && decodeURIComponent(ref.hash.slice(1)));
    const entry = id && notes.find(({ note }) => note.id === id);
    if (!entry) return;
    for (const element of [entry.copy, entry.ref]) element.classList.toggle("lit", on);
  }

  for (const type of ["pointerover", "pointerout", "focusin", "focusout"]) main.addEventListener(type, light);

  main.addEventListener("mousedown", (event) => {
    if (event.target.closest(".side-notes .side-more")) event.preventDefault(); // no focus where no Tab leads
  });

  document.addEventListener("click", (event) => {
    const side = event.target.closest(".side-note");
    if (event.target.matches(".side-more") && !("open" in side.dataset)) {
      shut();
      side.dataset.open = "";
      event.target.textContent = words.less;
    } else if (!side?.matches("[data-open]") || event.target.matches(".side-more")) shut();
  });

  document.addEventListener("keydown", (event) => event.key === "Escape" && shut());

  addEventListener("resize", soon);
  document.addEventListener("edition:settings", soon);
  const watch = new ResizeObserver(soon);
  for (const element of [main, article]) watch.observe(element);
  document.fonts.ready.then(soon);
  soon();
})();
