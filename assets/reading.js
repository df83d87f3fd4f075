// Long documents: a thin line that shows how far one has come, and the offer to go on where one stopped the last time.
// The places are kept in the browser only, for the documents read last.

(function () {
  "use strict";

  const KEY = "edition.places";
  const KEPT = 50;
  const LONG = 3; // windows
  const words = document.currentScript?.dataset ?? {};
  const root = document.documentElement;
  const article = document.querySelector("article.document, article.section");
  const text = article?.querySelector(".document-text");
  if (!text || text.offsetHeight < LONG * innerHeight) return;

  const here = location.pathname.replace(/index\.html$/, "");
  const line = document.createElement("div");
  line.className = "reading-line";
  line.setAttribute("aria-hidden", "true");
  document.body.append(line);

  /** Return the places kept: [address, anchor], the last read first. */
  function places() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept.filter((place) => Array.isArray(place) && place.length === 2) : [];
    } catch {
      return []; // the reader keeps no such things
    }
  }

  function keep(anchor) {
    const others = places().filter(([address]) => address !== here);
    const kept = anchor ? [[here, anchor], ...others] : others;
    try {
      localStorage.setItem(KEY, JSON.stringify(kept.slice(0, KEPT)));
    } catch {
      // not kept
    }
  }

  /** How much of the text is above the foot of the window, from 0 to 1. */
  function read() {
    const { top, height } = text.getBoundingClientRect();
    return Math.min(1, Math.max(0, (root.clientHeight - top) / height));
  }

  /** The last paragraph or page mark that begins above the head of the window. */
  function place() {
    let found = "";
    for (const element of text.querySelectorAll("p[id], .page-break[id], [id].attachment")) {
      const { top, height } = element.getBoundingClientRect();
      if (top > innerHeight * 0.2) break;
      if (height) found = element.id;
    }
    return found;
  }

  let drawn = 0;
  function draw() {
    drawn = 0;
    line.style.transform = `scaleX(${read()})`;
  }

  function leave() {
    if (scrollY < innerHeight / 2) return; // looked at, not read: what was kept before stays
    keep(read() < 1 ? place() : "");
  }

  function offer(anchor) {
    const target = document.getElementById(anchor);
    if (!target || location.hash || scrollY > innerHeight) return;
    const marks = Array.from(text.querySelectorAll(".page-break"));
    const passed = Node.DOCUMENT_POSITION_PRECEDING;
    const mark = marks.findLast((one) => one === target || target.compareDocumentPosition(one) & passed);
    const bar = document.createElement("section");
    bar.className = "reading-offer";
    bar.setAttribute("aria-label", words.label);
    const said = document.createElement("p");
    said.setAttribute("role", "status");
    const go = document.createElement("a");
    go.href = `#${encodeURIComponent(anchor)}`;
    go.textContent = words.go;
    const no = document.createElement("button");
    no.type = "button";
    no.textContent = words.dismiss;
    const done = () => {
      bar.remove();
      document.removeEventListener("keydown", escape);
    };
    const escape = (event) => event.key === "Escape" && !event.defaultPrevented && done();
    go.addEventListener("click", done);
    no.addEventListener("click", () => {
      keep("");
      done();
    });
    document.addEventListener("keydown", escape);
    bar.append(said, go, no);
    document.body.append(bar);
    said.textContent = mark ? words.page.replace("{label}", mark.dataset.page) : words.unnamed;
  }

  addEventListener("scroll", () => (drawn ||= requestAnimationFrame(draw)), { passive: true });
  addEventListener("resize", () => (drawn ||= requestAnimationFrame(draw)));
  addEventListener("pagehide", leave);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave());
  draw();
  const kept = places().find(([address]) => address === here);
  if (kept && !new URLSearchParams(location.search).has("marks")) {
    // Where the browser itself goes back to the place there is nothing to offer.
    addEventListener("load", () => requestAnimationFrame(() => offer(kept[1])));
  }
})();
