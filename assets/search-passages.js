// Where words stand: in a text, and on the page of a document. The search page takes from it the passage around the words
// found and the place it stands in (page, note); assets/marks.js marks the words in the document that a reader opens.
// What asks for no page runs in Node too.

(function () {
  "use strict";

  const inNode = typeof module === "object" && module.exports;
  const engine = () => (inNode ? require("./search-engine.js") : window.editionSearchEngine);

  /* ----------------------------------------------------------- in a text */

  const WORDS = /[^\s\-\u2010-\u2015\u2212\u2026]+/g;
  const WORD_EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
  const NEAR = 240; // characters within which words count as standing together
  const BEFORE = 70; // characters shown before the first of them
  const SHOWN = 320; // characters of a passage

  /** Return where words of `terms` (a Set) stand in the text: start, end, term. */
  function hits(text, terms) {
    const found = [];
    for (const match of text.matchAll(WORDS)) {
      const term = engine()
        .termsOf(match[0])
        .find((one) => terms.has(one));
      if (term === undefined) continue;
      const core = match[0].replace(WORD_EDGES, "");
      const start = match.index + match[0].indexOf(core);
      found.push({ start, end: start + core.length, term });
    }
    return found;
  }

  /** Cut text from start to end into pieces {text, mark}. */
  function pieces(text, start, end, found) {
    const cut = [];
    let at = start;
    for (const hit of found) {
      if (hit.start < at || hit.end > end) continue;
      if (hit.start > at) cut.push({ text: text.slice(at, hit.start), mark: false });
      cut.push({ text: text.slice(hit.start, hit.end), mark: true });
      at = hit.end;
    }
    if (at < end) cut.push({ text: text.slice(at, end), mark: false });
    return cut;
  }

  /** Return the whole text in pieces, with the words of `terms` marked. */
  function marked(text, terms) {
    return pieces(text, 0, text.length, hits(text, terms));
  }

  /** Return the first of the places where most of `terms` stand together; null if none stands in the text. */
  function best(found, terms) {
    let at = null;
    let most = 0;
    for (let first = 0; first < found.length; first++) {
      const near = new Set([found[first].term]);
      for (let i = first; i < found.length && found[i].end <= found[first].start + NEAR; i++) near.add(found[i].term);
      if (near.size > most) {
        most = near.size;
        at = found[first];
      }
      if (most === terms.size) break;
    }
    return at;
  }

  /** Return the passage with the most of `terms`, the first of equals: {cut: its pieces, at}; null if there is none. */
  function passageAt(text, terms) {
    const found = hits(text, terms);
    const first = best(found, terms);
    if (!first) return null;
    let start = Math.max(0, first.start - BEFORE);
    if (start > 0) {
      const space = text.indexOf(" ", start);
      start = space >= 0 && space < first.start ? space + 1 : first.start;
    }
    let end = Math.min(text.length, Math.max(start + SHOWN, first.end));
    if (end < text.length) {
      const space = text.lastIndexOf(" ", end);
      if (space >= first.end) end = space;
    }
    const cut = pieces(text, start, end, found);
    if (start > 0) cut.unshift({ text: "… ", mark: false });
    if (end < text.length) cut.push({ text: " …", mark: false });
    return { cut, at: first.start };
  }

  /** The same without the place. */
  function passage(text, terms) {
    return passageAt(text, terms)?.cut ?? null;
  }

  /* ----------------------------------------------------------- on a page */

  const SILENT =
    ".page-break, .note-ref, .note-label, .note-back, .cited-here, .cited-by, button, nav, script, style, template";
  const IN_LINES = new Set(
    "A ABBR B BDI BDO CITE CODE DEL DFN EM I INS KBD MARK Q S SAMP SMALL SPAN STRONG SUB SUP TIME U VAR WBR".split(" "),
  );

  /**
   * Return the text of a document's page as it is read, notes last, without page marks and note references: {text,
   * spots, places}. A spot says that the text from `at` on stands in `node` from `from` on. A place is a page mark, a
   * note or a paragraph: {at, kind, anchor, label}. The title is left out unless `titled`.
   */
  function reading(page, titled = false) {
    const article = page.querySelector("article.document, article.section");
    const read = { text: "", spots: [], places: [] };
    if (!article) return read;
    const notes = page.querySelector("section.notes");
    const label = (id) => page.querySelector(`a.note-ref[href="#${CSS.escape(id)}"]`)?.getAttribute("aria-label");

    function place(node, kind, label) {
      if (node.id) read.places.push({ at: read.text.length, kind, anchor: node.id, label: label ?? "" });
    }

    function apart() {
      if (read.text && !read.text.endsWith(" ")) read.text += " ";
    }

    function words(node) {
      for (const { 0: piece, index } of node.data.matchAll(/\s+|\S+/g)) {
        if (!piece.trim()) {
          apart();
          continue;
        }
        read.spots.push({ at: read.text.length, node, from: index });
        read.text += piece;
      }
    }

    function walk(node) {
      if (node.nodeType === 3) words(node);
      if (node.nodeType !== 1) return;
      if (node.matches(".page-break")) place(node, "page", node.getAttribute("aria-label"));
      if (node.matches(SILENT) || (node.tagName === "H1" && !titled)) return;
      const block = !IN_LINES.has(node.tagName);
      if (block) apart();
      if (node.matches(".notes > ol > li")) place(node, "note", label(node.id));
      else if (node.tagName === "P") place(node, "paragraph");
      node.childNodes.forEach(walk);
      if (block) apart();
    }

    (notes && !article.contains(notes) ? [article, notes] : [article]).forEach(walk);
    return read;
  }

  /**
   * Return the same of the file in JSON that lies beside a document's page, which is smaller (docs/downloads.md): {text, places}.
   * `noteName` gives the words for a note by its label, `pageName` those for a page.
   */
  function readingOf(told, noteName, pageName) {
    const read = { text: "", places: [] };
    const marks = new Map();
    for (const mark of told.page_marks ?? []) marks.set(mark.at, [...(marks.get(mark.at) ?? []), mark]);

    function add(words = "", at = "", kind = "", anchor = "", label = "") {
      if (read.text) read.text += " ";
      if (anchor) read.places.push({ at: read.text.length, kind, anchor, label });
      for (const { label: page, anchor: mark, start } of marks.get(at) ?? []) {
        const before = [...words].slice(0, start).join("").length; // the file counts characters
        read.places.push({ at: read.text.length + before, kind: "page", anchor: mark, label: pageName(page) });
      }
      read.text += words;
    }

    add(told.source_line);
    add(told.dateline);
    told.text?.forEach(({ text, anchor }, i) => add(text, `/text/${i}`, "paragraph", anchor));
    told.notes?.forEach(({ text, id, label }, i) => add(text, `/notes/${i}`, "note", id, noteName(label)));
    return read;
  }

  function lastBefore(sorted, at) {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle].at <= at) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /** Return where the text of a page stands at `at`: {anchor, label}; the label is empty where no page is known. */
  function placeAt({ places }, at) {
    const before = places.slice(0, lastBefore(places, at) + 1);
    const note = before.findLast(({ kind }) => kind === "note");
    if (note) return note;
    const page = before.findLast(({ kind }) => kind === "page");
    const near = before.at(-1) ?? { anchor: "" };
    return { anchor: near.anchor, label: page?.label ?? "" };
  }

  /** Return the Range of a page's text from start to end. */
  function rangeOf({ spots }, start, end) {
    const range = spots[0].node.ownerDocument.createRange();
    const first = spots[lastBefore(spots, start)];
    const last = spots[lastBefore(spots, end - 1)];
    range.setStart(first.node, first.from + start - first.at);
    range.setEnd(last.node, last.from + end - last.at);
    return range;
  }

  const passages = { hits, marked, passage, passageAt, placeAt, rangeOf, reading, readingOf };
  if (inNode) module.exports = passages;
  else window.editionPassages = passages;
})();
