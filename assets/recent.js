// Recently read: the documents that were opened last, kept in this browser only. A document adds itself; the list stands
// in the footer of every page, and can be cleared there.

(function () {
  "use strict";

  const NAME = "edition.recent";
  const MOST = 20;
  const SHOWN = 8;
  const box = document.querySelector(".recent");
  if (!box) return;
  const whole = (address) => address.origin.replace("null", address.protocol) + address.pathname.replace(/index\.html$/, "");
  const base = whole(new URL(document.body.dataset.root ?? "", location.href));
  const article = document.querySelector("article.document");
  const here = article ? whole(location) : "";

  /** What is kept: address and title of each, newest first. Other editions may stand at the same host. */
  function read() {
    try {
      const kept = JSON.parse(localStorage.getItem(NAME));
      return Array.isArray(kept) ? kept.filter((one) => typeof one?.[0] === "string" && typeof one[1] === "string") : [];
    } catch {
      return [];
    }
  }

  function write(list) {
    try {
      if (list.length) localStorage.setItem(NAME, JSON.stringify(list));
      else localStorage.removeItem(NAME);
    } catch {
      // Private windows and pages from a disk may not remember.
    }
  }

  const isOurs = ([address]) => address.startsWith(base);

  function show() {
    const items = read()
      .filter((one) => isOurs(one) && one[0] !== here)
      .slice(0, SHOWN);
    box.hidden = !items.length;
    box.querySelector("ol").replaceChildren(
      ...items.map(([address, title]) => {
        const link = document.createElement("a");
        link.href = location.protocol === "file:" ? `${address}index.html` : address;
        link.textContent = title;
        const item = document.createElement("li");
        item.append(link);
        return item;
      }),
    );
  }

  function title() {
    const head = article.querySelector("h1").cloneNode(true);
    for (const extra of head.querySelectorAll(".note-ref, .page-break, sup")) extra.remove();
    return head.textContent.replace(/\s+/g, " ").trim().slice(0, 200);
  }

  // The search page looks into documents in a frame; that is no reading.
  if (here && window.parent === window) {
    write([[here, title()], ...read().filter(([address]) => address !== here)].slice(0, MOST));
  }
  box.open = document.body.classList.contains("home-page");
  box.querySelector("button").addEventListener("click", () => {
    write(read().filter((one) => !isOurs(one)));
    show();
    document.querySelector("main")?.focus({ preventScroll: true });
  });
  // A page that comes back with the Back button has its list anew.
  window.addEventListener("pageshow", show);
  show();
})();
