// The pictures of the printed pages: beside the text where the screen is wide, over it where it is not. They follow the
// page that is being read. A plain picture is shown as it is; for one on an IIIF service, of which only the part looked
// at is fetched, OpenSeadragon is loaded when the first is opened.

(function () {
  "use strict";

  const fold = document.querySelector("details.facsimile");
  if (!fold) return;
  const words = fold.dataset;
  const root = document.documentElement;
  const base = document.body.dataset.root ?? "";
  const SERVICE = /\/(?:full|square|pct:[\d.,]+|[\d,]+)\/[^/]+\/!?\d+(?:\.\d+)?\/(?:default|color|gray|bitonal|native)\.\w+$/;
  const SIZES = [1, 1.4, 2, 2.8, 4]; // of a plain picture: times the width of the panel
  const SETTLED = 250; // milliseconds that a page is read before its picture follows
  const wide = matchMedia("(min-width: 68rem)");
  const still = matchMedia("(prefers-reduced-motion: reduce)");

  const fill = (text, label) => text.replace("{label}", label);
  const marks = [...document.querySelectorAll(".pages-marks a[href^='#']")];
  const pictures = new Map(Array.from(fold.querySelectorAll("a"), (link) => [link.textContent, link.href]));

  const memory = {
    get: () => {
      try {
        return localStorage.getItem("edition.facsimile") === "open";
      } catch {
        return false; // private windows and files may have none
      }
    },
    set: (open) => {
      try {
        if (open) localStorage.setItem("edition.facsimile", "open");
        else localStorage.removeItem("edition.facsimile");
      } catch {
        // as above
      }
    },
  };

  function make(tag, name, text = "") {
    const made = document.createElement(tag);
    made.className = name;
    made.textContent = text;
    return made;
  }

  function button(name, text, told, pressed) {
    const made = make("button", name, text);
    made.type = "button";
    if (told !== text) {
      made.setAttribute("aria-label", told);
      made.title = told;
    }
    made.addEventListener("click", pressed);
    return made;
  }

  const toggle = button("facsimile-switch", words.title, words.title, () => (panel.hidden ? open(true) : close()));
  toggle.dataset.key = "f";
  toggle.setAttribute("aria-expanded", "false");
  toggle.setAttribute("aria-controls", "site-facsimile");
  fold.before(toggle);
  fold.hidden = true;

  const panel = make("section", "facsimile-panel");
  panel.id = "site-facsimile";
  panel.hidden = true;
  panel.tabIndex = -1;
  panel.setAttribute("aria-label", words.title);
  const title = make("p", "facsimile-title");
  title.setAttribute("aria-live", "polite");
  const previous = button("", "‹", words.previous, () => step(-1));
  const next = button("", "›", words.next, () => step(1));
  const smaller = button("", "−", words.smaller, () => size(-1));
  const larger = button("", "+", words.larger, () => size(1));
  const whole = button("", words.whole, words.whole, () => size(0));
  const shut = button("facsimile-close", "×", words.close, close);
  const tools = make("div", "facsimile-tools");
  tools.append(previous, title, next, shut);
  const view = make("div", "facsimile-view");
  const said = make("p", "facsimile-said");
  said.setAttribute("role", "status");
  const alone = make("a", "", words.open);
  alone.href = pictures.values().next().value; // a link from the beginning
  const foot = make("div", "facsimile-foot");
  foot.append(smaller, larger, whole, alone);
  panel.append(tools, said, view, foot);
  document.body.append(panel);

  let shown = null; // the label of the page that is shown
  let level = 0; // which of SIZES
  let viewer = null; // of OpenSeadragon
  let waiting = 0;
  let notes = null; // how notes were shown before

  const current = () => document.querySelector(".pages-marks [aria-current]") ?? marks[0];
  const bare = (label) => label.replace(/[[\]]/g, "");

  function show(label) {
    if (label === shown) return;
    shown = label;
    const at = marks.findIndex((link) => link.textContent === label);
    previous.disabled = at <= 0;
    next.disabled = at >= marks.length - 1;
    title.textContent = fill(words.page, bare(label));
    const address = pictures.get(label);
    foot.hidden = !address;
    said.textContent = address ? words.loading : fill(words.none, bare(label));
    foot.classList.remove("empty");
    clear();
    if (!address) return;
    alone.href = address;
    if (SERVICE.test(address)) closely(address, label).catch(() => plainly(address, label));
    else plainly(address, label);
  }

  function clear() {
    viewer?.destroy();
    viewer = null;
    view.replaceChildren();
    view.removeAttribute("tabindex");
  }

  function plainly(address, label) {
    if (label !== shown) return;
    clear();
    const image = make("img", "");
    image.alt = fill(words.alt, bare(label));
    image.addEventListener("load", () => {
      if (label === shown) said.textContent = "";
    });
    image.addEventListener("error", () => {
      if (label !== shown) return;
      said.textContent = fill(words.missing, bare(label));
      foot.classList.add("empty");
      image.remove();
    });
    view.tabIndex = 0; // the arrow keys move what is larger than the panel
    view.setAttribute("role", "group");
    view.setAttribute("aria-label", image.alt);
    view.append(image);
    image.src = address;
    size(null);
  }

  let library = null;
  function load() {
    library ??= new Promise((done, failed) => {
      // Finding this, it adds no style of its own, which would hide the focus, and which the policy of the site forbids.
      // In no namespace, the element is none of HTML's.
      const found = document.createElementNS(null, "style");
      found.setAttribute("data-openseadragon-mobile-css", "");
      document.head.append(found);
      const script = document.createElement("script");
      script.src = `${base}assets/lib/openseadragon.js`;
      script.onload = done;
      script.onerror = failed;
      document.head.append(script);
    });
    return library;
  }

  async function closely(address, label) {
    await load();
    if (label !== shown) return;
    await new Promise((done, failed) => {
      viewer = window.OpenSeadragon({
        element: view,
        tileSources: address.replace(SERVICE, "/info.json"),
        drawer: "canvas", // the other kind may show nothing of services that do not allow to be read
        showNavigationControl: false,
        animationTime: still.matches ? 0 : 0.8,
        immediateRender: still.matches,
        visibilityRatio: 0.5,
        gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      });
      viewer.addHandler("open-failed", () => failed(new Error(address)));
      viewer.addHandler("open", () => {
        said.textContent = "";
        done();
      });
      viewer.canvas.setAttribute("role", "application");
      viewer.canvas.setAttribute("aria-label", fill(words.alt, bare(label)));
    });
  }

  /** Show the picture larger (1), smaller (-1), whole (0), or as before (null). */
  function size(by) {
    if (viewer) {
      if (by === 0) viewer.viewport.goHome(still.matches);
      else viewer.viewport.zoomBy(by > 0 ? 1.5 : 1 / 1.5).applyConstraints();
      return;
    }
    const image = view.querySelector("img");
    if (!image) return;
    level = by === 0 ? 0 : Math.min(Math.max(level + (by ?? 0), 0), SIZES.length - 1);
    const { scrollLeft: x, scrollTop: y, clientWidth: w, clientHeight: h } = view;
    const before = image.clientWidth || 1;
    image.classList.toggle("whole", by === 0);
    image.style.inlineSize = by === 0 ? "" : `${SIZES[level] * 100}%`;
    const times = image.clientWidth / before;
    view.scrollTo((x + w / 2) * times - w / 2, by === null ? 0 : (y + h / 2) * times - h / 2);
  }

  /** Lead text and picture to the page after or before. */
  function step(by) {
    const to = marks[marks.findIndex((link) => link.textContent === shown) + by];
    if (!to) return;
    show(to.textContent);
    location.replace(to.hash);
  }

  function arrange() {
    const over = !panel.hidden && !wide.matches;
    const beside = !panel.hidden && wide.matches;
    for (const element of document.body.children) {
      if (element !== panel && element.tagName !== "SCRIPT") element.inert = over;
    }
    root.classList.toggle("with-facsimile", beside);
    if (beside && notes === null) {
      notes = root.dataset.notes ?? "";
      root.dataset.notes = "end"; // there is no room for both
    } else if (!beside && notes !== null) {
      if (notes) root.dataset.notes = notes;
      else delete root.dataset.notes;
      notes = null;
    } else return;
    document.dispatchEvent(new CustomEvent("edition:settings"));
  }

  function open(asked) {
    // What is being read stays where it stands, though the lines are broken otherwise.
    const mark = current();
    panel.hidden = false;
    toggle.setAttribute("aria-expanded", "true");
    arrange();
    show(mark.textContent);
    if (!asked) return;
    memory.set(true);
    panel.focus({ preventScroll: true });
  }

  function close() {
    const inside = panel.contains(document.activeElement);
    panel.hidden = true;
    toggle.setAttribute("aria-expanded", "false");
    shown = null;
    clear();
    arrange();
    memory.set(false);
    if (inside) toggle.focus({ preventScroll: true });
  }

  document.addEventListener("edition:page", ({ detail }) => {
    clearTimeout(waiting);
    waiting = setTimeout(() => panel.hidden || show(detail.link.textContent), SETTLED);
  });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented || panel.hidden) return;
    const other = document.querySelector(".card:not([hidden]), dialog[open], .marks-bar");
    if (other && !panel.contains(event.target)) return; // that closes first
    event.preventDefault();
    close();
  });

  // A hand moves a large plain picture, as a finger does.
  let from = null;
  view.addEventListener("pointerdown", (event) => {
    if (viewer || event.pointerType !== "mouse" || event.button !== 0 || event.target === view) return;
    event.preventDefault();
    view.focus({ preventScroll: true });
    from = { x: event.clientX + view.scrollLeft, y: event.clientY + view.scrollTop };
    view.setPointerCapture(event.pointerId);
  });
  view.addEventListener("pointermove", (event) => {
    if (from) view.scrollTo(from.x - event.clientX, from.y - event.clientY);
  });
  for (const type of ["pointerup", "pointercancel"]) view.addEventListener(type, () => (from = null));
  view.addEventListener("dblclick", () => viewer || size(level === SIZES.length - 1 ? 0 : 1));

  wide.addEventListener("change", arrange);
  if (memory.get() && wide.matches) open(false);
})();
