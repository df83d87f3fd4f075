// The printed pages. On a document the links to the page before and after follow the page that is being read, and others
// are told of it (the event edition:page, with the link to the mark). On the list of all pages, ?page=1019 leads on to
// the document with that page.

(function () {
  "use strict";

  const words = document.currentScript?.dataset ?? {};
  const list = document.querySelector("ol.pages-list");
  const nav = document.querySelector(".pages-nav");
  if (list) lead();
  if (nav) follow();

  /** Go to the page that the address asks for; say so if there is none. */
  function lead() {
    const form = document.querySelector(".pages-go");
    if (form) form.hidden = false;
    const asked = (new URLSearchParams(location.search).get("page") ?? "").trim();
    if (!asked) return;
    const bare = (text) => text.replace(/[[\]\s.]/g, "").toLowerCase();
    const wanted = [asked, asked.split(/\s+/).pop()].map(bare); // as typed, or without the "p." before it
    const rows = [...list.children];
    const label = (row) => row.querySelector(".page-label").textContent;
    const found = rows.find((row) => bare(label(row)) === wanted[0]) ?? rows.find((row) => bare(label(row)) === wanted[1]);
    if (found) {
      location.replace(found.querySelector("a").href);
      return;
    }
    const number = Number(wanted[1]);
    const away = (row) => Math.abs(Number(bare(label(row))) - number);
    const near = rows.filter((row) => away(row) >= 0).sort((a, b) => away(a) - away(b))[0];
    const said = document.querySelector(".pages-said");
    const fill = { label: asked, near: near && label(near).replace(/[[\]]/g, "") };
    said.textContent = (near ? words.near : words.none).replace(/\{(\w+)\}/g, (whole, name) => fill[name] ?? whole);
    if (near) location.replace(`#${near.id}`);
    const field = form?.elements.page;
    if (field) {
      field.value = asked;
      field.focus({ preventScroll: true });
    }
  }

  function follow() {
    const links = [...nav.querySelectorAll(".pages-marks a[href^='#']")];
    const marks = links.map((link) => document.getElementById(decodeURIComponent(link.hash.slice(1))));
    const turns = [nav.querySelector(".previous-page"), nav.querySelector(".next-page")].map((link) => ({
      link,
      href: link.getAttribute("href"),
      label: link.textContent,
      hidden: link.hidden,
    }));
    let current = -1;

    /** The last page of which the mark stands above a third of the window, or the first. */
    function read() {
      const line = innerHeight / 3;
      let at = 0;
      // Marks in notes and tables need not be in order.
      marks.forEach((mark, i) => {
        if (mark && mark.getBoundingClientRect().top <= line) at = i;
      });
      // A page near the end cannot come so high; the one that was asked for is the one that is read.
      if (scrollY + innerHeight >= document.documentElement.scrollHeight - 2) {
        const asked = links.findIndex((link) => link.hash === location.hash);
        const top = asked < 0 ? -1 : (marks[asked]?.getBoundingClientRect().top ?? -1);
        if (top >= 0 && top < innerHeight) at = asked;
      }
      if (at === current) return;
      current = at;
      links.forEach((link, i) => {
        if (i === at) link.setAttribute("aria-current", "true");
        else link.removeAttribute("aria-current");
      });
      turn(turns[0], links[at - 1]);
      turn(turns[1], links[at + 1]);
      document.dispatchEvent(new CustomEvent("edition:page", { detail: { link: links[at] } }));
    }

    /** Let a link lead to a page of this document, or else where it led to first. */
    function turn({ link, href, label, hidden }, to) {
      const text = to ? to.textContent.replace(/[[\]]/g, "") : label;
      link.hidden = to ? false : hidden;
      const address = to ? to.getAttribute("href") : href;
      if (address) link.setAttribute("href", address);
      else link.removeAttribute("href");
      if (text) link.setAttribute("aria-label", `${link.dataset.name}: ${text}`);
      link.textContent = text;
    }

    // A turn of the page within the document is no step in the history: the way back is to where one came from.
    nav.addEventListener("click", (event) => {
      const link = event.target.closest(".pages-turn a");
      if (!link?.getAttribute("href").startsWith("#") || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      location.replace(link.hash);
    });

    let waiting = false;
    function soon() {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        read();
      });
    }

    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    addEventListener("hashchange", soon);
    read();
  }
})();
