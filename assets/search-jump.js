// The jump box: what in a search names a place rather than words, as a reader writes it: d387, p. 1019, 460.509/10-753,
// telegram 1831. `wishes` reads it and knows nothing of pages; `places` looks it up with the session of the engine.

(function () {
  "use strict";

  const MOST = 6; // places offered
  const SEEN = 60; // documents with a number in their title that are looked at

  const OF_VOLUME = /^([\p{L}\p{N}][\p{L}\p{N}._-]*)#(.+)$/u;
  const DOCUMENT = /^(?:d|doc|document|no|nr|number)\.? *(\d+[a-z]?)$/i;
  const NUMBER = /^(\d{1,5}[a-z]?)$/i;
  const PAGE = /^\[? *(?:p|pp|pg|page|pages)\.? *(\d+[a-z]?|[ivxlcdm]+)(?: *- *\w+)? *\]?$/i;
  const FILE = /^(?:file(?: no\.?| number)? )?(\d{2,3}[a-z]?\.\d[\w.]*(?:\/[\w-]*)?(?:\/[\w-]*)?)$/i;
  const ITEM = /^(tel|telegram|desp|despatch|dispatch|airgram|circular|instruction|cable)s?\.? *(?:no\.? *|# *)?(\d+)$/i;
  const KINDS = { tel: "telegram", desp: "despatch", dispatch: "despatch", cable: "" };

  const exactly = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

  /**
   * Return what `text` may name: {kind, value, volume} each. Kinds are document, page, file and item; the value of an item
   * is [its kind, its number]. `scope` is the one volume that is searched, or empty; a number alone is a page there too.
   */
  function wishes(text, scope = "") {
    const typed = text
      .replace(/[\u2010-\u2015\u2212]/g, "-")
      .replace(/\s+/g, " ")
      .trim();
    const [, volume = scope, rest = typed] = OF_VOLUME.exec(typed) ?? [];
    const wish = (kind, value) => ({ kind, value, volume });
    const [, document] = DOCUMENT.exec(rest) ?? [];
    if (document) return [wish("document", document)];
    const [, number] = NUMBER.exec(rest) ?? [];
    if (number) return [wish("document", number), ...(volume ? [wish("page", number)] : [])];
    const [, page] = PAGE.exec(rest) ?? [];
    if (page) return [wish("page", page)];
    const [, file] = FILE.exec(rest) ?? [];
    if (file) return [wish("file", file)];
    const [, kind, of] = ITEM.exec(rest) ?? [];
    if (of) return [wish("item", [KINDS[kind.toLowerCase()] ?? kind.toLowerCase(), of])];
    return [];
  }

  /** Return the pattern of the values of a column (docs/search.md) that a wish fits. */
  function pattern({ kind, value }) {
    if (kind === "page") return `^\\[?${exactly(value)}(?:\\]|#.*)?$`;
    if (kind === "file") return `^${exactly(value).replaceAll("\\-", "[-\\u2010-\\u2015\\u2212]")}(?![\\p{L}\\p{N}])`;
    return `^${value[0] ? exactly(value[0]) : ".+"} ${exactly(value[1])}$`;
  }

  async function documents(session, { value, volume }) {
    const { id } = await session.search(`title:${value}`, true);
    const { results } = await session.results(id, 0, SEEN);
    const same = (one) => one?.toLowerCase() === value.toLowerCase();
    return results
      .map(({ shown }) => shown)
      .filter((shown) => shown && same(shown.n) && (!volume || shown.u.startsWith(`${volume}/`)))
      .map((shown) => ({ kind: "document", value: shown.n, shown, anchor: "" }));
  }

  /** Return the places that wishes lead to, the first of them: {kind, value, shown, anchor}. */
  async function places(session, wanted) {
    const found = await Promise.all(
      wanted.map(async (wish) => {
        if (wish.kind === "document") return documents(session, wish);
        return (await session.find(wish.kind, pattern(wish), wish.volume, MOST)).map(({ value, shown }) => {
          const [label, own] = value.split("#");
          const inferred = label.startsWith("[");
          const anchor = wish.kind === "page" && !inferred ? (own ?? `pg_${label}`) : "";
          return { kind: wish.kind, value: label.replace(/^\[|\]$/g, ""), shown, anchor };
        });
      }),
    );
    return found.flat().slice(0, MOST);
  }

  const jump = { pattern, places, wishes };
  if (typeof module === "object" && module.exports) module.exports = jump;
  else window.editionJump = jump;
})();
