// Ways to the documents: parts of the contents that stay as the reader left them, what happened on this day, and the
// arrow keys in a calendar. The pages are whole without it.

(function () {
  "use strict";

  const root = document.body.dataset.root ?? "";
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

  /** What this browser remembers under a name; nothing where it may not, or where it holds something else. */
  function remembered(name) {
    try {
      return JSON.parse(localStorage.getItem(name)) ?? {};
    } catch {
      return {};
    }
  }

  function remember(name, value) {
    try {
      localStorage.setItem(name, JSON.stringify(value));
    } catch {
      // Private windows and pages from a disk may not remember.
    }
  }

  // Contents that fold ---------------------------------------------------------------------------------------------

  function folds(section) {
    const all = [...section.querySelectorAll("details.fold")];
    if (!all.length) return;
    const volume = section.dataset.folds;
    const asMade = all.map((fold) => fold.open);
    // Remembered is only what differs from the page as it was made, by the place of the part in the contents.
    const known = remembered("edition.folds")[volume] ?? [];
    for (const at of Array.isArray(known) ? known : []) if (all[at]) all[at].open = !asMade[at];

    function keep() {
      const saved = remembered("edition.folds");
      const turned = all.flatMap((fold, at) => (fold.open === asMade[at] ? [] : [at]));
      if (turned.length) saved[volume] = turned;
      else delete saved[volume];
      remember("edition.folds", saved);
    }

    let isPrinting = false;
    for (const fold of all) fold.addEventListener("toggle", () => isPrinting || keep());

    const bar = section.querySelector(".folding");
    if (bar && all.length > 1) {
      bar.hidden = false;
      bar.addEventListener("click", (event) => {
        const button = event.target.closest("button");
        if (!button) return;
        for (const fold of all) fold.open = Boolean(button.dataset.fold);
        keep(); // the events of the folds may come too late for who leaves at once
      });
    }

    // An address that names a part leads to its heading, and opens what is below it.
    function arrive() {
      const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!target || !section.contains(target)) return;
      for (let at = target.closest("li.part"); at; at = at.parentElement.closest("li.part")) {
        at.querySelector("details.fold")?.setAttribute("open", "");
      }
      target.scrollIntoView();
    }
    window.addEventListener("hashchange", arrive);
    arrive();

    // Paper shows everything, also in browsers that the style sheet cannot tell to.
    let before = [];
    window.addEventListener("beforeprint", () => {
      isPrinting = true;
      before = all.map((fold) => fold.open);
      for (const fold of all) fold.open = true;
    });
    window.addEventListener("afterprint", () => {
      all.forEach((fold, at) => (fold.open = before[at]));
      // The events of the folds come later than this one.
      setTimeout(() => (isPrinting = false), 100);
    });
  }

  for (const section of document.querySelectorAll("[data-folds]")) folds(section);

  // On this day ----------------------------------------------------------------------------------------------------

  function script(address) {
    return new Promise((done) => {
      const made = document.createElement("script");
      made.src = address;
      made.onload = () => done(window.editionOnThisDay ?? {});
      made.onerror = () => done({}); // a month without documents has no file
      document.head.append(made);
    });
  }

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    made.append(text);
    return made;
  }

  async function today(section) {
    const now = new Date();
    const two = (number) => String(number).padStart(2, "0");
    const folder = section.dataset.today;
    let month = now.getMonth() + 1;
    let day = two(now.getDate());
    // This day, or the next that has documents.
    for (let tried = 0; tried < 13; tried++) {
      const days = await script(`${folder}${two(month)}.js`);
      const first = Object.keys(days)
        .sort()
        .find((one) => one >= day);
      if (first) return show(section, `${folder}${two(month)}`, first, days[first], tried === 0 && first === day);
      day = "00";
      month = (month % 12) + 1;
    }
  }

  function show(section, folder, day, [name, count, some], isToday) {
    if (!isToday) section.append(element("p", "none", fill(section.dataset.none, { day: name })));
    const list = element("ol", "lines", "");
    for (const [year, title, path] of some) {
      const line = element("li", "", "");
      const link = element("a", "", title);
      link.href = root + path;
      line.append(element("span", "year", year), " ", link);
      list.append(line);
    }
    const all = element("a", "", fill(count === 1 ? section.dataset.one : section.dataset.all, { n: count, day: name }));
    all.href = `${folder}/index.html#${folder.slice(-2)}-${day}`;
    const rest = element("p", "all", "");
    rest.append(all);
    section.append(list, rest);
  }

  for (const section of document.querySelectorAll("[data-today]")) today(section);

  // To a day that the reader names, or the nearest that has documents ------------------------------------------------

  const MONTH = /(\d{4})\/(\d\d)\/(?:index\.html)?$/;

  for (const form of document.querySelectorAll(".go-to-day")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const day = form.querySelector("input").value;
      const months = [...document.querySelectorAll(".month-strip a")].map((link) => {
        const [, year, month] = link.pathname.match(MONTH) ?? [];
        return { href: link.href, month: `${year}-${month}` };
      });
      const last = months.filter(({ month }) => month <= day.slice(0, 7)).at(-1) ?? months[0];
      if (last) location.href = `${last.href}#${day}`;
    });
  }

  const days = document.querySelector("[data-nearest]");

  /** Lead to the nearest day of the page where there is none with the name in the address. */
  function nearest() {
    const [day] = location.hash.match(/\d{4}-\d\d-\d\d$/) ?? [];
    if (!day || document.getElementById(day)) return;
    const away = (head) => Math.abs(new Date(head.id) - new Date(day));
    const [head] = [...days.querySelectorAll("h2:has(time)")].sort((a, b) => away(a) - away(b));
    if (!head) return;
    days.querySelector(".nearest")?.remove();
    const said = element("p", "nearest", "");
    said.setAttribute("role", "status");
    head.before(said);
    said.textContent = days.dataset.nearest;
    said.scrollIntoView();
  }

  if (days) {
    window.addEventListener("hashchange", nearest);
    nearest();
  }

  // The calendar by its arrow keys: to the day with documents before or after, or above or below ---------------------

  const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

  document.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    const day = event.target.closest?.("a.day");
    if (!step || !day || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const all = [...document.querySelectorAll("a.day")];
    const rightToLeft = getComputedStyle(day).direction === "rtl" ? -1 : 1;
    let to = all[all.indexOf(day) + step[0] * rightToLeft];
    if (step[1]) {
      const here = day.getBoundingClientRect();
      const middle = (box) => (box.left + box.right) / 2;
      // The nearest in the column, else the nearest of the rows that way.
      const away = (box) => Math.abs(box.top - here.top) + 4 * Math.abs(middle(box) - middle(here));
      const beyond = all.filter((one) => (one.getBoundingClientRect().top - here.top) * step[1] > 2);
      to = beyond.sort((a, b) => away(a.getBoundingClientRect()) - away(b.getBoundingClientRect()))[0];
    }
    event.preventDefault();
    to?.focus();
  });
})();
