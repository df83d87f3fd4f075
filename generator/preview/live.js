// The preview's part of a page: loads it anew when it was written anew, keeps the reader's place, leads to what was
// just edited, and shows what is wrong. It runs before the page's own scripts, and nothing of it is on disk.
(() => {
  const { page, version, run, build, draft, waits } = document.currentScript.dataset;
  const home = new URL(".", document.currentScript.src).pathname;
  const style = `${home}live.css`;
  const framed = window.top !== window;
  const own = page === "" && !waits;

  // ---- what was on the page, and where the reader was

  const BLOCKS = "p, li, dt, dd, td, th, h1, h2, h3, h4, h5, h6, pre, caption, figcaption, figure, .paragraph";

  function digest(text) {
    let sum = 5381;
    for (let i = 0; i < text.length; i++) sum = ((sum * 33) ^ text.charCodeAt(i)) | 0;
    return sum;
  }

  function blocks() {
    const text = document.querySelector("article") ?? document.querySelector("main") ?? document.body;
    return [...text.querySelectorAll(BLOCKS)].map((element) => {
      const inner = element.querySelector(BLOCKS);
      const direct = (node) => (node.nodeType === Node.TEXT_NODE ? node.data : "");
      const own = inner ? [...element.childNodes].map(direct).join("") : element.innerHTML;
      return { element, sum: digest(element.tagName + own) };
    });
  }

  // Taken now, since the page's own scripts add to it later.
  const known = document.body ? blocks() : [];

  const PLACE = `edition-preview:place:${location.pathname}`;
  const JUMP = "edition-preview:jump";

  function kept(store, key) {
    try {
      return store.getItem(key);
    } catch {
      return null; // the reader's settings forbid it
    }
  }

  function keep(store, key, value) {
    try {
      if (value === null) store.removeItem(key);
      else store.setItem(key, value);
    } catch {
      // nothing is kept then
    }
  }

  const jumps = () => kept(localStorage, JUMP) !== "no";

  function reload() {
    const seen = known.findIndex(({ element }) => element.isConnected && element.getBoundingClientRect().bottom > 0);
    const place = {
      sums: known.map(({ sum }) => sum),
      seen,
      top: seen < 0 ? 0 : known[seen].element.getBoundingClientRect().top,
      y: window.scrollY,
      open: [...document.querySelectorAll("details")].map((one) => one.open),
      focus: document.activeElement?.id ?? "",
    };
    keep(sessionStorage, PLACE, JSON.stringify(place));
    history.scrollRestoration = "manual";
    location.reload();
  }

  // The block that stood at `place.seen`: the nearest that is as it was, else the one with its number.
  function sameBlock(place) {
    const sum = place.sums[place.seen];
    let best = -1;
    known.forEach((block, at) => {
      if (block.sum === sum && (best < 0 || Math.abs(at - place.seen) < Math.abs(best - place.seen))) best = at;
    });
    return known[best < 0 ? Math.min(place.seen, known.length - 1) : best]?.element;
  }

  function changedBlock(place) {
    const before = place.sums;
    const after = known.map(({ sum }) => sum);
    let first = 0;
    while (first < before.length && first < after.length && before[first] === after[first]) first++;
    if (first === before.length && first === after.length) return null;
    return known[Math.min(first, known.length - 1)]?.element ?? null;
  }

  function restore() {
    const stored = kept(sessionStorage, PLACE);
    if (!stored) return;
    keep(sessionStorage, PLACE, null);
    const place = JSON.parse(stored);
    document.querySelectorAll("details").forEach((one, at) => {
      if (place.open[at] !== undefined) one.open = place.open[at];
    });
    const changed = jumps() ? changedBlock(place) : null;
    let moved = false;
    function settle() {
      if (moved) return;
      const seen = place.seen < 0 ? null : sameBlock(place);
      if (seen) window.scrollBy({ top: seen.getBoundingClientRect().top - place.top, behavior: "instant" });
      else window.scrollTo({ top: place.y, behavior: "instant" });
      if (changed) show(changed);
    }
    settle();
    // Images and the page's own scripts may still move the text, but the reader's hand goes first.
    for (const sign of ["wheel", "keydown", "pointerdown", "touchstart"]) {
      window.addEventListener(sign, () => (moved = true), { once: true, passive: true });
    }
    window.addEventListener("load", () => {
      settle();
      setTimeout(() => (history.scrollRestoration = "auto"));
    });
    if (place.focus) document.getElementById(place.focus)?.focus({ preventScroll: true });
    if (changed) {
      changed.classList.add("edition-preview-changed");
      setTimeout(() => changed.classList.remove("edition-preview-changed"), 2500);
    }
  }

  function show(element) {
    for (let above = element.parentElement; above; above = above.parentElement) {
      if (above.tagName === "DETAILS") above.open = true;
    }
    const { top, bottom } = element.getBoundingClientRect();
    const seen = top >= 0 && bottom <= window.innerHeight;
    if (!seen) element.scrollIntoView({ block: bottom - top > window.innerHeight ? "start" : "center", behavior: "instant" });
  }

  // ---- style sheets and images

  const plain = (address) => new URL(address, location.href).pathname;

  function swapStyles(files) {
    for (const link of document.querySelectorAll("link[rel~=stylesheet]")) {
      const path = plain(link.href);
      if (path === style || (files && !files.includes(path))) continue;
      const fresh = link.cloneNode();
      const address = new URL(link.href);
      address.searchParams.set("preview", Date.now());
      fresh.href = address.href;
      // The old one goes when the new one is there, so that the page is never bare.
      fresh.addEventListener("load", () => link.remove());
      fresh.addEventListener("error", () => fresh.remove());
      link.after(fresh);
    }
  }

  function take(files, all) {
    const used = [...document.scripts].filter((one) => one.src).map((one) => plain(one.src));
    const shown = [...document.images].map((one) => plain(one.currentSrc || one.src));
    if (files.some((file) => used.includes(file) || shown.includes(file))) return true;
    const styles = [...document.querySelectorAll("link[rel~=stylesheet]")].map((one) => plain(one.href));
    // A font or a picture that a style sheet names shows only when the sheet is read again.
    const partial = files.some((file) => !styles.includes(file) && /\.(css|woff2?|svg|png|jpe?g|gif|webp|avif)$/.test(file));
    if (all || partial) swapStyles(null);
    else if (files.some((file) => styles.includes(file))) swapStyles(files);
    return false;
  }

  // ---- what the preview says on the page, in a tree of its own so that neither style sheet touches the other

  let root, bar, state, links, dialog, dismissed = "", before = null;

  function make(name, properties = {}, ...children) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  function furnish() {
    const host = make("edition-preview", { lang: "en" });
    root = host.attachShadow({ mode: "open" });
    state = make("span", { role: "status" });
    links = make("span");
    const box = make("input", { type: "checkbox", checked: jumps() });
    box.addEventListener("change", () => keep(localStorage, JUMP, box.checked ? "yes" : "no"));
    const jump = make("label", {}, box, " Jump to what was edited");
    bar = make("aside", { className: "bar" }, state, links, jump);
    bar.setAttribute("aria-label", "Preview");
    root.append(make("link", { rel: "stylesheet", href: style }), bar);
    if (draft) {
      const banner = make("aside", { className: "draft", textContent: "Draft: not in the published site." });
      banner.setAttribute("aria-label", "State of this document");
      root.prepend(banner);
    }
    document.body.append(host);
  }

  function say(text, ...more) {
    state.textContent = text;
    links.replaceChildren(...more.flatMap((one) => [" · ", one]));
  }

  const link = (href, textContent) => make("a", { href, textContent });
  const count = (n, what) => `${n} ${what}${n === 1 ? "" : "s"}`;

  function report(news) {
    const [errors, warnings] = news.counts;
    const more = [];
    if (news.gone) more.push(make("strong", { textContent: "This page is no longer in the site" }), link(news.nearest, "Go to the nearest one"));
    if (news.edited) more.push(link(news.edited, "Go to what was edited"));
    if ((errors || warnings) && !own) more.push(link(home, `${count(errors, "error")}, ${count(warnings, "warning")}`));
    say(`Up to date (${news.seconds.toFixed(2)} s)`, ...more);
  }

  function place(error) {
    const line = make("p", { className: "place" }, make("code", { textContent: error.place }));
    if (error.link) line.append(" ", link(error.link, "Open in the editor"));
    if (error.copy) {
      const button = make("button", { type: "button", textContent: "Copy the place" });
      button.addEventListener("click", async () => {
        try {
          await navigator.clipboard.writeText(error.copy);
          button.textContent = "Copied";
        } catch {
          button.replaceWith(make("code", { textContent: error.copy }));
        }
      });
      line.append(" ", button);
    }
    return line;
  }

  function close() {
    dialog?.remove();
    dialog = null;
    before?.focus?.({ preventScroll: true });
    before = null;
  }

  function warn(errors, total) {
    const now = JSON.stringify(errors);
    if (!errors.length || now === dismissed) {
      if (!errors.length) dismissed = "";
      close();
      return;
    }
    const had = root.activeElement !== null && dialog?.contains(root.activeElement);
    const title = make("h2", { id: "title", textContent: `${count(total, "error")}: you see the last good page`, tabIndex: -1 });
    const list = make("ol", {}, ...errors.map((error) => {
      const item = make("li", {}, make("p", { className: "message", textContent: error.message }), place(error));
      if (error.excerpt) item.append(make("pre", { textContent: error.excerpt }));
      if (error.hint) item.append(make("p", { textContent: error.hint }));
      return item;
    }));
    const button = make("button", { type: "button", className: "close", textContent: "Close (Esc)" });
    const fresh = make("section", { className: "errors" }, title, button, list);
    for (const [name, value] of [["role", "alertdialog"], ["aria-labelledby", "title"]]) fresh.setAttribute(name, value);
    if (total > errors.length) fresh.append(make("p", {}, link(home, "All of them")));
    button.addEventListener("click", () => {
      dismissed = now;
      close();
    });
    const first = !dialog;
    dialog?.remove();
    dialog = fresh;
    root.append(fresh);
    // Who is typing in the page is not interrupted; who is not hears and sees the message first.
    const busy = document.activeElement?.matches("input, textarea, select, [contenteditable]");
    if (had || (first && !busy)) {
      if (first) before = document.activeElement === document.body ? null : document.activeElement;
      title.focus({ preventScroll: true });
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && dialog && !event.defaultPrevented) dialog.querySelector(".close").click();
  });

  // ---- news

  let source, current = Number(build);

  function hear(news) {
    if (news.building) {
      if (root) say(waits ? "Building for the first time …" : "Building …");
      return;
    }
    const another = news.build !== current || news.run !== run;
    current = news.build;
    if (news.changed || waits || (own && another)) return reload();
    if (take(news.files, news.allFiles)) return reload();
    if (root) {
      report(news);
      if (!own) warn(news.errors, news.counts[0]);
    }
  }

  function listen() {
    const asked = new URLSearchParams({ page, version, run, build: String(current) });
    source = new EventSource(`${home}events?${asked}`);
    source.onmessage = (event) => hear(JSON.parse(event.data));
    source.onerror = () => {
      if (root) say("The preview has ended, or cannot be reached");
      if (source.readyState === EventSource.CLOSED) setTimeout(listen, 1000);
    };
  }

  // A browser keeps only six connections to one place open: a page that nobody sees gives its own back.
  document.addEventListener("visibilitychange", () => {
    source?.close();
    if (document.visibilityState === "visible") listen();
  });

  if (!framed) furnish();
  restore();
  if (document.visibilityState === "visible") listen();
})();
