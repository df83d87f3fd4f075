// Marks in a document that was opened from a search: its address says which words (?marks=), they are marked in the text,
// and a small bar leads from one to the next. Pages that are opened otherwise do nothing here, and load nothing, but for
// those that the search page asks for their text where it cannot read them.
//
// The words are marked without touching the text where the browser can (CSS custom highlights), so selecting, copying,
// page marks and references stay as they are; elsewhere they are wrapped in <mark>.

(function () {
  "use strict";

  const words = document.currentScript?.dataset ?? {};
  const given = new URLSearchParams(location.search);
  const terms = new Set((given.get("marks") ?? "").split(" ").filter(Boolean));
  const article = document.querySelector("article.document, article.section");
  // On a disk no page may read another; the search page there asks for the text, in a frame that nobody sees.
  const isAsked = location.protocol === "file:" && window.parent !== window && given.has("text");
  if (!(terms.size || isAsked) || !article) return;

  const root = document.body.dataset.root ?? "";
  const natively = Boolean(window.CSS?.highlights && window.Highlight && document.adoptedStyleSheets);
  // Not in the style sheet of the site: what checks CSS does not know it yet.
  const STYLE = `
    ::highlight(found) { background: var(--mark); }
    ::highlight(found-current) { background: var(--current); color: var(--ink); }
    @media (forced-colors: active) {
      ::highlight(found) { background: Mark; color: MarkText; }
      ::highlight(found-current) { background: Highlight; color: HighlightText; }
    }`;

  function script(address) {
    return new Promise((done, failed) => {
      const made = document.createElement("script");
      made.src = root + address;
      made.onload = done;
      made.onerror = () => failed(new Error(address));
      document.head.append(made);
    });
  }

  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  function button(text, keys, pressed) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    made.setAttribute("aria-keyshortcuts", keys);
    made.addEventListener("click", pressed);
    return made;
  }

  /** Wrap a Range in <mark> elements, one for each piece of text; return them. */
  function wrap(range) {
    const walker = document.createTreeWalker(range.commonAncestorContainer, NodeFilter.SHOW_TEXT);
    const nodes = [];
    for (let node = walker.currentNode; node; node = walker.nextNode()) {
      if (node.nodeType === 3 && range.intersectsNode(node) && !node.parentElement.closest(".page-break, .note-ref")) {
        nodes.push(node);
      }
    }
    const { startContainer, startOffset, endContainer, endOffset } = range;
    return nodes.map((node) => {
      const piece = document.createRange();
      piece.setStart(node, node === startContainer ? startOffset : 0);
      piece.setEnd(node, node === endContainer ? endOffset : node.length);
      const mark = document.createElement("mark");
      piece.surroundContents(mark);
      return mark;
    });
  }

  function begin() {
    const { editionPassages: passages } = window;
    const read = passages.reading(document, true);
    const ranges = passages.hits(read.text, terms).map(({ start, end }) => passages.rangeOf(read, start, end));
    if (!ranges.length) return;
    let at = -1;
    // From the last to the first: a mark moves the text behind it.
    const marks = natively ? null : ranges.toReversed().map(wrap).reverse();
    if (natively) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      document.adoptedStyleSheets.push(sheet);
      CSS.highlights.set("found", new Highlight(...ranges));
    }

    const bar = document.createElement("section");
    bar.className = "marks-bar";
    bar.setAttribute("aria-label", words.bar);
    const place = document.createElement("p");
    place.setAttribute("role", "status");
    bar.append(
      place,
      button(words.previous, "p", () => step(-1)),
      button(words.next, "n", () => step(1)),
      button(words.clear, "Escape", end),
    );
    document.body.append(bar);
    tell();

    function tell() {
      const n = ranges.length;
      const text = at < 0 ? fill(n === 1 ? words.countOne : words.count, { n }) : fill(words.at, { at: at + 1, n });
      place.textContent = text;
    }

    function step(by) {
      go(at < 0 ? (by > 0 ? 0 : ranges.length - 1) : (at + by + ranges.length) % ranges.length);
    }

    function go(to) {
      if (marks) for (const mark of marks[at] ?? []) mark.classList.remove("current");
      at = to;
      if (natively) CSS.highlights.set("found-current", new Highlight(ranges[at]));
      else for (const mark of marks[at]) mark.classList.add("current");
      const [box = null] = marks ? marks[at][0].getClientRects() : ranges[at].getClientRects();
      if (box) {
        const middle = scrollY + box.top - innerHeight * 0.4;
        if (box.top < 60 || box.bottom > innerHeight - 90) scrollTo({ top: middle });
      }
      tell();
    }

    function end() {
      const inside = bar.contains(document.activeElement);
      for (const mark of marks?.flat() ?? []) mark.replaceWith(...mark.childNodes);
      article.normalize();
      if (natively) for (const name of ["found", "found-current"]) CSS.highlights.delete(name);
      bar.remove();
      document.removeEventListener("keydown", pressed);
      const here = new URL(location.href);
      here.searchParams.delete("marks");
      try {
        history.replaceState(history.state, "", here);
      } catch {
        // Some browsers refuse this to pages from a disk.
      }
      if (inside) document.querySelector("main")?.focus({ preventScroll: true });
    }

    function pressed(event) {
      if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
      if (event.target.closest("input, textarea, select")) return;
      if (document.documentElement.dataset.keys === "off" && event.key.length === 1) return;
      if (event.key === "n") step(1);
      else if (event.key === "p") step(-1);
      else if (event.key === "Escape" && document.querySelector(".card:not([hidden])") === null) end();
    }

    document.addEventListener("keydown", pressed);

    // An address with a place leads to the word that stands there.
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target) {
      const after = (range) =>
        target.contains(range.startContainer) ||
        target.compareDocumentPosition(range.startContainer) & Node.DOCUMENT_POSITION_FOLLOWING;
      const first = ranges.findIndex(after);
      if (first >= 0) go(first);
    }
  }

  function tellText() {
    const { text, places } = window.editionPassages.reading(document);
    window.parent.postMessage({ editionText: { text, places } }, "*");
  }

  if (isAsked) {
    script("assets/search-passages.js").then(tellText);
    return;
  }
  script("assets/lib/lunr.js")
    .then(() => script("assets/search-engine.js"))
    .then(() => script("assets/search-passages.js"))
    .then(() => window.editionSearchEngine.speakAs(new URL(`${root}search/`, location.href).href))
    .catch((error) => console.error(error)) // without the index words are marked as in English
    .then(begin)
    .catch((error) => console.error(error)); // the document is there all the same
})();
