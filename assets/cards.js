// Cards: beside a word of the text, a few lines on what it means. A person, term or place shows its entry from the foot
// of the page; a reference what it leads to; a short form of a cable its full word. And the switch for those
// short forms. Without it the same words are plain links to the same things.
//
// Three parts: what a card says, when and where it stands, and the short forms.

(function () {
  "use strict";

  const OPENS = 250; // milliseconds of rest on a word before its card opens
  const CLOSES = 500; // after word and card are left
  const WAITS = 300; // of waiting for another page before a card says so
  const OPENING = 240; // characters of the words with which a document, page or paragraph begins
  const NOTE = 1000; // characters of a note
  const KEPT = 20; // other pages that are remembered
  const GAP = 6; // pixels between word and card
  const EDGE = 8; // pixels between card and window

  const ABBREVIATION = "abbr.telegraphese";
  const NAME = "a.person[href], a.term-link[href], a.place[href]";
  const REFERENCE = "a.ref[href]:not(.outside), a.note-ref[href]";
  const WORDS = `${ABBREVIATION}, ${NAME}, ${REFERENCE}, a.cited-here[href]`;

  const root = document.documentElement;
  const main = document.querySelector("main") ?? document.body;

  function make(tag, name, ...content) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...content);
    return element;
  }

  /* ------------------------------------------------------- what a card says */

  const BLOCKS = "p, li, dt, dd, tr, h1, h2, h3, h4, h5, h6, caption, figcaption, pre, blockquote, section, div";
  const SILENT = ".page-break, .note-ref, .note-label, .note-back, .cited-here";

  /** Return the first words within `around`, from `start` on if that is given, to about `most` characters: a list of
   *  paragraphs, each a list of pieces {text, italic}. Marks of pages and notes say nothing. */
  function wordsOf(around, start, most) {
    const page = around.ownerDocument;
    const walker = page.createTreeWalker(around, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      return node.matches(SILENT) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    });
    const paragraphs = [];
    let left = most;
    let block = null;
    let spaced = true;
    while (left > 0 && walker.nextNode()) {
      const node = walker.currentNode;
      if (start && !(start.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
      const home = node.parentElement.closest(BLOCKS);
      if (home !== block) {
        if (left < 40 && left < most && node.data.trim()) {
          paragraphs.at(-1).push({ text: " …", italic: false }); // too little room for another paragraph
          break;
        }
        block = home;
        spaced = true;
        if (paragraphs.at(-1)?.length !== 0) paragraphs.push([]);
      }
      let text = node.data.replace(/\s+/g, " ");
      if (spaced) text = text.trimStart();
      if (!text) continue;
      spaced = text.endsWith(" ");
      const cut = text.length > left;
      if (cut) text = text.slice(0, left).replace(/[\s\p{P}]*\S*$/u, "") + "…";
      left = cut ? 0 : left - text.length;
      paragraphs.at(-1).push({ text, italic: Boolean(node.parentElement.closest("em, i, cite")) });
    }
    return paragraphs.filter((pieces) => pieces.length);
  }

  /** Return the same words as elements of this page: nothing of another page but its text comes here. */
  function shownWords(paragraphs, name) {
    return paragraphs.map((pieces) =>
      make("p", name, ...pieces.map(({ text, italic }) => (italic ? make("em", "", text) : text))),
    );
  }

  /** Return the words of one element of any page, to stand in a line here. */
  function inline(element) {
    return element ? shownWords(wordsOf(element, null, 400)).flatMap((line) => [...line.childNodes]) : [];
  }

  function heading(link, ...words) {
    const back = make("a", "", ...words);
    back.href = link.href;
    back.tabIndex = -1; // the word itself is that link
    return make("p", "card-name", back);
  }

  /** Return the way to the whole of a note that is too long for a card. */
  function readOn(link) {
    const words = document.querySelector("script[data-more]")?.dataset.more;
    if (!words) return [];
    const on = make("a", "", words);
    on.href = link.href;
    return [make("p", "card-links", on)];
  }

  /** Return what stands on `page` where `link` leads: a note, the words after a page mark, a paragraph, or the head
   *  of a document. */
  function preview(link, page) {
    const id = decodeURIComponent(new URL(link.href).hash.slice(1));
    const place = id ? page.getElementById(id) : null;
    const article = page.querySelector("article.document, article.section");
    const title = () => inline(page.querySelector("h1"));
    const facts = (...words) => (words.length ? [make("p", "card-facts", ...words)] : []);
    const text = (around, start, most) => (around ? shownWords(wordsOf(around, start, most), "card-text") : []);
    const unsure = link.dataset.certainty === "suggestion" ? facts(titleOf(link)) : [];
    const where = [...unsure, ...(page === document ? [] : facts(...title()))];

    if (place?.matches(".notes > ol > li")) {
      const label = page.querySelector(`a.note-ref[href="#${CSS.escape(id)}"]`)?.getAttribute("aria-label");
      const lines = text(place, null, NOTE);
      return [heading(link, label ?? link.textContent), ...where, ...lines, ...(lines.at(-1)?.textContent.endsWith("…") ? readOn(link) : [])];
    }
    if (place && place !== article && article?.contains(place)) {
      const mark = place.matches(".page-break");
      const head = mark ? [heading(link, place.getAttribute("aria-label"))] : [];
      const inside = mark || place.matches("h1, h2, h3, h4, h5, h6") ? [] : text(place, null, OPENING);
      const part = place.closest(".notes > ol > li, .document-text") ?? article;
      return [...head, ...where, ...(inside.length ? inside : text(part, place, OPENING))];
    }
    const name = title();
    return [
      heading(link, ...(name.length ? name : [link.textContent])),
      ...unsure,
      ...facts(...inline(page.querySelector(".dateline, .page-head .subtitle, .about-document time"))),
      ...text(page.querySelector(".document-text, .page-head .summary"), null, OPENING),
    ];
  }

  const pages = new Map();

  /** Return the page at an address of this site, or null if it does not come. */
  async function pageAt(address, signal) {
    const here = (path) => path.replace(/\/index\.html$/, "/");
    if (address.origin === location.origin && here(address.pathname) === here(location.pathname)) return document;
    if (location.protocol === "file:" || address.origin !== location.origin) return null;
    const name = address.pathname + address.search;
    if (pages.has(name)) return pages.get(name);
    try {
      const answer = await fetch(name, { signal, mode: "same-origin", credentials: "same-origin" });
      if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) return null;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (pages.size >= KEPT) pages.delete(pages.keys().next().value);
      pages.set(name, page);
      return page;
    } catch {
      return null; // left before it came, or no network: the link is still a link
    }
  }

  /** Return the entry at the foot of the page that a name in the text stands for. */
  function entryOf(word) {
    const named = word.matches(".term-link") ? word.querySelector("[data-term]") : word;
    const kind = ["person", "term", "place"].find((one) => named?.dataset[one] !== undefined);
    return kind ? document.getElementById(`about-${kind}-${named.dataset[kind]}`) : null;
  }

  /** Return copies of elements of this page, without their ids. */
  function copies(elements) {
    return Array.from(elements, (element) => {
      const copy = element.cloneNode(true);
      for (const one of [copy, ...copy.querySelectorAll("[id]")]) one.removeAttribute("id");
      return copy;
    });
  }

  const citing = (word) => document.getElementById(decodeURIComponent(new URL(word.href).hash.slice(1)));

  /** Whether there can be a card for a word. */
  function tells(word) {
    if (word.matches(ABBREVIATION)) return Boolean(titleOf(word));
    if (word.matches(NAME)) return Boolean(entryOf(word));
    if (word.matches(".cited-here")) return Boolean(citing(word));
    return true;
  }

  /** Return the lines of the card for `word`, or null where there is nothing to say. */
  async function linesFor(word, signal) {
    if (word.matches(ABBREVIATION)) return [make("p", "card-text", titleOf(word))];
    if (word.matches(NAME)) {
      const lines = copies(entryOf(word).children);
      lines[0].querySelector("a").tabIndex = -1; // the word itself is that link
      return lines;
    }
    if (word.matches(".cited-here")) {
      const words = make("p", "card-name", word.getAttribute("aria-label"));
      return [words, ...copies(citing(word).querySelectorAll("ul"))];
    }
    const page = await pageAt(new URL(word.href), signal);
    if (page) return preview(word, page);
    const title = location.protocol === "file:" ? titleOf(word) : "";
    return title ? [heading(word, title)] : null;
  }

  /* ------------------------------------------- when and where the card stands */

  const card = make("div", "card");
  card.id = "site-card";
  card.hidden = true;
  card.setAttribute("role", "group");
  const voice = make("p", "card-voice");
  voice.setAttribute("role", "status");
  main.append(card, voice);

  let shown = null; // the word whose card is open or on its way: {word, by, point, cancel, drawn}
  let next = null; // the word whose card will open
  let pointed = null; // the word under the pointer
  let opening = 0;
  let closing = 0;
  let returning = false;
  let touched = false;

  function wordAt(element) {
    const word = element.closest?.(WORDS);
    if (!word || card.contains(word)) return null;
    if (word.matches(ABBREVIATION) && root.dataset.abbreviations) return wordAt(word.parentElement);
    return tells(word) ? word : null;
  }

  /** Open the card of `word` soon. `by` is pointer or key. */
  function soon(word, by, point) {
    if (next === word) return;
    never();
    if (shown?.word === word) return;
    next = word;
    opening = setTimeout(() => {
      next = null;
      open(word, by, point);
    }, OPENS);
  }

  function never() {
    clearTimeout(opening);
    next = null;
  }

  /** Whether the note that `word` stands for is to be seen beside the text, whole (assets/notes.js). */
  function isBeside(word) {
    if (!word.matches(".note-ref")) return false;
    const note = main.querySelector(`.side-note[data-note="${CSS.escape(decodeURIComponent(word.hash.slice(1)))}"]`);
    if (!note?.offsetParent || (note.matches("[data-short]") && !note.matches("[data-open]"))) return false;
    const { top, bottom } = note.getBoundingClientRect();
    return top >= 0 && bottom <= root.clientHeight;
  }

  async function open(word, by, point) {
    close();
    const beside = by !== "touch" && isBeside(word);
    if (beside && by === "pointer") return;
    const mine = { word, by, point, cancel: new AbortController(), drawn: false };
    shown = mine;
    const wait = make("p", "card-wait", "…");
    wait.setAttribute("aria-hidden", "true");
    const slow = beside ? 0 : setTimeout(() => draw([wait]), WAITS);
    mine.cancel.signal.addEventListener("abort", () => clearTimeout(slow));
    const lines = await linesFor(word, mine.cancel.signal);
    clearTimeout(slow);
    if (shown !== mine) return;
    if (lines) {
      if (!beside) draw(lines);
      if (by === "key" && word.matches(REFERENCE)) speak(lines, titleOf(word));
    } else {
      close();
      if (by === "touch") location.href = word.href; // the tap was meant for something
    }
  }

  function close() {
    clearTimeout(closing);
    closing = 0;
    shown?.cancel.abort();
    shown = null;
    card.hidden = true;
    card.replaceChildren();
    voice.textContent = "";
  }

  function draw(lines) {
    shown.drawn = true;
    card.replaceChildren(...lines);
    card.hidden = false;
    place();
  }

  /** Say a card whose words stand nowhere on the page, but not what the link's own title has said. */
  function speak(lines, title) {
    const known = (line) => !line.matches(".card-text") && title.includes(line.textContent.replace(/^\S+\s+/, ""));
    const news = lines.filter((line) => !(title && known(line)));
    voice.textContent = news.map((line) => line.textContent.trim()).join(" — ");
  }

  /** Put the card under the word, or above it where there is more room, within the window and never upon the word. */
  function place() {
    const { word, point } = shown;
    Object.assign(card.style, { left: "0px", top: "0px", maxHeight: "" });
    const origin = card.getBoundingClientRect();
    const lines = Array.from(word.getClientRects()).filter((line) => line.width);
    if (!lines.length) return;
    const line = lines.find((one) => point && one.top <= point.y && point.y <= one.bottom) ?? lines[0];
    const top = Math.min(...lines.map((one) => one.top));
    const bottom = Math.max(...lines.map((one) => one.bottom));
    const below = root.clientHeight - bottom - GAP - EDGE;
    const above = top - GAP - EDGE;
    const under = origin.height <= below || above <= below;
    const height = Math.min(origin.height, Math.max(under ? below : above, 3 * EDGE));
    const left = Math.max(EDGE, Math.min(line.left, root.clientWidth - EDGE - origin.width));
    card.style.left = `${left - origin.left}px`;
    card.style.top = `${(under ? bottom + GAP : top - GAP - height) - origin.top}px`;
    if (height < origin.height) {
      card.style.maxHeight = `${height}px`;
      card.tabIndex = 0; // what is longer than the window is moved with the keyboard
    } else card.removeAttribute("tabindex");
  }

  /** Whether the keyboard holds the card open. */
  function held() {
    const focus = document.activeElement;
    return card.contains(focus) || (focus === shown?.word && focus.matches(":focus-visible"));
  }

  function leave() {
    never();
    if (!shown || held()) return;
    if (!shown.drawn) close();
    else closing ||= setTimeout(close, CLOSES);
  }

  function stay() {
    never();
    clearTimeout(closing);
    closing = 0;
  }

  // The browser would show a title beside the card: titles are taken away while the pointer is on their words.
  const titles = new Map();
  const titleOf = (element) => titles.get(element) ?? element.title;

  function hush(word) {
    for (let element = word; element && element !== main; element = element.parentElement) {
      if (element.title) titles.set(element, element.title);
    }
    for (const element of word.querySelectorAll(`[title]:not(${ABBREVIATION})`)) titles.set(element, element.title);
    for (const element of titles.keys()) element.removeAttribute("title");
  }

  function unhush() {
    for (const [element, title] of titles) element.title = title;
    titles.clear();
  }

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    if (card.contains(event.target)) return stay();
    const word = wordAt(event.target);
    if (word && word === pointed) return;
    pointed = word;
    unhush();
    if (word) hush(word);
    if (word && word === shown?.word) return stay();
    leave();
    if (word) soon(word, "pointer", { x: event.clientX, y: event.clientY });
  });

  root.addEventListener("pointerleave", () => {
    pointed = null;
    unhush();
    leave();
  });

  document.addEventListener("pointerdown", (event) => (touched = event.pointerType === "touch"), true);

  // Not when the pointer goes down: a finger that moves the page lets the card stand.
  document.addEventListener("pointerup", (event) => {
    if (shown && !card.contains(event.target) && wordAt(event.target) !== shown.word) close();
  });

  document.addEventListener("click", (event) => {
    const word = wordAt(event.target);
    if (word && touched && shown?.word !== word) {
      event.preventDefault();
      never();
      open(word, "touch", { x: event.clientX, y: event.clientY });
    } else if (event.target.closest?.("a[href]")) {
      never();
      close();
    }
  });

  document.addEventListener("focusin", (event) => {
    if (returning || card.contains(event.target)) return;
    const word = wordAt(event.target);
    if (shown?.by === "key" && shown.word !== word) close();
    if (word && word.matches(":focus-visible")) soon(word, "key");
    else if (!word) never();
  });

  function focusOn(element) {
    returning = true;
    element.focus({ preventScroll: true });
    returning = false;
  }

  /** From a word the Tab key leads into its card, if there is anything to reach, and from there to what follows. */
  function tabbed(event) {
    const stops = Array.from(card.querySelectorAll("a[href]:not([tabindex])"));
    if (card.tabIndex === 0) stops.unshift(card);
    const focus = document.activeElement;
    if (focus === shown.word && stops.length && !event.shiftKey) {
      event.preventDefault();
      stops[0].focus();
    } else if (focus === stops[0] && event.shiftKey) {
      event.preventDefault();
      focusOn(shown.word);
    } else if (focus === stops.at(-1) && !event.shiftKey) focusOn(shown.word);
  }

  document.addEventListener("keydown", (event) => {
    touched = false;
    if (event.key === "Escape") {
      never();
      if (!shown) return;
      const { word } = shown;
      if (card.contains(document.activeElement)) focusOn(word);
      close();
    } else if (event.key === "Tab" && shown?.drawn) tabbed(event);
  });

  document.addEventListener(
    "scroll",
    (event) => {
      if (shown?.drawn && event.target !== document && event.target !== card) close();
    },
    true,
  );
  addEventListener("resize", () => shown?.drawn && place());
  addEventListener("pagehide", close);

  // A name is described by its entry, so a reader who hears the page is told the same, once.
  for (const name of main.querySelectorAll(NAME)) {
    const entry = entryOf(name);
    const about = entry ? Array.from(entry.querySelectorAll(".card-role, .card-text")) : [];
    for (const line of about) line.id ||= `${entry.id}-${line.className}`;
    if (about.length) name.setAttribute("aria-describedby", about.map((line) => line.id).join(" "));
  }

  /* ------------------------------------------------------- the short forms */

  // One of them is reached by the Tab key, the others from there by the arrow keys: there may be hundreds.
  const forms = Array.from(main.querySelectorAll(`${ABBREVIATION}[title]`)).filter((form) => !form.closest("a"));
  const choice = document.querySelector(".abbreviations");
  const KEY = "edition-abbreviations";

  function chosen() {
    try {
      return localStorage.getItem(KEY);
    } catch {
      return null; // the reader keeps no such things: marked, as long as the page is open
    }
  }

  function choose(value) {
    close();
    if (value === "written" || value === "plain") root.dataset.abbreviations = value;
    else delete root.dataset.abbreviations;
    const now = root.dataset.abbreviations ?? "marked";
    for (const input of choice.querySelectorAll("input")) input.checked = input.value === now;
    for (const [at, form] of forms.entries()) {
      if (now === "marked") form.tabIndex = at ? -1 : 0;
      else form.removeAttribute("tabindex");
    }
  }

  function move(event) {
    const at = forms.indexOf(event.target);
    const end = forms.length - 1;
    const steps = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: end };
    const to = forms[steps[event.key]];
    if (at < 0 || !to || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    to.focus();
  }

  if (choice && main.querySelector(ABBREVIATION)) {
    choose(chosen());
    choice.hidden = false;
    choice.addEventListener("change", (event) => {
      choose(event.target.value);
      try {
        localStorage.setItem(KEY, event.target.value);
      } catch {
        // not kept; it holds for this page
      }
    });
    addEventListener("pageshow", (event) => event.persisted && choose(chosen()));
    document.addEventListener("keydown", move);
    document.addEventListener("focusin", (event) => {
      if (!forms.includes(event.target)) return;
      for (const form of forms) form.tabIndex = form === event.target ? 0 : -1;
    });
  }
})();
