// What a search can be narrowed by: volume, year, kind and the like, each value with the number of documents; the years
// as a small picture, with the first and last day beside it. It draws and tells what the reader chose; counting is the
// engine's, and the search page decides when.

(function () {
  "use strict";

  const COLUMNS = ["volume", "year", "kind", "classification", "person", "term", "place"];
  const NAMES = ["person", "term", "place"];
  const OPEN = new Set(["volume", "kind", "classification"]);
  const SHOWN = 8; // values before the rest is asked for
  const MANY = 30; // values from which one can be found by typing
  const MOST = 300; // values at once; the others are found by typing
  const SVG = "http://www.w3.org/2000/svg";
  const HEIGHT = 48;
  const WIDTH = 240;

  /** Return the day that a date as typed (1953, 1953-10, 1953-10-07) begins or ends with; null if it is none. */
  function dayOf(typed, end) {
    const match = /^(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?$/.exec(typed.trim());
    if (!match) return null;
    const [, year, month, day] = match;
    const two = (number) => String(number).padStart(2, "0");
    const m = month ? Number(month) : end ? 12 : 1;
    const lastDay = new Date(Date.UTC(Number(year), m, 0)).getUTCDate();
    const d = day ? Number(day) : end ? lastDay : 1;
    return m < 1 || m > 12 || d < 1 || d > lastDay ? null : `${year}-${two(m)}-${two(d)}`;
  }

  /** Return the text as it is compared: without accents and case. */
  const plain = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase();

  /**
   * Draw lists of `columns` into `host`. `words(name, values)` gives the interface's words, `names` the shown name of a value in a column,
   * `count(column)` promises [[value, count], ...]. `changed(by, from, to)` is called with what the reader chose.
   */
  function create(host, { columns, element, button, words, names, numbers, count, changed }) {
    const body = element("div", "facet-groups");
    const dates = element("fieldset", "facet-dates", element("legend", "", words("date")));
    const picture = element("div", "facet-years");
    const from = field("from");
    const to = field("to");
    dates.append(picture, element("div", "facet-days", from.label, to.label));
    const groups = new Map(columns.map((column) => [column, group(column)]));
    body.append(dates, ...[...groups.values()].map(({ box }) => box));
    host.append(body);
    let chosen = { by: {}, from: "", to: "" };
    let turn = 0;
    let pending = new Set();

    function field(name) {
      const input = element("input", "");
      input.type = "text";
      input.size = 10;
      input.autocomplete = "off";
      input.placeholder = words("dateForm");
      input.setAttribute("aria-describedby", "facet-fault");
      input.addEventListener("change", typedDate);
      return { input, label: element("label", "", element("span", "", words(name)), input) };
    }

    const fault = element("p", "facet-fault");
    fault.id = "facet-fault";
    dates.append(fault);

    function typedDate() {
      const given = [from, to].map(({ input }, end) => !input.value.trim() || dayOf(input.value, Boolean(end)) !== null);
      [from, to].forEach(({ input }, i) => {
        if (given[i]) input.removeAttribute("aria-invalid");
        else input.setAttribute("aria-invalid", "true");
      });
      fault.textContent = given.every(Boolean) ? "" : words("dateFault");
      if (given.every(Boolean)) tell({ from: from.input.value.trim(), to: to.input.value.trim() });
    }

    function tell(change) {
      chosen = { ...chosen, ...change };
      changed(chosen.by, chosen.from, chosen.to);
    }

    function group(column) {
      const list = element("ul", "");
      const find = element("input", "facet-find");
      find.type = "search";
      find.autocomplete = "off";
      find.hidden = true;
      find.placeholder = words("find");
      find.setAttribute("aria-label", words("findIn", { name: words(column) }));
      const box = element("details", "facet", element("summary", "", words(column)), find, list);
      box.hidden = true;
      box.open = OPEN.has(column);
      box.addEventListener("toggle", () => box.open && pending.has(column) && fill(column));
      const of = { box, list, find, all: false, counts: [] };
      find.addEventListener("input", () => narrow(column));
      return of;
    }

    function narrow(column) {
      list(column, groups.get(column).counts);
    }

    function toggle(column, value, on) {
      const others = (chosen.by[column] ?? []).filter((one) => one !== value);
      const by = { ...chosen.by, [column]: on ? [...others, value] : others };
      if (!by[column].length) delete by[column];
      tell({ by });
    }

    function item(column, value, n, at) {
      const input = element("input", "");
      input.type = "checkbox";
      input.id = `facet-${column}-${at}`;
      input.dataset.value = value;
      input.checked = (chosen.by[column] ?? []).includes(value);
      input.addEventListener("change", () => toggle(column, value, input.checked));
      const counted = element("span", "count", numbers.format(n));
      return element("li", "", element("label", "", input, element("span", "", names(column, value)), counted));
    }

    function list(column, counts) {
      const of = groups.get(column);
      const wanted = chosen.by[column] ?? [];
      const known = new Set(counts.map(([value]) => value));
      const rows = [...counts, ...wanted.filter((value) => !known.has(value)).map((value) => [value, 0])];
      if (column === "year") rows.sort(([a], [b]) => (a < b ? -1 : 1));
      const focus = of.list.contains(document.activeElement) ? document.activeElement.dataset.value : null;
      of.counts = counts;
      of.find.hidden = !of.all || rows.length < MANY;
      const typed = of.find.hidden ? "" : plain(of.find.value.trim());
      const fitting = typed ? rows.filter(([value]) => plain(names(column, value)).includes(typed)) : rows;
      const few = of.all || column === "year" ? MOST : SHOWN;
      const shown = fitting.filter(([value], i) => i < few || wanted.includes(value));
      const items = shown.map(([value, n], i) => item(column, value, n, i));
      if (shown.length < rows.length && !of.all) {
        const all = button("facet-all", words("all", { n: numbers.format(rows.length) }), () => {
          of.all = true;
          list(column, counts);
          if (of.find.hidden) of.list.querySelectorAll("input")[SHOWN]?.focus();
          else of.find.focus();
        });
        items.push(element("li", "", all));
      }
      const rest = fitting.length - shown.length;
      if (of.all && rest > 0) items.push(element("li", "count", words("findMore", { n: numbers.format(rest) })));
      if (!items.length && (typed || NAMES.includes(column))) items.push(element("li", "count", words("nothing")));
      of.list.replaceChildren(...items);
      of.box.hidden = (rows.length < 1 && !NAMES.includes(column)) || (rows.length < 2 && column === "volume" && !wanted.length && known.size < 2);
      if (focus !== null) [...of.list.querySelectorAll("input")].find((one) => one.dataset.value === focus)?.focus();
    }

    /** The years as a picture: for the eye and the pointer; the list of years says and does the same. */
    function draw(counts) {
      const years = counts.map(([year, n]) => [Number(year), n]).filter(([year]) => year).sort(([a], [b]) => a - b);
      const [first] = years[0] ?? [0];
      const [last] = years.at(-1) ?? [0];
      picture.replaceChildren();
      if (years.length < 2 || last - first > WIDTH) return;
      const most = Math.max(...years.map(([, n]) => n));
      const step = WIDTH / (last - first + 1);
      const make = (tag, attributes) => {
        const made = document.createElementNS(SVG, tag);
        for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
        return made;
      };
      const svg = make("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true", focusable: "false" });
      const low = chosen.from ? Number(chosen.from.slice(0, 4)) : -Infinity;
      const high = chosen.to ? Number(chosen.to.slice(0, 4)) : Infinity;
      const wanted = chosen.by.year ?? [];
      for (const [year, n] of years) {
        const height = Math.max(2, (n / most) * (HEIGHT - 2));
        const x = (year - first) * step;
        const inside = year >= low && year <= high && (!wanted.length || wanted.includes(String(year)));
        const bar = make("g", { class: inside ? "inside" : "outside" });
        const title = make("title", {});
        title.textContent = `${year}: ${numbers.format(n)}`;
        const gap = Math.min(2, step / 4);
        bar.append(
          title,
          make("rect", { class: "touch", x, y: 0, width: step, height: HEIGHT }),
          make("rect", { class: "bar", x, y: HEIGHT - height, width: step - gap, height }),
        );
        bar.addEventListener("click", () => toggle("year", String(year), !wanted.includes(String(year))));
        svg.append(bar);
      }
      const ends = element("p", "facet-ends", element("span", "", String(first)), element("span", "", String(last)));
      ends.setAttribute("aria-hidden", "true");
      picture.append(svg, ends);
    }

    async function fill(column) {
      pending.delete(column);
      const mine = turn;
      let counts;
      try {
        counts = await count(column);
      } catch (error) {
        console.error(error);
        pending.add(column); // the list is as it was; it is asked for again with the next search
        return;
      }
      if (mine !== turn || !counts) return;
      if (column === "year") draw(counts);
      list(column, counts);
    }

    return {
      /** Show what is chosen, and count anew what is open. `lazy`: nothing of it is on the screen. */
      show(now, lazy) {
        turn++;
        chosen = now;
        from.input.value = now.from;
        to.input.value = now.to;
        for (const { input } of [from, to]) input.removeAttribute("aria-invalid");
        fault.textContent = "";
        pending = new Set(columns);
        if (lazy) return;
        for (const column of columns) {
          const { box } = groups.get(column);
          // The names of a text are many: they are counted when their list is opened.
          const costly = NAMES.includes(column);
          if (!costly || box.open || now.by[column]) fill(column);
          else box.hidden = false;
        }
      },
    };
  }

  const facets = { COLUMNS, NAMES, create, dayOf };
  if (typeof module === "object" && module.exports) module.exports = facets;
  else window.editionFacets = facets;
})();
