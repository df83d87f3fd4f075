// The search page: loads the index, runs what the reader types through lunr.js, shows the documents found and the
// passage around the words. Without it the page still shows its form; nothing else on the site needs it.
//
// Four parts: words (how text becomes terms), queries, passages, and the page itself. The first three know nothing of
// the page, so they can be tested without a browser. lunr.js stands in the page before this file.

(function () {
  "use strict";

  /* ---------------------------------------------------------------- words */

  // Twin of `fold` in generator/search/analyser.py: both must do the same, or words cannot be found.
  const FOLDED = new Map([
    ...[..."\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u00b4"].map((c) => [c, "'"]),
    ...[..."\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"].map((c) => [c, '"']),
    ...[..."\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2026\u0085\u2028\u2029"].map((c) => [c, " "]),
    ...[..."\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"].map((c) => [c, ""]),
    ["\u2044", "/"],
    ["\u00df", "ss"],
    ["\u1e9e", "SS"],
    ["\u00e6", "ae"],
    ["\u00c6", "AE"],
    ["\u0153", "oe"],
    ["\u0152", "OE"],
    ["\u00f8", "o"],
    ["\u00d8", "O"],
    ["\u0111", "d"],
    ["\u0110", "D"],
    ["\u00f0", "d"],
    ["\u00d0", "D"],
    ["\u0142", "l"],
    ["\u0141", "L"],
    ["\u00fe", "th"],
    ["\u00de", "Th"],
    ["\u0131", "i"],
  ]);
  const TO_FOLD =
    /[\x00-\x08\x0e-\x1f\x7f-\u036f\u1e00-\u1eff\u2000-\u218f\u3000\ud800-\udfff\ufb00-\ufb06\ufeff\uff01-\uff5e]/gu;
  const POSSESSIVE = /(?<=\w)'[sS]\b/g;

  function foldCharacter(character) {
    if (FOLDED.has(character)) return FOLDED.get(character);
    if (/[\x00-\x1f\x7f-\x9f\ud800-\udfff]/u.test(character)) return " ";
    const parts = character.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
    return [...parts].map((part) => FOLDED.get(part) ?? part).join("");
  }

  function fold(text) {
    return text.replace(TO_FOLD, foldCharacter).replace(POSSESSIVE, "");
  }

  const termsOfWord = new Map();

  /** Return the terms of a piece of text without white space, stop words included. */
  function termsOf(word) {
    let terms = termsOfWord.get(word);
    if (!terms) {
      if (termsOfWord.size > 50000) termsOfWord.clear();
      terms = lunr.tokenizer(fold(word)).map((token) => lunr.stemmer(lunr.trimmer(token)).toString());
      termsOfWord.set(word, terms);
    }
    return terms;
  }

  /* -------------------------------------------------------------- queries */

  const MOST_EDITS = 2; // a fuzzy word with more takes lunr.js seconds and finds nearly everything
  const FEWEST_LETTERS = 2; // beside a wildcard: `*` and `a*` would bring in the whole index

  /** Return the query with its signs taken as plain characters; wildcards stay. */
  function plain(query) {
    return query.replace(/-+/g, " ").replace(/(^|\s)\++/g, "$1").replace(/[\\:~^]/g, "\\$&");
  }

  function beginsATerm(index, prefix) {
    let node = index.tokenSet;
    for (const unit of prefix.split("")) {
      node = node.edges[unit];
      if (!node) return false;
    }
    return true;
  }

  /** Return the clause as the index can answer it, or null if nothing is left to ask. */
  function answerable(index, clause) {
    const wild = clause.usePipeline === false;
    const edges = wild ? /^[^\w*]+|[^\w*]+$/g : /^\W+|\W+$/g;
    let term = clause.term.replace(edges, "");
    const letters = term.replaceAll("*", "");
    if (!letters || (wild && letters.length < FEWEST_LETTERS)) return null;
    if ("editDistance" in clause) {
      clause.editDistance = Math.min(clause.editDistance, MOST_EDITS);
    } else if (!wild && !lunr.stopWordFilter(new lunr.Token(term))) {
      return null; // a stop word is in no document: required, it would exclude them all
    }
    if (wild && term.indexOf("*") === term.length - 1 && !beginsATerm(index, letters)) {
      // The index holds stems: of `examination` only `examin`.
      term = lunr.stemmer(new lunr.Token(letters)).toString() + "*";
    }
    clause.term = term;
    return clause;
  }

  function run(index, query) {
    const read = new lunr.QueryParser(query, new lunr.Query(index.fields)).parse();
    const clauses = read.clauses.map((clause) => answerable(index, clause)).filter(Boolean);
    // To lunr.js a query without clauses is a negation of nothing, and finds every document.
    const results = clauses.length ? index.query((asked) => (asked.clauses = clauses)) : [];
    return { results, asked: clauses.length };
  }

  /**
   * Return what a query finds: `results` as lunr.js gives them; `asked`, how many words were searched for; `plain`,
   * whether its signs had to be taken as plain characters because they make no query.
   */
  function search(index, text) {
    // A dash typed as `--`, or a sign with spaces about it, forbids or requires nothing.
    const query = fold(text)
      .replace(/(\S)--+/g, "$1 ")
      .replace(/(^|\s)[+-]+(?=\s|$)/g, "$1");
    try {
      return { ...run(index, query), plain: false };
    } catch (error) {
      if (!(error instanceof lunr.QueryParseError)) throw error;
    }
    return { ...run(index, plain(query)), plain: true };
  }

  const LESS = 5;
  const LAST_WORD = /(?:^|\s)(\w{3,})$/;

  /**
   * Return the query with its last word, perhaps half typed, as a prefix that the index knows; empty if none. As many
   * letters as `less` may be left out: the index holds stems, and `examinati` begins none.
   */
  function asPrefix(index, text, less) {
    const last = LAST_WORD.exec(fold(text));
    if (!last) return "";
    const word = last[1].toLowerCase();
    for (let length = word.length; length >= Math.max(3, word.length - less); length--) {
      if (beginsATerm(index, word.slice(0, length))) {
        return fold(text).slice(0, -word.length) + word.slice(0, length) + "*";
      }
    }
    return "";
  }

  /** Return the query with its last word allowed one wrong letter; empty if it has none. */
  function asFuzzy(text) {
    const last = LAST_WORD.exec(fold(text));
    return last && last[1].length > 3 ? `${fold(text)}~1` : "";
  }

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

  if (typeof module === "object" && module.exports) {
    module.exports = { fold, termsOf, search, plain, asPrefix, asFuzzy, marked, passage, readingText };
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

  let loading = null;

  function load() {
    loading ??= (async () => {
      if (!window.lunr) await script(`${root}assets/lib/lunr.js`);
      const [index, documents] = await Promise.all([data("lunr-index"), data("documents")]);
      return { index: lunr.Index.load(index), documents };
    })().catch((error) => {
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

  function showMore(site, results, from, to) {
    const shown = results.slice(from, to).flatMap(({ ref, matchData }) => {
      const found = site.documents[ref];
      if (!found) return [];
      const terms = new Set(Object.keys(matchData.metadata));
      const { item, snippet } = resultItem(found, terms);
      list.append(item);
      return [{ page: address(found), terms, snippet }];
    });
    if (!fromDisk) showPassages(shown, fetches.signal);
    actions.replaceChildren();
    if (to >= results.length) return;
    const more = button("search-more", message("more"), () => {
      shownCount = to + AT_ONCE;
      keepInHistory("replaceState");
      showMore(site, results, to, shownCount);
      list.children[to]?.querySelector("a")?.focus();
    });
    actions.append(more);
  }

  function showHelp(site, query, found) {
    const hints = found.asked ? ["hintFewer", "hintWildcard", "hintFuzzy"] : ["common"];
    const others = element("ul", "search-try");
    const tries = found.asked ? [["tryPrefix", asPrefix(site.index, query, LESS)], ["tryFuzzy", asFuzzy(query)]] : [];
    for (const [name, other] of tries) {
      const n = other && search(site.index, other).results.length;
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
    let site;
    let found;
    let instead = "";
    try {
      site = await load();
      if (mine !== turn) return;
      found = search(site.index, query);
      if (found.asked && !found.results.length) {
        instead = asPrefix(site.index, query, typing ? LESS : 0);
        if (instead) found = search(site.index, instead);
      }
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
    const n = found.results.length;
    const count = n > 1 ? message("results", { n: numbers.format(n) }) : message(n ? "resultOne" : "none");
    const remarks = [];
    if (found.plain) remarks.push(message("plain"));
    if (instead && n) remarks.push(message("instead", { query: instead }));
    say([count, ...remarks].join(". "));
    if (n) showMore(site, found.results, 0, shownCount);
    else showHelp(site, query, found);
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
