// The list of results as a file: CSV for tables, RIS and BibTeX for programs that keep references. Records are those of
// the index (docs/search.md), each with its whole `address`. Knows nothing of the page.

(function () {
  "use strict";

  const oneLine = (text) => String(text ?? "").replace(/\s+/g, " ").trim()

  /** The year, month and day a date begins with, as far as it says: EDTF such as 1953-10-07/1953-11-10 or 1953~. */
  const beginning = (date) => (/^\d{4}(?:-\d\d){0,2}/.exec(date ?? "")?.[0] ?? "").split("-").filter(Boolean);

  const pagesOf = (pages) => (pages ?? "").replace(/[[\]]/g, "").split("–");

  // CSV as RFC 4180 has it. A cell that a table would take for a formula is kept from it by an apostrophe.

  function cell(value) {
    const text = oneLine(value);
    const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text;
    return /[",\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  }

  const COLUMNS = [
    ["number", "n"],
    ["title", "t"],
    ["date", "e"],
    ["volume", "v"],
    ["kind", "k"],
    ["classification", "c"],
    ["pages", "p"],
    ["address", "address"],
  ];

  function csv(records) {
    const rows = [COLUMNS.map(([name]) => name), ...records.map((one) => COLUMNS.map(([, key]) => one[key]))];
    return `\ufeff${rows.map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;
  }

  function ris(records) {
    const lines = records.flatMap((one) => {
      const [year, month = "", day = ""] = beginning(one.e);
      const [first, last] = pagesOf(one.p);
      return [
        ["TY", "CHAP"],
        ["TI", one.t],
        ["T2", one.v],
        ["PY", year],
        ["DA", year && `${year}/${month}/${day}/`],
        ["M1", one.n],
        ["M3", one.k],
        ["SP", first],
        ["EP", last ?? first],
        ["UR", one.address],
        ["ER", ""],
      ].filter(([name, value]) => name === "ER" || oneLine(value));
    });
    return lines.map(([name, value]) => `${name}  - ${oneLine(value)}\r\n`).join("");
  }

  const TEX = { "\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}" };

  const tex = (text) => oneLine(text).replace(/[\\^~{}$&#_%]/g, (sign) => TEX[sign] ?? `\\${sign}`);

  function bibtex(records) {
    return records
      .map((one) => {
        const [year] = beginning(one.e);
        const fields = [
          ["title", `{${tex(one.t)}}`],
          ["booktitle", tex(one.v)],
          ["number", tex(one.n)],
          ["year", year],
          ["date", beginning(one.e).join("-")],
          ["pages", tex(pagesOf(one.p).join("--"))],
          ["note", tex(one.k)],
          ["url", oneLine(one.address).replace(/[{}\\ ]/g, encodeURIComponent)],
        ].filter(([, value]) => value && value !== "{}");
        const name = one.u.replace(/\/(?:index\.html)?$/, "").replace(/[^\w-]+/g, ":");
        return `@incollection{${name},\n${fields.map(([key, value]) => `  ${key} = {${value}}`).join(",\n")}\n}\n`;
      })
      .join("\n");
  }

  /** The forms: what makes the text of a list of records, the kind of file, the ending of its name. */
  const forms = {
    csv: { make: csv, type: "text/csv", name: "CSV" },
    ris: { make: ris, type: "application/x-research-info-systems", name: "RIS" },
    bib: { make: bibtex, type: "application/x-bibtex", name: "BibTeX" },
  };

  if (typeof module === "object" && module.exports) module.exports = forms;
  else window.editionExport = forms;
})();
