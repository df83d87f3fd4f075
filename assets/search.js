// The search page: hands what the reader types to the search engine (search-engine.js, in a Worker where that can be),
// shows the documents found and the passage around the words. Without it the page still shows its form; nothing
// else on the site needs it.
//
// Two parts: passages, which know nothing of the page and can be tested without a browser, and the page itself. lunr.js
// stands in the page before this file.

(function () {
  "use strict";

  const inNode = typeof module === "object" && module.exports;
  const engine = () => (inNode ? require("./search-engine.js") : window.editionSearchEngine);
  const termsOf = (word) => engine().termsOf(word);

  /* ------------------------------------------------------------- passages */

  const WORDS = /[^\s\-\u2010-\u2015\u2212\u2026]+/g;
  const WORD_EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
  const NEAR = 240; // characters within which words count as standing together
  const BEFORE = 70; // characters shown before the first of them
  const SHOWN = 320; // characters of a passage

  /** Return where words of `terms` (a Set) stand in the text: start, end, term. */
  function hits(text, terms) {
    const found = [];
    for (const match of text.matchAll(WORDS)) {
      const term = termsOf(match[0]).find((one) => terms.has(one));
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

  /** Return the passage with the most of `terms` in pieces, the first of equals; null if none stands in the text. */
  function passage(text, terms) {
    const found = hits(text, terms);
    let best = null;
    let most = 0;
    for (let first = 0; first < found.length; first++) {
      const near = new Set();
      for (let i = first; i < found.length && found[i].end <= found[first].start + NEAR; i++) near.add(found[i].term);
      near.add(found[first].term);
      if (near.size > most) {
        most = near.size;
        best = found[first];
      }
      if (most === terms.size) break;
    }
    if (!best) return null;
    let start = Math.max(0, best.start - BEFORE);
    if (start > 0) {
      const space = text.indexOf(" ", start);
      start = space >= 0 && space < best.start ? space + 1 : best.start;
    }
    let end = Math.min(text.length, Math.max(start + SHOWN, best.end));
    if (end < text.length) {
      const space = text.lastIndexOf(" ", end);
      if (space >= best.end) end = space;
    }
    const cut = pieces(text, start, end, found);
    if (start > 0) cut.unshift({ text: "… ", mark: false });
    if (end < text.length) cut.push({ text: " …", mark: false });
    return cut;
  }

  const NOT_READ = "h1, .page-break, .note-ref, .note-back, .cited-by, nav, script, style, template";
  const IN_LINES = new Set(
    "A ABBR B BDI BDO CITE CODE DEL DFN EM I INS KBD MARK Q S SAMP SMALL SPAN STRONG SUB SUP TIME U VAR WBR".split(" "),
  );

  /** Return the text of a document's page as it is read, notes last: without page marks, note references, title. */
  function readingText(page) {
    const article = page.querySelector("article.document");
    if (!article) return "";
    const notes = page.querySelector("section.notes");
    const parts = notes && !article.contains(notes) ? [article, notes] : [article];
    let text = "";
    const read = (node) => {
      if (node.nodeType === 3) text += node.data;
      if (node.nodeType !== 1 || node.matches(NOT_READ)) return;
      const apart = !IN_LINES.has(node.tagName);
      if (apart) text += " ";
      node.childNodes.forEach(read);
      if (apart) text += " ";
    };
    parts.forEach(read);
    return text.replace(/\s+/g, " ").trim();
  }

  if (inNode) {
    module.exports = { ...engine(), marked, passage, readingText };
    return;
  }

  /* ------------------------------------------------------------- the page */

  const MESSAGES = {
    loading: "Loading the search index …",
    results: "{n} documents",
    resultOne: "1 document",
    none: "No document found",
    plain: "The signs in your query were taken as plain characters.",
    instead: "Nothing holds the words as typed; these hold {query}.",
    common: "Only very common words, or too few letters beside a wildcard: try a longer or rarer word.",
    hintFewer: "Try fewer words, or another spelling.",
    hintWildcard: "A star stands for any letters: telegr* finds telegram and telegraph.",
    hintFuzzy: "A tilde allows for a wrong letter: Adenuer~1 finds Adenauer.",
    tryPrefix: "Words that begin so: {query} ({n})",
    tryFuzzy: "Words spelt nearly so: {query} ({n})",
    more: "Show more",
    document: "Document {n}",
    error: "The search index could not be loaded.",
    retry: "Try again",
  };
  const LESS = 5; // letters left out of a half-typed word
  const AT_ONCE = 20; // results shown at a time
  const FETCHES = 4; // result pages fetched at once for their passages
  const TYPING_PAUSE = 180; // milliseconds

  const form = document.querySelector("form.search-form");
  const input = form?.querySelector("input[name=q]");
  const statusLine = document.querySelector(".search-status");
  const list = document.querySelector("ol.search-results");
  if (!form || !input || !statusLine || !list) return;

  const root = document.body.dataset.root ?? "";
  const fromDisk = location.protocol === "file:";
  const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);

  function message(name, values = {}) {
    const key = `msg${name[0].toUpperCase()}${name.slice(1)}`;
    const text = form.dataset[key] ?? MESSAGES[name];
    return text.replace(/\{(\w+)\}/g, (whole, value) => values[value] ?? whole);
  }

  function element(tag, className, ...children) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    made.append(...children);
    return made;
  }

  function button(className, text, pressed) {
    const made = element("button", className, text);
    made.type = "button";
    made.addEventListener("click", pressed);
    return made;
  }

  function withMarks(cut) {
    return cut.map((piece) => (piece.mark ? element("mark", "", piece.text) : piece.text));
  }

  const help = element("div", "search-help");
  const actions = element("div", "search-actions");
  statusLine.after(help);
  list.after(actions);

  // Loading

  const waiting = new Map();
  window.editionSearch = (name, data) => waiting.get(name)?.(data);

  function script(address) {
    return new Promise((done, failed) => {
      const made = document.createElement("script");
      made.src = address;
      made.onload = () => (made.remove(), done());
      made.onerror = () => (made.remove(), failed(new Error(address)));
      document.head.append(made);
    });
  }

  async function data(name) {
    if (fromDisk) {
      let given = null;
      waiting.set(name, (value) => (given = value));
      await script(`${root}search/${name}.js`);
      waiting.delete(name);
      if (given === null) throw new Error(name);
      return given;
    }
    const answer = await fetch(`${root}search/${name}.json`);
    if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
    return answer.json();
  }

  const whole = (path) => new URL(root + path, location.href).href;

  async function connected() {
    if (!window.lunr) await script(`${root}assets/lib/lunr.js`);
    if (!window.editionSearchEngine) await script(`${root}assets/search-engine.js`);
    const { Session, Whole, connect } = engine();
    if (form.dataset.index !== "files") {
      const [index, documents] = await Promise.all([data("lunr-index"), data("documents")]);
      return new Session(new Whole(lunr.Index.load(index), documents));
    }
    const session = await connect(whole("assets/search-engine.js"), whole("assets/lib/lunr.js"), whole("search/"));
    await session.open();
    return session;
  }

  let loading = null;

  function load() {
    loading ??= connected().catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  // Results

  function address(found) {
    // A folder's address is the page's own; from a disk only its file can be opened.
    return root + (fromDisk ? found.u : found.u.replace(/(^|\/)index\.html$/, "$1"));
  }

  function resultItem(found, terms) {
    const link = element("a", "search-title", ...withMarks(marked(found.t, terms)));
    link.href = address(found);
    const facts = [];
    if (found.n) facts.push(element("span", "search-number", message("document", { n: found.n })));
    if (found.v) facts.push(element("span", "search-volume", found.v));
    if (found.d) facts.push(element("span", "search-date", found.d));
    const about = element("p", "search-meta", ...facts.flatMap((fact, i) => (i ? [" · ", fact] : [fact])));
    const snippet = element("p", "search-snippet", ...withMarks(marked(found.s ?? "", terms)));
    return { item: element("li", "search-result", link, about, snippet), snippet };
  }

  const texts = new Map(); // address -> promise of the page's text

  function pageText(page) {
    if (!texts.has(page)) {
      if (texts.size > 300) texts.clear();
      const text = (async () => {
        const answer = await fetch(page);
        if (!answer.ok) throw new Error(`${page}: ${answer.status}`);
        return readingText(new DOMParser().parseFromString(await answer.text(), "text/html"));
      })();
      texts.set(page, text);
      text.catch(() => texts.delete(page));
    }
    return texts.get(page);
  }

  async function showPassages(shown, signal) {
    const queue = shown.slice();
    const work = async () => {
      for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
        try {
          const cut = passage(await pageText(next.page), next.terms);
          if (cut && !signal.aborted) next.snippet.replaceChildren(...withMarks(cut));
        } catch {
          // The opening words stay.
        }
      }
    };
    await Promise.all(Array.from({ length: FETCHES }, work));
  }

  // The state of the page

  let turn = 0; // of the query shown last; answers to older ones are dropped
  let fetches = new AbortController();
  let shownCount = AT_ONCE;

  function clear() {
    fetches.abort();
    fetches = new AbortController();
    list.replaceChildren();
    help.replaceChildren();
    actions.replaceChildren();
  }

  function say(text) {
    if (statusLine.textContent !== text) statusLine.textContent = text;
  }

  async function showMore(session, found, from, to) {
    const mine = turn;
    const results = await session.results(found.id, from, to);
    if (mine !== turn) return;
    const shown = results.flatMap(({ terms: matched, shown: record }) => {
      if (!record) return [];
      const terms = new Set(Object.keys(matched));
      const { item, snippet } = resultItem(record, terms);
      list.append(item);
      return [{ page: address(record), terms, snippet }];
    });
    if (!fromDisk) showPassages(shown, fetches.signal);
    actions.replaceChildren();
    if (to >= found.total) return;
    const more = button("search-more", message("more"), async () => {
      shownCount = to + AT_ONCE;
      keepInHistory("replaceState");
      await showMore(session, found, to, shownCount);
      list.children[to]?.querySelector("a")?.focus();
    });
    actions.append(more);
  }

  async function showHelp(session, query, found) {
    const mine = turn;
    const hints = found.asked ? ["hintFewer", "hintWildcard", "hintFuzzy"] : ["common"];
    const others = element("ul", "search-try");
    const prefix = found.asked ? await session.asPrefix(query, LESS) : "";
    const fuzzy = found.asked ? engine().asFuzzy(query) : "";
    for (const [name, other] of [
      ["tryPrefix", prefix],
      ["tryFuzzy", fuzzy],
    ]) {
      const n = other && (await session.search(other)).total;
      if (mine !== turn) return;
      if (!n) continue;
      const text = message(name, { query: other, n: numbers.format(n) });
      const pressed = () => {
        input.value = other;
        submitted();
        input.focus();
      };
      others.append(element("li", "", button("search-other", text, pressed)));
    }
    help.append(element("ul", "search-hints", ...hints.map((name) => element("li", "", message(name)))));
    if (others.children.length) help.prepend(others);
  }

  async function show(query, { typing = false } = {}) {
    const mine = ++turn;
    if (!query.trim()) {
      clear();
      say("");
      return;
    }
    const slow = setTimeout(() => mine === turn && say(message("loading")), 150);
    let session;
    let found;
    let instead = "";
    try {
      session = await load();
      found = await session.search(query);
      if (found.asked && !found.total) {
        instead = await session.asPrefix(query, typing ? LESS : 0);
        if (instead) found = await session.search(instead);
      }
      if (mine !== turn) return;
    } catch (error) {
      if (mine !== turn) return;
      console.error(error);
      clear();
      say(message("error"));
      actions.append(button("search-retry", message("retry"), () => show(query)));
      return;
    } finally {
      clearTimeout(slow);
    }
    clear();
    const n = found.total;
    const count = n > 1 ? message("results", { n: numbers.format(n) }) : message(n ? "resultOne" : "none");
    const remarks = [];
    if (found.plain) remarks.push(message("plain"));
    if (instead && n) remarks.push(message("instead", { query: instead }));
    say([count, ...remarks].join(". "));
    if (n) await showMore(session, found, 0, shownCount);
    else await showHelp(session, query, found);
  }

  // The address

  function queryInAddress() {
    return new URLSearchParams(location.search).get("q") ?? "";
  }

  function keepInHistory(how) {
    const here = new URL(location.href);
    if (input.value.trim()) here.searchParams.set("q", input.value);
    else here.searchParams.delete("q");
    here.hash = "";
    try {
      history[how]({ shown: shownCount }, "", here);
    } catch {
      // Some browsers refuse this to pages from a disk; the search works without.
    }
  }

  // A query being typed is one entry of the history, however many letters it has.
  let begun = false;
  let pause = 0;

  function typed() {
    clearTimeout(pause);
    pause = setTimeout(() => {
      shownCount = AT_ONCE;
      keepInHistory(begun ? "replaceState" : "pushState");
      begun = true;
      show(input.value, { typing: true });
    }, TYPING_PAUSE);
  }

  function submitted() {
    clearTimeout(pause);
    shownCount = AT_ONCE;
    keepInHistory(begun || queryInAddress() === input.value ? "replaceState" : "pushState");
    begun = false;
    show(input.value);
  }

  function fromAddress() {
    clearTimeout(pause);
    begun = false;
    input.value = queryInAddress();
    shownCount = history.state?.shown ?? AT_ONCE;
    show(input.value);
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submitted();
  });
  input.addEventListener("input", (event) => {
    if (!event.isComposing) typed();
  });
  input.addEventListener("compositionend", typed);
  input.addEventListener("focus", () => load().catch(() => {}), { once: true });
  window.addEventListener("popstate", fromAddress);
  fromAddress();
})();
