// Citing: copies the citations of the box below a document, cites the page whose mark is chosen and the passage that is
// selected. All citations stand on the page; here only the place in the volume is put into them. Without this script
// the box shows every citation, and the marks of pages are places to link to.

(function () {
  "use strict";

  const root = document.documentElement;
  const box = document.getElementById("site-cite");
  const article = document.querySelector("article.document");
  const main = document.querySelector("main");
  if (!box || !article) return;

  const words = document.currentScript.dataset;
  const KEY = "edition.cite";
  const STAYS = 6000; // milliseconds that a bubble is shown
  const SETTLES = 350; // after which a selection counts as made
  const GAP = 8; // pixels between a place and what is shown beside it
  const LONG = 240; // characters of a line that a bubble shows
  const LEAST = 3; // letters of a passage
  const WHOLE = 120; // characters up to which the address holds the whole passage
  const ENDS = 5; // words of its beginning and end that the address of a longer one holds
  const MOST = 14; // words beyond which it is no use to look for a beginning that occurs only once

  const fill = (text, label) => text.replace("{label}", label);

  function make(tag, name, ...content) {
    const element = document.createElement(tag);
    if (name) element.className = name;
    element.append(...content);
    return element;
  }

  function button(name, text, pressed) {
    const made = make("button", name, text);
    made.type = "button";
    // The selection must outlive the press.
    made.addEventListener("pointerdown", (event) => event.preventDefault());
    made.addEventListener("click", pressed);
    return made;
  }

  const voice = make("p", "card-voice");
  voice.setAttribute("role", "status");
  box.append(voice);

  function say(text) {
    voice.textContent = "";
    // Said again even if it is the same.
    requestAnimationFrame(() => (voice.textContent = text));
  }

  /* --------------------------------------------------------------- copying */

  /** Copy words and, where the browser can, the same with their italics; return whether that was possible. */
  async function copy(plain, html) {
    try {
      const blob = (type, text) => new Blob([text], { type });
      const item = { "text/plain": blob("text/plain", plain), "text/html": blob("text/html", html ?? escaped(plain)) };
      await navigator.clipboard.write([new ClipboardItem(item)]);
      return true;
    } catch {
      // Not allowed, or not a place where the browser trusts scripts with it: the old way.
    }
    const kept = (event) => {
      event.preventDefault();
      event.clipboardData.setData("text/plain", plain);
      if (html) event.clipboardData.setData("text/html", html);
    };
    document.addEventListener("copy", kept, { once: true });
    const done = document.execCommand("copy");
    document.removeEventListener("copy", kept);
    return done;
  }

  const escaped = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

  /** Return words and markup of a citation; `at` takes the place of where in the volume it says it is. */
  function written(citation, at) {
    const copy = citation.cloneNode(true);
    if (at !== undefined && copy.querySelector(".locator")) copy.querySelector(".locator").textContent = at;
    const plain = copy.textContent.replace(/\s+/g, " ").trim();
    const html = Array.from(copy.childNodes, (node) => {
      const text = escaped(node.textContent.replace(/\s+/g, " "));
      return node.nodeName === "CITE" ? `<i>${text}</i>` : text;
    });
    return { plain, html: html.join("").trim() };
  }

  for (const made of box.querySelectorAll("button.copy")) {
    made.hidden = false;
    made.addEventListener("click", async () => {
      const { plain, html } = written(made.parentElement.querySelector(".citation-words"));
      const text = made.closest(".cite-address") ? address() : plain;
      const done = await copy(text, made.closest(".cite-address") ? undefined : html);
      made.textContent = done ? words.copied : words.copy;
      say(done ? words.copied : words.failed);
      setTimeout(() => (made.textContent = words.copy), STAYS / 3);
    });
  }

  /** Return the public address of this page, or of a place on it. */
  function address(anchor = "", fragment = "") {
    const canonical = document.querySelector("link[rel=canonical]")?.href;
    const here = new URL(canonical ?? location.href);
    here.search = "";
    here.hash = "";
    return `${here.href}${anchor || fragment ? "#" : ""}${encodeURIComponent(anchor)}${fragment}`;
  }

  /* ----------------------------------------------------------------- styles */

  const styles = Array.from(box.querySelectorAll("input[name=site-cite-style]"));
  let style = "";
  try {
    style = localStorage.getItem(KEY);
  } catch {
    // the reader keeps no such things
  }
  for (const one of styles) {
    if (one.value === style) one.checked = true;
    one.addEventListener("change", () => {
      try {
        localStorage.setItem(KEY, one.value);
      } catch {
        // as above
      }
    });
  }

  /** Return the citation of `pages` (labels) in the style that the reader has chosen. */
  function citing(pages) {
    const chosen = styles.find((one) => one.checked)?.value;
    const own = box.querySelector(`[data-cites="${chosen}"]`) ?? box.querySelector("[data-cites]");
    const citation = own.querySelector(".citation-words");
    const locator = citation.querySelector(".locator");
    if (!pages.length || !locator) return written(citation);
    const [first, last] = [pages[0], pages.at(-1)];
    const at = first === last ? locator.dataset.page + first : `${locator.dataset.pages}${first}–${last}`;
    return written(citation, at);
  }

  const withAddress = (citation, link) => ({
    plain: `${citation.plain.replace(address(), "").replace(/[,\s]+\.?$/, ".")}\n${link}`,
    html: `${citation.html.replace(escaped(address()), "").replace(/[,\s]+\.?$/, ".")}<br><a href="${escaped(link)}">${escaped(link)}</a>`,
  });

  /* ------------------------------------------------------------ marks of pages */

  const bubble = make("div", "cite-bubble");
  bubble.hidden = true;
  main.append(bubble);
  let closing = 0;

  function close() {
    clearTimeout(closing);
    bubble.hidden = true;
  }

  const shown = (text) => text.split("\n").map((line) => make("p", "", line.length > LONG ? `${line.slice(0, LONG)} …` : line));

  /** Show what was done beside a place. */
  function tell(place, ...lines) {
    close();
    bubble.replaceChildren(...lines);
    bubble.hidden = false;
    put(bubble, place);
    closing = setTimeout(close, STAYS);
  }

  /** Put an element under a box of the window, or above it where there is no room. */
  function put(element, { left, top, bottom }) {
    Object.assign(element.style, { left: "0px", top: "0px" });
    const own = element.getBoundingClientRect();
    const under = bottom + GAP + own.height < innerHeight || top < own.height + 2 * GAP;
    const aside = Math.max(GAP, Math.min(left, root.clientWidth - GAP - own.width));
    element.style.left = `${aside - own.left}px`;
    element.style.top = `${(under ? bottom + GAP : top - GAP - own.height) - own.top}px`;
  }

  /** Where a mark is seen: its words are generated, and on a wide screen stand in the margin. */
  function placeOf(mark, event) {
    if (event?.detail) return { left: event.clientX, top: event.clientY - GAP, bottom: event.clientY + GAP };
    return mark.nextElementSibling?.getBoundingClientRect() ?? mark.getBoundingClientRect();
  }

  async function citePage(mark, event) {
    const label = mark.dataset.page;
    const link = address(mark.id);
    const place = placeOf(mark, event);
    const citation = withAddress(citing([label]), link);
    const done = await copy(citation.plain, citation.html);
    const told = done ? fill(words.pageCopied, label) : words.failed;
    tell(place, make("p", "cite-done", told), ...shown(citation.plain));
    say(told);
    try {
      if (mark.id) history.replaceState(history.state, "", `#${encodeURIComponent(mark.id)}`);
    } catch {
      // Some browsers refuse this to pages from a disk.
    }
  }

  const marks = Array.from(article.querySelectorAll(".page-break[id]"));
  for (const mark of marks) {
    // A mark is a place, not a button: for the keyboard one stands behind it, seen when it has the focus.
    const key = button("page-cite", "", (event) => citePage(mark, event));
    key.setAttribute("aria-label", fill(words.page, mark.dataset.page));
    mark.after(key);
    mark.addEventListener("click", (event) => {
      if (!getSelection().isCollapsed) return;
      event.preventDefault();
      event.stopPropagation();
      citePage(mark, event);
    });
  }
  root.dataset.citing = "";
  for (const help of box.querySelectorAll(".cite-help")) help.hidden = !marks.length;

  document.addEventListener("pointerdown", (event) => {
    if (!bubble.contains(event.target)) close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !bubble.hidden) close();
  });
  addEventListener("resize", close);

  /* ------------------------------------------------------------ what is selected */

  const BLOCKS = "p, li, dt, dd, td, th, h1, h2, h3, h4, h5, h6, caption, figcaption, pre, blockquote, div, section";
  const UNSEEN = ".page-break, .page-cite, .cited-here, [hidden]"; // no words of the text
  const SILENT = ".note-ref, .note-label, .note-back"; // seen, but not quoted
  const one = (text) => text.replace(/\s+/g, " ");

  /** Return the lines of the document (one for each block), each with its text and where in it the range begins and ends,
   *  what of it is to be quoted, and the first and last node of text in the range. */
  function read(range) {
    const lines = [];
    const ends = { first: null, last: null };
    const walker = document.createTreeWalker(article, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT, (node) => {
      if (node.nodeType === Node.TEXT_NODE) return NodeFilter.FILTER_ACCEPT;
      return node.matches(UNSEEN) ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_SKIP;
    });
    while (walker.nextNode()) {
      const node = walker.currentNode;
      const block = node.parentElement.closest(BLOCKS);
      if (lines.at(-1)?.block !== block) lines.push({ block, text: "", quoted: "", from: -1, to: -1 });
      const line = lines.at(-1);
      const from = node === range.startContainer ? range.startOffset : 0;
      const to = node === range.endContainer ? range.endOffset : node.length;
      if (to > from && range.intersectsNode(node) && node.data.slice(from, to).trim()) {
        if (line.from < 0) line.from = line.text.length + from;
        line.to = line.text.length + to;
        if (!node.parentElement.closest(SILENT)) line.quoted += node.data.slice(from, to);
        ends.first ??= node;
        ends.last = node;
      } else if (line.to >= 0 && line.to === line.text.length && range.intersectsNode(node)) line.quoted += " ";
      line.text += node.data;
    }
    return { lines, ...ends };
  }

  /** Return the label of the page that a node stands on: of the last mark before it. What a note says stands on the page of
   *  its reference, unless it has marks of its own. */
  function pageOf(node) {
    const note = node.parentElement.closest(".notes > ol > li");
    const before = (mark) => mark.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    const near = marks.filter((mark) => mark.closest(".notes > ol > li") === note && before(mark));
    if (near.length) return near.at(-1).dataset.page;
    const reference = note && article.querySelector(`a.note-ref[href="#${CSS.escape(note.id)}"]`);
    return reference ? pageOf(reference.firstChild) : (box.dataset.firstPage ?? "");
  }

  /** Return the part of an address that leads a browser to the selected words and marks them. It holds the words
   *  themselves, or those at their beginning and end; as many as it takes to mean no other place before. */
  function fragmentOf(lines) {
    const inside = lines.filter((line) => line.from >= 0);
    const [head, tail] = [inside[0], inside.at(-1)];
    const letter = (text, at) => /[\p{L}\p{N}]/u.test(text[at] ?? "");
    // Only whole words are found, and only whole words are quoted.
    while (letter(head.text, head.from) && letter(head.text, head.from - 1)) {
      head.from -= 1;
      head.quoted = head.text[head.from] + head.quoted;
    }
    while (letter(tail.text, tail.to - 1) && letter(tail.text, tail.to)) {
      tail.quoted += tail.text[tail.to];
      tail.to += 1;
    }
    const text = lines.map((line) => one(line.text)).join("\n").toLowerCase();
    const offset = (line, at) =>
      lines.slice(0, lines.indexOf(line)).reduce((sum, other) => sum + one(other.text).length + 1, 0) +
      one(line.text.slice(0, at)).length;
    const trimmed = (part) => one(part).trim();
    const start = trimmed(head === tail ? head.text.slice(head.from, head.to) : head.text.slice(head.from));
    const end = trimmed(head === tail ? head.text.slice(head.from, head.to) : tail.text.slice(0, tail.to));
    const from = offset(head, head.from);
    const to = offset(tail, tail.to);
    const first = (words, after = 0) => text.indexOf(words.toLowerCase(), after);
    const isFirst = (words, at) => Math.abs(first(words) - at) < 2; // a space or a sign before it
    const coded = (words) => encodeURIComponent(words).replace(/-/g, "%2D");
    const heads = start.split(" ");
    const tails = end.split(" ");
    const whole = head === tail && start.length <= WHOLE;
    let beginning = whole ? start : heads.slice(0, ENDS).join(" ");
    for (let n = ENDS + 1; !whole && n <= Math.min(MOST, heads.length) && !isFirst(beginning, from); n++) {
      beginning = heads.slice(0, n).join(" ");
    }
    const before = trimmed(head.text.slice(0, head.from)).split(" ").slice(-ENDS).join(" ");
    const prefix = !isFirst(beginning, from) && before ? `${coded(before)}-,` : "";
    if (whole) return `:~:text=${prefix}${coded(start)}`;
    let ending = tails.slice(-ENDS).join(" ");
    const ends = (words) => Math.abs(first(words, from + beginning.length) + words.length - to) < 2;
    for (let n = ENDS + 1; n <= Math.min(MOST, tails.length) && !ends(ending); n++) ending = tails.slice(-n).join(" ");
    return `:~:text=${prefix}${coded(beginning)},${coded(ending)}`;
  }

  /** Return what there is to cite of the selection, or null: in the document, or in a note beside it. */
  function passage() {
    const selection = getSelection();
    if (!selection.rangeCount || selection.isCollapsed) return null;
    const range = selection.getRangeAt(0).cloneRange();
    const around = (node) => (node.nodeType === Node.TEXT_NODE ? node.parentElement : node);
    const beside = around(range.commonAncestorContainer).closest?.(".side-note");
    const whole = document.createRange();
    whole.selectNodeContents(article);
    const begins = article.contains(range.startContainer);
    const ends = article.contains(range.endContainer);
    if (beside) {
      const quoted = one(range.toString()).trim();
      const note = document.getElementById(beside.dataset.note);
      if (quoted.length < LEAST || !note) return null;
      const page = pageOf(note.firstChild);
      return { quoted, pages: [page], anchor: note.id, fragment: `:~:text=${encodeURIComponent(quoted).replace(/-/g, "%2D")}` };
    }
    if (!begins && !ends) return null;
    if (!begins) range.setStart(whole.startContainer, whole.startOffset);
    if (!ends) range.setEnd(whole.endContainer, whole.endOffset);
    const { lines, first, last } = read(range);
    const quote = () => lines.map((line) => one(line.quoted).trim()).filter(Boolean).join("\n");
    if (quote().length < LEAST) return null;
    const fragment = fragmentOf(lines);
    const quoted = quote();
    const pages = [pageOf(first), pageOf(last)];
    if (!pages[0] || !pages[1] || Number(pages[1]) < Number(pages[0])) pages.splice(pages[0] ? 1 : 0, 1);
    const anchor = first.parentElement.closest("[id]")?.id ?? article.id;
    return { quoted, pages: pages.filter(Boolean), anchor, fragment };
  }

  /* ------------------------------------------------------ the bar beside a passage */

  const bar = make("section", "cite-passage", make("span", "", `${words.passage}:`));
  bar.setAttribute("aria-label", words.passage);
  bar.hidden = true;
  for (const name of ["quotation", "citation", "link"]) {
    bar.append(button("", words[name], () => citePassage(name)));
  }
  main.append(bar);
  const steps = Array.from(bar.querySelectorAll("button"));
  let cited = null;
  let waiting = 0;
  let pressed = false; // the mouse is still choosing
  let input = "";
  let from = null; // what had the focus before the bar

  function leave(focus) {
    if (focus && bar.contains(document.activeElement)) (from ?? main).focus({ preventScroll: true });
    bar.hidden = true;
    cited = null;
  }

  function look() {
    if (pressed) return;
    const found = passage();
    if (!found) {
      if (!bar.contains(document.activeElement)) leave();
      return;
    }
    const fresh = !cited;
    cited = found;
    bar.hidden = false;
    const rects = getSelection().getRangeAt(0).getClientRects();
    const last = Array.from(rects).filter((rect) => rect.width).at(-1) ?? getSelection().getRangeAt(0).getBoundingClientRect();
    // Below the handles by which a finger holds the selection.
    const room = input === "touch" ? 28 : 0;
    put(bar, { left: last.right - bar.offsetWidth / 2, top: last.top, bottom: last.bottom + room });
    if (fresh && input === "key") say(words.help);
  }

  async function citePassage(what) {
    if (!cited) return;
    const { quoted, pages, anchor, fragment } = cited;
    const link = address(anchor, fragment);
    const citation = withAddress(citing(pages), link);
    const lines = escaped(quoted).replace(/\n/g, "<br>");
    const content = {
      quotation: { plain: `“${quoted}”\n${citation.plain}`, html: `“${lines}”<br>${citation.html}` },
      citation,
      link: { plain: link, html: `<a href="${escaped(link)}">${escaped(link)}</a>` },
    }[what];
    const done = await copy(content.plain, content.html);
    const place = bar.getBoundingClientRect();
    const told = done ? words.copied : words.failed;
    leave(true);
    tell({ left: place.left, top: place.top, bottom: place.top - GAP }, make("p", "cite-done", told), ...shown(content.plain));
    say(told);
  }

  document.addEventListener("selectionchange", () => {
    clearTimeout(waiting);
    waiting = setTimeout(look, SETTLES);
  });
  document.addEventListener("pointerdown", (event) => {
    input = event.pointerType;
    pressed = input === "mouse" && !bar.contains(event.target);
  });
  document.addEventListener("pointerup", () => {
    pressed = false;
    clearTimeout(waiting);
    waiting = setTimeout(look, 60);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab") input = "key";
    if (bar.hidden) return;
    const focus = document.activeElement;
    if (event.key === "Escape") leave(true);
    else if (event.key === "Tab" && !event.shiftKey && !bar.contains(focus)) {
      event.preventDefault();
      from = focus === document.body ? null : focus;
      steps[0].focus();
    } else if (event.key === "Tab" && event.shiftKey && focus === steps[0]) {
      event.preventDefault();
      leave(true);
    } else if (event.key === "Tab" && !event.shiftKey && focus === steps.at(-1)) leave(true);
  });
  addEventListener("resize", () => leave());

  // How the browser marks it. Not in the style sheet of the site: what checks CSS does not know it yet.
  if (document.adoptedStyleSheets) {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("::target-text { background: var(--mark); color: inherit; }");
    document.adoptedStyleSheets.push(sheet);
  }

  // A browser that does not know such addresses is led to the paragraph.
  if (location.hash.includes(":~:")) location.replace(location.hash.split(":~:")[0] || "#");
})();
