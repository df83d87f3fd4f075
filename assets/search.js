// The search page: hands what the reader types to the search engine (search-engine.js, in a Worker where that can be),
// shows the documents found and the passage around the words, what they can be narrowed by, and places to go to. The
// address always says what is shown. Without it the page still shows its form; nothing else on the site needs it.
//
// lunr.js and the other files of the search stand in the page before this one.

(function () {
  "use strict";

  if (typeof module === "object" && module.exports) {
    module.exports = { ...require("./search-engine.js"), ...require("./search-passages.js") };
    return;
  }

  const LESS = 5; // letters left out of a half-typed word
  const AT_ONCE = 10; // results shown at a time
  const FETCHES = 4; // result pages fetched at once for their passages
  const KEPT = 300; // result pages remembered
  const TYPING_PAUSE = 180; // milliseconds
  const PATIENCE = 8000; // milliseconds to wait for a page on a disk
  const SLOW = 150; // milliseconds before the page says that it is loading
  const MARKS = 40; // words that a result's address hands on to be marked
  const ORDERS = ["relevance", "oldest", "newest"];

  const host = document.querySelector(".search");
  const form = host?.querySelector("form.search-form");
  const input = form?.querySelector("input[name=q]");
  const statusLine = host?.querySelector(".search-status");
  const columns = host?.querySelector(".search-columns");
  const list = host?.querySelector("ol.search-results");
  if (!input || !statusLine || !columns || !list) return;

  const { editionFacets, editionExport, editionJump, editionPassages: passages } = window;
  const root = document.body.dataset.root ?? "";
  const fromDisk = location.protocol === "file:";
  const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);
  const volumeNames = new Map([...host.querySelectorAll("#search-volumes option")].map((one) => [one.value, one.text]));

  function message(name, values = {}) {
    return (host.dataset[name] ?? name).replace(/\{(\w+)\}/g, (whole, value) => values[value] ?? whole);
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

  /* ------------------------------------------------------ the page's parts */

  const jumps = element("ul", "search-jumps");
  const chips = element("div", "search-chips");
  const tools = element("div", "search-tools");
  const also = element("p", "search-also");
  const help = element("div", "search-help");
  const actions = element("div", "search-actions");
  const narrow = element("details", "search-narrow", element("summary", "", message("narrow")));
  jumps.setAttribute("aria-label", message("jump"));
  chips.setAttribute("role", "group");
  chips.setAttribute("aria-label", message("filters"));
  also.setAttribute("aria-live", "polite");
  for (const part of [jumps, chips, also, tools, narrow]) part.hidden = true;
  statusLine.before(jumps, chips);
  statusLine.after(also, help);
  columns.prepend(narrow);
  list.before(tools);
  list.after(actions);

  const order = element("select", "", ...ORDERS.map((name) => new Option(message(name), name)));
  order.addEventListener("change", () => choose({ sort: order.value }));
  const saved = element("span", "search-save", `${message("save")}: `);
  for (const [form, { name }] of Object.entries(editionExport)) {
    const save = button("", name, () => saveAs(form));
    save.setAttribute("aria-label", `${message("save")}: ${name}`);
    saved.append(save);
  }
  tools.append(element("label", "search-order", element("span", "", message("sort")), order), saved);

  const wide = window.matchMedia("(min-width: 62rem)");
  // People, terms and places are there to choose where the edition has lists of them.
  const listed = (column) => host.dataset.lists.split(" ").some((path) => path.split("/").at(-2) === `${column}s`);
  const choices = editionFacets.COLUMNS.filter((column) => !editionFacets.NAMES.includes(column) || listed(column));
  const facets = editionFacets.create(narrow, {
    columns: choices,
    element,
    button,
    words: message,
    names: nameOf,
    numbers,
    count,
    changed: (by, from, to) => choose({ by, from, to }),
  });
  // Beside the results where there is room, else above them and closed.
  const refit = () => {
    narrow.open = wide.matches;
    columns[wide.matches ? "append" : "prepend"](narrow);
  };
  refit();
  wide.addEventListener("change", refit);
  narrow.addEventListener("toggle", () => narrow.open && counted && facets.show(state, false));

  function nameOf(column, value) {
    return column === "volume" ? (volumeNames.get(value) ?? value) : value;
  }

  /* --------------------------------------------------------------- loading */

  const whole = (path) => new URL(root + path, location.href).href;

  async function connected() {
    const files = ["assets/search-engine.js", "assets/lib/lunr.js", "search/"];
    const session = await window.editionSearchEngine.connect(...files.map(whole));
    // What every query needs comes together with what the first one needs.
    const opened = session.open();
    opened.catch(() => (loading = null));
    return { session, opened };
  }

  let loading = null;

  function load() {
    loading ??= connected().catch((error) => {
      loading = null;
      throw error;
    });
    return loading;
  }

  /* ------------------------------------------------- what the address says */

  const NOTHING = { q: "", exact: false, by: {}, from: "", to: "", sort: "relevance", pages: 1 };
  let state = NOTHING;

  function read() {
    const given = new URLSearchParams(location.search);
    const by = {};
    for (const column of editionFacets.COLUMNS) {
      const values = [...new Set(given.getAll(column).filter(Boolean))];
      if (values.length) by[column] = values;
    }
    const day = (name) => (editionFacets.dayOf(given.get(name) ?? "", false) ? given.get(name).trim() : "");
    return {
      q: given.get("q") ?? "",
      exact: given.get("exact") === "1",
      by,
      from: day("from"),
      to: day("to"),
      sort: ORDERS.includes(given.get("sort")) ? given.get("sort") : "relevance",
      pages: Math.min(Math.max(Number.parseInt(given.get("page") ?? "", 10) || 1, 1), 500),
    };
  }

  function write(how) {
    const here = new URL(location.href);
    const said = new URLSearchParams();
    if (state.q.trim()) said.set("q", state.q);
    if (state.exact) said.set("exact", "1");
    for (const column of editionFacets.COLUMNS) for (const value of state.by[column] ?? []) said.append(column, value);
    if (state.from) said.set("from", state.from);
    if (state.to) said.set("to", state.to);
    if (state.sort !== "relevance") said.set("sort", state.sort);
    if (state.pages > 1) said.set("page", state.pages);
    here.search = said;
    here.hash = "";
    try {
      if (here.href !== location.href) history[how](null, "", here);
    } catch {
      // Some browsers refuse this to pages from a disk; the search works without.
    }
  }

  /** What the engine narrows a search by. */
  function wanted() {
    const { dayOf } = editionFacets;
    const { by, from, to } = state;
    return from || to ? { ...by, date: [from && dayOf(from, false), to && dayOf(to, true)] } : by;
  }

  const filtered = () => Object.keys(wanted()).length > 0;

  /* --------------------------------------------------------------- results */

  /** The address of a page of the site, with words to be marked there. */
  function address(path, terms = [], anchor = "") {
    // A folder's address is the page's own; from a disk only its file can be opened.
    const page = root + (fromDisk ? path : path.replace(/(^|\/)index\.html$/, "$1"));
    const marks = terms.slice(0, MARKS).map(encodeURIComponent).join("+");
    return `${page}${marks && `?marks=${marks}`}${anchor && `#${encodeURIComponent(anchor)}`}`;
  }

  function facts(found) {
    const said = [];
    if (found.n) said.push(element("span", "search-number", message("document", { n: found.n })));
    if (found.v) said.push(element("span", "search-volume", found.v));
    if (found.d) said.push(element("span", "search-date", found.d));
    return said.flatMap((fact, i) => (i ? [" · ", fact] : [fact]));
  }

  function resultItem(found, terms) {
    const link = element("a", "search-title", ...withMarks(passages.marked(found.t, terms)));
    link.href = address(found.u, [...terms]);
    const about = element("p", "search-meta", ...facts(found));
    const snippet = element("p", "search-snippet", ...withMarks(passages.marked(found.s ?? "", terms)));
    return { item: element("li", "search-result", link, about, snippet), snippet };
  }

  /** Return the text of a page of a site on a disk, where no page may read another: it tells it itself (marks.js). */
  function told(page) {
    return new Promise((done, failed) => {
      const frame = element("iframe", "");
      frame.hidden = true;
      const end = () => {
        clearTimeout(late);
        window.removeEventListener("message", hear);
        frame.remove();
      };
      const hear = ({ source, data }) => {
        if (source !== frame.contentWindow || typeof data?.editionText?.text !== "string") return;
        end();
        done(data.editionText);
      };
      const late = setTimeout(() => {
        end();
        failed(new Error(`${page}: no answer`));
      }, PATIENCE);
      window.addEventListener("message", hear);
      frame.src = `${page}?text=1`;
      host.append(frame);
    });
  }

  async function fetched(page, file) {
    const answer = await fetch(file || page);
    if (!answer.ok) throw new Error(`${file || page}: ${answer.status}`);
    if (file) {
      const name = (kind) => (n) => message(kind, { n });
      return passages.readingOf(await answer.json(), name("note"), name("page"));
    }
    const { text, places } = passages.reading(new DOMParser().parseFromString(await answer.text(), "text/html"));
    return { text, places };
  }

  const texts = new Map(); // address -> promise of the page's text and the places on it

  /** Return the address of the document's file in JSON, which is half as large as its page; empty if there may be none. */
  function fileOf({ u, n }) {
    if (!n || !("hasFiles" in host.dataset)) return "";
    return root + u.replace(/([^/]+)\/index\.html$/, "$1/$1.json");
  }

  function pageText(page, file) {
    if (!texts.has(page)) {
      if (texts.size >= KEPT) texts.clear();
      const text = fromDisk ? told(page) : fetched(page, file);
      texts.set(page, text);
      text.catch(() => texts.delete(page));
    }
    return texts.get(page);
  }

  /** Show the passage around the words, and a link to the page or note that it stands in. */
  async function showPassage({ record, terms, snippet }, signal) {
    const page = await pageText(address(record.u), fileOf(record));
    const found = passages.passageAt(page.text, terms);
    if (!found || signal.aborted) return;
    const { anchor, label } = passages.placeAt(page, found.at);
    snippet.replaceChildren(...withMarks(found.cut));
    if (!anchor) return;
    // Before the first mark the text stands on the page that the list of pages infers.
    const inferred = /^\[(.+?)\]/.exec(record.p ?? "")?.[1];
    const words = label || (inferred ? message("page", { n: inferred }) : message("passage"));
    const place = element("a", "search-place", words);
    place.href = address(record.u, [...terms], anchor);
    snippet.append(" ", place);
  }

  /** Show the passages of results as they come into view: each costs a page. */
  function showPassages(shown, signal) {
    const queue = [];
    let busy = 0;
    const work = async () => {
      busy += 1;
      for (let next = queue.shift(); next && !signal.aborted; next = queue.shift()) {
        await showPassage(next, signal).catch(() => {}); // the opening words stay
      }
      busy -= 1;
    };
    const of = new Map(shown.map((one) => [one.snippet.parentElement, one]));
    const seen = new IntersectionObserver(
      (entries) => {
        for (const { isIntersecting, target } of entries) {
          if (!isIntersecting) continue;
          seen.unobserve(target);
          queue.push(of.get(target));
          if (busy < FETCHES) work();
        }
      },
      { rootMargin: "25% 0px" },
    );
    for (const item of of.keys()) seen.observe(item);
    signal.addEventListener("abort", () => seen.disconnect());
  }

  /* ----------------------------------------------------- what the page says */

  let turn = 0; // of the query shown last; answers to older ones are dropped
  let fetches = new AbortController();
  let counted = null; // the search whose documents are counted: {session, id}
  let jumped = 0; // places to go to

  function clear() {
    fetches.abort();
    fetches = new AbortController();
    counted = null;
    also.hidden = true;
    for (const part of [list, help, actions]) part.replaceChildren();
    tools.hidden = true;
    narrow.hidden = true;
  }

  function say(text) {
    if (statusLine.textContent !== text) statusLine.textContent = text;
  }

  /** Say what went wrong, with a button that tries again. */
  function failed(error, again) {
    console.error(error);
    say(message("error"));
    actions.replaceChildren(button("search-retry", message("retry"), again));
  }

  function sayFound({ total, plain, tooMany }, instead) {
    const n = numbers.format(total);
    const remarks = [];
    if (jumped) remarks.push(message("jumps", { n: numbers.format(jumped) }));
    if (total || !jumped) remarks.push(message(total > 1 ? "results" : total ? "resultOne" : "none", { n }));
    if (plain) remarks.push(message("plain"));
    if (tooMany) remarks.push(message("tooMany"));
    if (instead && total) remarks.push(message("instead", { query: instead }));
    say(remarks.join(". "));
  }

  /** Say which other forms were found, with a button that takes them away; or that there may be some. */
  function sayAlso({ also: forms, total }) {
    const other = button("search-exactly", message(state.exact ? "otherForms" : "exactly"), () => {
      choose({ exact: !state.exact });
      input.focus();
    });
    const named = forms.flatMap((form, i) => (i ? [", ", element("b", "", form)] : [element("b", "", form)]));
    if (state.exact) also.replaceChildren(message("exactlyFound"), " ", other);
    else also.replaceChildren(`${message("also")} `, ...named, " ", other);
    also.hidden = !state.exact && !(total && forms.length);
  }

  function showChips() {
    const made = [];
    const chip = (name, value, change) => {
      const one = button("search-chip", message("filter", { name: message(name), value }), () => {
        choose(change());
        input.focus();
      });
      one.setAttribute("aria-label", message("remove", { name: message(name), value }));
      made.push(one);
    };
    for (const [column, values] of Object.entries(state.by)) {
      for (const value of values) {
        chip(column, nameOf(column, value), () => {
          const by = { ...state.by, [column]: values.filter((one) => one !== value) };
          if (!by[column].length) delete by[column];
          return { by };
        });
      }
    }
    if (state.from) chip("from", state.from, () => ({ from: "" }));
    if (state.to) chip("to", state.to, () => ({ to: "" }));
    if (made.length > 1) made.push(button("search-clear", message("clear"), withoutFilters));
    chips.replaceChildren(...made);
    chips.hidden = !made.length;
  }

  function withoutFilters() {
    choose({ by: {}, from: "", to: "" });
    input.focus();
  }

  /** Show the places that the query names. They come before the documents are told, so that both are said at once. */
  async function showJumps(session, mine) {
    const scope = state.by.volume?.length === 1 ? state.by.volume[0] : "";
    const wishes = editionJump.wishes(state.q, scope);
    const found = wishes.length ? await editionJump.places(session, wishes).catch(() => []) : [];
    if (mine !== turn) return;
    jumped = found.length;
    const items = found.map(({ kind, value, shown, anchor }) => {
      const names = { page: message("page", { n: value }), file: message("jumpFile", { n: value }), item: value };
      const link = element("a", "search-jump", names[kind] ?? message("document", { n: value }));
      link.href = address(shown.u, [], anchor);
      const about = element("span", "search-meta", ...(kind === "document" ? facts({ ...shown, n: "" }) : facts(shown)));
      return element("li", "", link, " ", element("span", "", shown.t), " ", about);
    });
    jumps.replaceChildren(...items);
    jumps.hidden = !items.length;
  }

  async function showMore(session, asked, instead, from, to) {
    const mine = turn;
    const { results, again } = await session.results(asked.id, from, to);
    if (mine !== turn) return;
    // The site was published anew meanwhile: what is shown already may have moved.
    if (again && from) return show();
    const found = again ?? asked;
    if (again) {
      sayFound(found, instead);
      sayAlso(found);
    }
    const shown = results.flatMap(({ terms: matched, shown: record }) => {
      if (!record) return [];
      const terms = new Set(Object.keys(matched));
      const { item, snippet } = resultItem(record, terms);
      list.append(item);
      return [{ record, terms, snippet }];
    });
    showPassages(shown, fetches.signal);
    actions.replaceChildren();
    if (to >= found.total) return;
    const further = async () => {
      const mine = turn;
      const pages = Math.ceil(to / AT_ONCE) + 1;
      state = { ...state, pages };
      write("replaceState");
      try {
        await showMore(session, found, instead, to, pages * AT_ONCE);
        list.children[to]?.querySelector("a")?.focus();
      } catch (error) {
        if (mine === turn) failed(error, further);
      }
    };
    actions.append(button("search-more", message("more"), further));
  }

  /** Count the documents of the search shown for the list of a column. */
  async function count(column) {
    if (!counted) return null;
    const { session, id } = counted;
    const mine = turn;
    const { counts, again } = await session.counts(id, column);
    if (again && mine === turn) show();
    return again || mine !== turn ? null : counts;
  }

  async function showHelp(session, found, base) {
    const mine = turn;
    if (base?.total) {
      const without = message("narrowedOut", { n: numbers.format(base.total) });
      help.append(element("p", "", button("search-other", without, withoutFilters)));
      return;
    }
    const query = state.q;
    const field = /(^|\s)[+-]?[a-z]+:\S/i.test(query);
    const hints = found.asked ? ["hintFewer", "hintWildcard", "hintFuzzy"] : ["common"];
    if (found.plain && field) hints.push("hintFields");
    const others = element("ul", "search-try");
    const prefix = found.asked ? await session.asPrefix(query, LESS) : "";
    const fuzzy = found.asked ? window.editionSearchEngine.asFuzzy(query) : "";
    for (const [name, other] of [
      ["tryPrefix", prefix],
      ["tryFuzzy", fuzzy],
    ]) {
      const n = other && (await session.search(other, state.exact)).total;
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

  /** Search for what `state` says, and show it. */
  async function show({ typing = false } = {}) {
    const mine = ++turn;
    order.value = state.sort;
    showChips();
    if (!state.q.trim()) {
      clear();
      jumps.hidden = true;
      jumped = 0;
      say("");
      return;
    }
    const slow = setTimeout(() => mine === turn && say(message("loading")), SLOW);
    try {
      const { session, opened } = await load();
      const [found] = await Promise.all([session.search(state.q, state.exact), showJumps(session, mine), opened]);
      if (mine !== turn) return;
      let base = found;
      let instead = "";
      if (found.asked && !found.total && !jumped) {
        instead = await session.asPrefix(state.q, typing ? LESS : 0);
        if (instead) base = await session.search(instead, state.exact);
      }
      const narrowed = filtered() || state.sort !== "relevance";
      const kept = base.total && narrowed ? await session.narrow(base.id, wanted(), state.sort) : base;
      if (mine !== turn) return;
      clearTimeout(slow);
      clear();
      sayFound(kept, instead);
      sayAlso(kept);
      if (base.total) {
        counted = { session, id: kept.id };
        narrow.hidden = false;
        tools.hidden = !kept.total;
      }
      shownNow = { session, kept };
      // What is found comes before it is counted: the one takes two files, the other tables of all documents.
      if (kept.total) await showMore(session, kept, instead, 0, state.pages * AT_ONCE);
      else if (!jumped) await showHelp(session, kept, base);
      if (base.total && mine === turn) facets.show(state, !narrow.open);
    } catch (error) {
      if (mine !== turn) return;
      clear();
      failed(error, () => show());
    } finally {
      clearTimeout(slow);
    }
  }

  /* ---------------------------------------------------- the list as a file */

  let shownNow = null; // {session, kept}: the search that the list shows

  async function saveAs(name) {
    const { session, kept } = shownNow;
    const { make, type } = editionExport[name];
    const before = statusLine.textContent;
    say(message("saving"));
    try {
      const { results } = await session.results(kept.id, 0, kept.total);
      // The address to cite is the published one, where the site knows it.
      const home = document.querySelector("link[rel=canonical]")?.href.replace(/search\/$/, "") ?? whole("");
      const records = results
        .filter(({ shown }) => shown)
        .map(({ shown }) => ({ ...shown, address: home + shown.u.replace(/(^|\/)index\.html$/, "$1") }));
      const link = element("a", "");
      link.href = URL.createObjectURL(new Blob([make(records)], { type: `${type};charset=utf-8` }));
      link.download = `${state.q.replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "search"}.${name}`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
      say(before);
    } catch (error) {
      failed(error, () => saveAs(name));
    }
  }

  /* -------------------------------------------------------- what readers do */

  // A query being typed is one entry of the history, however many letters it has.
  let begun = false;
  let pause = 0;

  function typed() {
    clearTimeout(pause);
    pause = setTimeout(() => {
      state = { ...state, q: input.value, pages: 1 };
      write(begun ? "replaceState" : "pushState");
      begun = true;
      show({ typing: true });
    }, TYPING_PAUSE);
  }

  function submitted() {
    clearTimeout(pause);
    state = { ...state, q: input.value, pages: 1 };
    write(begun ? "replaceState" : "pushState");
    begun = false;
    show();
  }

  function choose(change) {
    clearTimeout(pause);
    state = { ...state, q: input.value, ...change, pages: 1 };
    begun = false;
    write("pushState");
    show();
  }

  function fromAddress() {
    clearTimeout(pause);
    begun = false;
    state = read();
    input.value = state.q;
    show();
  }

  /** From one result to the next and back, and from the first to the field. */
  function move(event) {
    const down = event.key === "ArrowDown" || event.key === "j";
    const up = event.key === "ArrowUp" || event.key === "k";
    if (!(down || up) || event.altKey || event.ctrlKey || event.metaKey) return;
    const stops = [...host.querySelectorAll(".search-jump, .search-title")];
    const at = event.target === input ? -1 : stops.indexOf(event.target.closest(".search-jump, .search-title"));
    if (at < 0 && (event.target !== input || event.key !== "ArrowDown")) return;
    const next = up && at === 0 ? input : stops[at + (down ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
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
  host.addEventListener("keydown", move);
  window.addEventListener("popstate", fromAddress);
  const early = input.value; // typed before this file had come
  fromAddress();
  if (early && early !== state.q) {
    input.value = early;
    typed();
  }
})();
