// The search engine: reads what a reader types, fetches the parts of the index that it needs, and lets lunr.js search
// them. It knows nothing of pages, so it runs in a page, in a Worker and in Node alike. lunr.js must be there first.
//
// The index is cut into files (docs/search.md). Of the terms that a query needs, their statistics are fetched; with
// them, and with the lengths of the documents, lunr's weights are computed as lunr.Builder does; lunr.Index is given
// these terms only and answers the query. A score depends on the query's own terms alone, so it is that of the
// whole index, to the last bit.

(function (scope) {
  "use strict";

  const lunr = () => scope.lunr ?? globalThis.lunr;

  /* ---------------------------------------------------------------- words */

  // Twin of `fold` in generator/search/analyser.py: both must do the same, or words cannot be found.
  const FOLDED = new Map([
    ...[..."\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u00b4"].map((c) => [c, "'"]),
    ...[..."\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"].map((c) => [c, '"']),
    ...[..."\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2026\u0085\u2028\u2029"].map((c) => [c, " "]),
    ...[..."\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"].map((c) => [c, ""]),
    ["\u2044", "/"],
    ["\u00df", "ss"],
    ["\u1e9e", "SS"],
    ["\u00e6", "ae"],
    ["\u00c6", "AE"],
    ["\u0153", "oe"],
    ["\u0152", "OE"],
    ["\u00f8", "o"],
    ["\u00d8", "O"],
    ["\u0111", "d"],
    ["\u0110", "D"],
    ["\u00f0", "d"],
    ["\u00d0", "D"],
    ["\u0142", "l"],
    ["\u0141", "L"],
    ["\u00fe", "th"],
    ["\u00de", "Th"],
    ["\u0131", "i"],
  ]);
  const TO_FOLD =
    /[\x00-\x08\x0e-\x1f\x7f-\u036f\u1e00-\u1eff\u2000-\u218f\u3000\ud800-\udfff\ufb00-\ufb06\ufeff\uff01-\uff5e]/gu;
  const POSSESSIVE = /(?<=\w)'[sS]\b/g;

  function foldCharacter(character) {
    if (FOLDED.has(character)) return FOLDED.get(character);
    if (/[\x00-\x1f\x7f-\x9f\ud800-\udfff]/u.test(character)) return " ";
    const parts = character.normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
    return [...parts].map((part) => FOLDED.get(part) ?? part).join("");
  }

  function fold(text) {
    return text.replace(TO_FOLD, foldCharacter).replace(POSSESSIVE, "");
  }

  // Twin of generator/search/languages.py, which says what the tables are.
  const MARKED = /[IUY]/g;

  /** Return the function that takes a word in lower case to its stem by a table. */
  function stemmerOf({ vowels, v, least, marks, blocks }) {
    const region1 = new RegExp(`[${vowels}][^${vowels}]`, "g");
    const regionV = new RegExp(v);
    const marking = marks.map(([pattern, to]) => [new RegExp(pattern, "g"), to]);
    const made = blocks.map((block) => block.map((steps) => steps.map(stepOf)));
    const after = (word, from) => {
      region1.lastIndex = from;
      return region1.test(word) ? region1.lastIndex : word.length;
    };
    return (word) => {
      if (word.length < 3) return word;
      for (const [pattern, to] of marking) word = word.replace(pattern, to);
      const first = after(word, 0);
      const regions = {
        "": 0,
        1: Math.max(first, least),
        2: after(word, first),
        v: regionV.exec(word)?.[0].length ?? word.length,
      };
      const read = { word, regions };
      for (const [tried, then, otherwise] of made) {
        const done = tried.some((step) => step(read));
        for (const step of done ? then : otherwise) step(read);
      }
      return read.word.replace(MARKED, (mark) => mark.toLowerCase());
    };
  }

  /** Return a function that changes {word, regions} by a step, and says whether the step succeeded. */
  function stepOf([limit, ...listed]) {
    const rules = new Map();
    for (const rule of listed) for (const ending of rule[0].split(" ")) rules.set(ending, ruleOf(rule, limit));
    const sizes = [...new Set([...rules.keys()].map((ending) => ending.length))].sort((a, b) => b - a);
    return (read) => {
      const { word, regions } = read;
      for (const size of sizes) {
        const at = word.length - size;
        const rule = at >= regions[limit] && rules.get(word.slice(at));
        if (rule) return rule(word.slice(0, at), read);
      }
      return false;
    };
  }

  function ruleOf([, region = "", to = "", before = "", then = [], otherwise = [], weak = false], limit) {
    const preceded = before && new RegExp(`(?:${before})$`, "g");
    const steps = then.map(stepOf);
    return (left, read) => {
      const { regions } = read;
      if (preceded) {
        preceded.lastIndex = regions[limit];
        if (!preceded.test(left)) return false;
      }
      if (left.length < regions[region]) {
        if (!otherwise.length || left.length < regions[otherwise[1]]) return false;
        read.word = left + otherwise[0];
        return true;
      }
      read.word = left + to;
      for (const step of steps) step(read);
      return !weak;
    };
  }

  const ENGLISH = {
    stem: (word) => lunr().stemmer(new (lunr().Token)(word)).toString(),
    isStopWord: (word) => !lunr().stopWordFilter(new (lunr().Token)(word)),
  };
  let spoken = ENGLISH; // an index has one language, and a page one index

  /** Take words apart in the language that a root names; null is English. */
  function speak(language) {
    termsOfWord.clear();
    if (!language) {
      spoken = ENGLISH;
      return;
    }
    const stopWords = new Set(language.stopWords.split(" ").filter(Boolean));
    const stem = language.table ? stemmerOf(language.table) : (word) => word;
    spoken = { stem, isStopWord: (word) => stopWords.has(word) };
    if (!language.table) return;
    const label = `stemmer-${language.code}`;
    delete lunr().Pipeline.registeredFunctions[label]; // a newer index may have another table
    lunr().Pipeline.registerFunction((token) => token.update(stem), label);
  }

  const stem = (word) => spoken.stem(word);
  const isStopWord = (word) => spoken.isStopWord(word);

  const termsOfWord = new Map();

  /** Return the terms of a piece of text without white space, stop words included. */
  function termsOf(word) {
    let terms = termsOfWord.get(word);
    if (!terms) {
      if (termsOfWord.size > 50000) termsOfWord.clear();
      terms = lunr().tokenizer(fold(word)).map((token) => stem(lunr().trimmer(token).toString()));
      termsOfWord.set(word, terms);
    }
    return terms;
  }

  /* -------------------------------------------------------------- numbers */

  // Twin of generator/search/digits.py.
  const SIGNS = Array.from({ length: 94 }, (_, i) => String.fromCharCode(32 + i)).filter((c) => !'"\\<'.includes(c));
  const CONTINUING = 21;
  const FINAL = SIGNS.length - CONTINUING;
  const VALUE = new Int16Array(128).fill(-1); // below CONTINUING: a digit before the last; above: the last
  SIGNS.forEach((sign, i) => (VALUE[sign.charCodeAt(0)] = i));

  /** Return the numbers of a text, from `start` to `end`. */
  function numbers(text, start = 0, end = text.length) {
    const found = [];
    let number = 0;
    for (let i = start; i < end; i++) {
      const value = VALUE[text.charCodeAt(i)];
      if (value < CONTINUING) {
        number = number * CONTINUING + value + 1;
      } else {
        found.push(number * FINAL + value - CONTINUING);
        number = 0;
      }
    }
    return found;
  }

  /** Return the index of the last of `sorted` that is not above `wanted`; -1 if all are. */
  function lastNotAbove(sorted, wanted) {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle] <= wanted) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  /* -------------------------------------------------------------- loading */

  const ROOT = "root.js";
  const PAUSES = [300, 1200]; // milliseconds before a file that did not come is asked for again
  const RENEWALS = [0, 1500]; // milliseconds before the newest root is read, where a file of the one at hand is gone
  const PATIENCE = 30000; // milliseconds to wait for a file
  const FRESH = 300000; // milliseconds after which a root is looked at again

  /** A file is not there: the site was published anew since the root was read. */
  class Missing extends Error {}

  /** A query that would bring in too much of the index. */
  class TooMany extends Error {}

  const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

  async function fetched(base, path, cache) {
    const answer = await fetch(base + path, { cache, signal: AbortSignal.timeout(PATIENCE) });
    if (answer.status === 404 || answer.status === 410) throw new Missing(path);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    const text = await answer.text();
    try {
      return JSON.parse(text.slice(text.indexOf(",") + 1, text.lastIndexOf(")")));
    } catch {
      throw new Missing(path); // a host's own page in place of the file
    }
  }

  /**
   * Return a function that loads data files from below `base` (with its slash) over HTTP. A file that does not come is
   * asked for again; `fresh` passes by what the browser remembers of it.
   */
  function fromServer(base) {
    return async (path, fresh = false) => {
      // The root is asked for anew each time; the others are named by their content.
      const cache = fresh ? "reload" : path === ROOT ? "no-cache" : "default";
      for (let tries = 0; ; tries++) {
        try {
          return await fetched(base, path, cache);
        } catch (error) {
          if (error instanceof Missing || tries === PAUSES.length) throw error;
          await pause(PAUSES[tries]);
        }
      }
    };
  }

  /** Return a function that loads data files from a disk, where only scripts can be loaded. Needs a page. */
  function fromDisk(base) {
    const waiting = new Map();
    scope.editionData = (name, data) => waiting.get(name)?.(data);
    return (path) =>
      new Promise((done, failed) => {
        const name = path.replace(/^.*\/|\.js$/g, "");
        const made = scope.document.createElement("script");
        const end = () => (made.remove(), waiting.delete(name), failed(new Missing(path)));
        waiting.set(name, done);
        made.src = base + path + (path === ROOT ? `?${Date.now()}` : ""); // a browser may keep a script
        made.onload = end; // if the script handed over nothing, it is not ours
        made.onerror = end;
        scope.document.head.append(made);
      });
  }

  /** Take words apart in the language of the index in the folder `base`: for a page that asks it nothing. */
  async function speakAs(base) {
    const load = base.startsWith("file:") ? fromDisk(base) : fromServer(base);
    speak((await load(ROOT)).language);
  }

  /* ----------------------------------------------------- the index in files */

  const KEPT = 400; // files kept in memory as they were read
  const MOST_FILES = 80; // files of terms that one query may bring in
  const MOST_TERMS = 4000; // terms that one query may bring in
  const ALL_LENGTHS = 30000; // documents up to which all lengths are fetched at once, beside the terms

  const NAME = 10; // letters of a file's name
  const namesOf = (text) => text.match(/.{10}/g) ?? [];
  const words = (text) => (text ? text.split(" ") : []);

  /** Where the files of a table by terms begin, and which terms have files of their own. */
  class ByTerm {
    constructor([firsts, alone, names, namesAlone]) {
      this.firsts = words(firsts);
      this.names = namesOf(names);
      const own = namesOf(namesAlone);
      this.alone = new Map(words(alone).map((term, i) => [term, own[i]]));
    }

    /** The name of the file that has `term`, if any has. */
    fileOf(term) {
      return this.alone.get(term) ?? this.names[Math.max(0, lastNotAbove(this.firsts, term))];
    }

    /** The names of the files that may have terms with `prefix`. */
    filesOf(prefix) {
      const found = [...this.alone].filter(([term]) => term.startsWith(prefix)).map(([, name]) => name);
      for (let at = Math.max(0, lastNotAbove(this.firsts, prefix)); at < this.firsts.length; at++) {
        if (this.firsts[at] > prefix && !this.firsts[at].startsWith(prefix)) break;
        found.push(this.names[at]);
      }
      return found;
    }
  }

  const place = (code, slot) => code * 1e8 + slot;
  const GROUP = 128; // documents whose records' files share a name, and of them those in one file; as in
  const EACH = 4; // generator/search/groups.py

  /** Where the files of a table by documents begin. */
  class ByDocument {
    constructor([firsts, names]) {
      this.firsts = [];
      for (let i = 0; i < firsts.length; i += 2) this.firsts.push(place(firsts[i], firsts[i + 1]));
      this.names = namesOf(names);
    }

    fileOf(at) {
      return this.names[Math.max(0, lastNotAbove(this.firsts, at))];
    }
  }

  /** The root: what the index holds, and in which files. A document is known by a number, its `ref`. */
  class Root {
    constructor(data) {
      if (data.form !== 1 || data.lunr !== lunr().version) throw new Error("the index is of another form");
      Object.assign(this, data);
      speak(data.language);
      this.terms = new ByTerm(data.terms);
      this.wordsFrom = data.words[0];
      this.wordFiles = namesOf(data.words[1]);
      this.lengths = new ByDocument(data.lengths);
      const groups = namesOf(data.records[1]).map((name, i) => [place(...data.records[0].slice(2 * i, 2 * i + 2)), name]);
      this.groups = new Map(groups);
      this.averages = data.totals.map((total) => total / data.count);
      this.blocks = data.blocks.map(([volume, code, top]) => ({ volume, code, top, base: 0 }));
      this.top = 0; // one more than the highest ref
      for (const block of this.blocks) {
        block.base = this.top;
        this.top += block.top;
      }
      this.baseOf = new Map(this.blocks.map(({ code, base }) => [code, base]));
      this.bases = this.blocks.map(({ base }) => base);
    }

    blockOf(ref) {
      return this.blocks[lastNotAbove(this.bases, ref)];
    }

    placeOf(ref) {
      const { code, base } = this.blockOf(ref);
      return place(code, ref - base);
    }

    /** The path of the file with the record of a document, if it has one. */
    recordsOf(ref) {
      const { code, base } = this.blockOf(ref);
      const slot = ref - base;
      const name = this.groups.get(place(code, Math.floor(slot / GROUP)));
      return name && `records/${name}${String(Math.floor((slot % GROUP) / EACH)).padStart(2, "0")}.js`;
    }

    /** The refs of a text that lists documents. */
    refsOf(text) {
      const refs = [];
      let code = -1;
      for (const run of text.split("~")) {
        const [first, ...gaps] = numbers(run);
        code += first + 1;
        let ref = this.baseOf.get(code) - 1;
        for (const gap of gaps) refs.push((ref += gap + 1));
      }
      return refs;
    }

    /** A posting, read: the refs, and how often the term stands in each document. Runs have a block each. */
    posting(text) {
      const refs = [];
      const frequencies = [];
      let code = -1;
      for (const run of text ? text.split("~") : []) {
        const read = numbers(run);
        code += read[0] + 1;
        let ref = this.baseOf.get(code) - 1;
        for (let i = 1; i < read.length; i++) {
          ref += (read[i] >> 1) + 1;
          refs.push(ref);
          frequencies.push(read[i] & 1 ? read[++i] + 2 : 1);
        }
      }
      return { refs, frequencies };
    }
  }

  const isOpen = (term) => /^[^*]+\*+$/.test(term); // a wildcard at the end and nowhere else

  /** Whether `term` may be within `edits` of the letters of `wanted`: a quick look before lunr.js decides. */
  function isNear(letters, wanted, term, edits) {
    const left = new Map(letters);
    let extra = 0;
    for (const unit of term.split("")) {
      const n = left.get(unit);
      if (n) left.set(unit, n - 1);
      else extra++;
    }
    return extra <= edits && wanted - (term.length - extra) <= edits;
  }

  /** The index in files. `load(path, fresh)` returns a promise of a file's data; a file that is gone is Missing. */
  class Shards {
    #load;
    #files = new Map();
    #gone = new Set(); // files that were not there: a browser may remember that longer than it is so
    #root = null;
    #since = 0; // when the root was last looked at
    #all = { root: null, lengths: null }; // the lengths of all documents, read

    constructor(load) {
      this.#load = load;
    }

    /** Run `work` on the index as it is; where a file of it is gone, on the newest, published meanwhile. */
    async #onRoot(work) {
      for (let renewals = 0; ; renewals++) {
        const used = this.#current();
        try {
          return await work(await used);
        } catch (error) {
          if (!(error instanceof Missing) || error.message === ROOT || renewals === RENEWALS.length) throw error;
          await pause(RENEWALS[renewals]);
          if (this.#root === used) this.#root = this.#read(true);
        }
      }
    }

    /** The root at hand. One that was read long ago is looked at again, for the queries to come. */
    #current() {
      if (this.#root && Date.now() - this.#since > FRESH) {
        this.#since = Date.now();
        this.#load(ROOT, false).then(
          (data) => (this.#root = Promise.resolve(new Root(data))),
          () => {},
        );
      }
      return (this.#root ??= this.#read(false));
    }

    #read(fresh) {
      this.#since = Date.now();
      const root = this.#load(ROOT, fresh).then((data) => new Root(data));
      root.catch(() => {
        if (this.#root === root) this.#root = null;
      });
      return root;
    }

    /** Read the newest root, unless `root` is no longer the one at hand. */
    async renew(root) {
      if (this.#root && (await this.#root) === root) this.#root = this.#read(true);
    }

    #file(path) {
      const known = this.#files.get(path);
      const data = known ?? this.#load(path, this.#gone.has(path));
      if (!known) {
        data.then(
          () => this.#gone.delete(path),
          (error) => {
            this.#files.delete(path);
            if (error instanceof Missing) this.#gone.add(path);
          },
        );
      }
      this.#files.delete(path); // and to the end, as the last used
      this.#files.set(path, data);
      if (this.#files.size > KEPT) this.#files.delete(this.#files.keys().next().value);
      return data;
    }

    /** Where the files of a table stand: in the root, or in a file of its own. */
    async #list(root, table) {
      const list = root.lists[table];
      return typeof list === "string" ? this.#file(`lists/${list}.js`) : list;
    }

    /** The files of a table by documents that hold `refs`. */
    async #filesFor(root, table, refs) {
      if (!refs.length) return [];
      const by = new ByDocument(await this.#list(root, table));
      const names = new Set(refs.map((ref) => by.fileOf(root.placeOf(ref))));
      return Promise.all([...names].map((name) => this.#file(`${table}/${name}.js`)));
    }

    /** Rows of a table by terms: term -> texts. */
    async #rows(table, name, fields) {
      const flat = await this.#file(`${table}/${name}.js`);
      const rows = new Map();
      for (let i = 0; i < flat.length; i += fields + 1) rows.set(flat[i], flat.slice(i + 1, i + fields + 1));
      return rows;
    }

    /** Load what every query needs. */
    open() {
      return this.#onRoot(async (root) => {
        if (root.count <= ALL_LENGTHS) await this.#lengths(root, null);
      });
    }

    /** Begin to fetch what `clauses` will probably need. */
    expect(clauses) {
      const expected = this.#onRoot(async (root) => {
        const pipeline = lunr().Pipeline.load(root.pipeline);
        const files = root.count <= ALL_LENGTHS ? root.lengths.names.map((name) => `lengths/${name}.js`) : [];
        for (const { term, usePipeline, editDistance } of clauses) {
          if (editDistance !== undefined || term.includes("*") || isStopWord(term)) continue;
          for (const one of usePipeline ? pipeline.runString(term) : [term]) {
            const name = root.terms.fileOf(one);
            if (name) files.push(`terms/${name}.js`);
          }
        }
        await Promise.all(files.map((path) => this.#file(path)));
      });
      expected.catch(() => {}); // whoever needs it will ask again
    }

    /** Begin to fetch what phrases need: a quotation mark has been typed. */
    expectPhrases() {
      this.#onRoot((root) => this.#list(root, "places")).catch(() => {}); // whoever needs it will ask again
    }

    /** Return the fields, the number of documents, and whether phrases can be searched. */
    about() {
      return this.#onRoot(({ fields, count, phrases, language }) => ({ fields, count, phrases, language }));
    }

    /** Whether any term begins with `prefix`. */
    begins(prefix) {
      return this.#onRoot(async (root) => {
        const starts = (term) => term.startsWith(prefix);
        if (root.terms.firsts.some(starts) || [...root.terms.alone.keys()].some(starts)) return true;
        const name = root.terms.fileOf(prefix);
        return Boolean(name) && [...(await this.#rows("terms", name, root.fields.length)).keys()].some(starts);
      });
    }

    /** Return the other forms of what is typed: its terms, with a space between -> the forms, as they are written. */
    variants(keys) {
      return this.#onRoot(async (root) => {
        const { rows, firsts, names } = root.variants ?? { rows: [] };
        const files = rows ? [] : new Set(keys.map((key) => namesOf(names)[Math.max(0, lastNotAbove(firsts, key))]));
        const read = await Promise.all([...files].map((name) => this.#file(`variants/${name}.js`)));
        const found = new Map();
        for (const flat of rows ? [rows] : read) {
          for (let i = 0; i < flat.length; i += 2) if (keys.includes(flat[i])) found.set(flat[i], flat[i + 1].split("|"));
        }
        return found;
      });
    }

    /**
     * Return {results, root, also}: what lunr.js returns for `clauses` on the whole index, and the index as it was.
     * `phrases` are {terms, offsets, fields, forbidden}: of the results those are left that hold, or do not hold, the
     * terms at these distances; each of `terms` is a list, any one of which may stand there.
     *
     * `variants` are other forms of what is asked for: {text, terms, offsets, fields, of}, where `of` is the
     * required clause or the phrase that the form may stand for. What holds one is found too. Half its score is added to
     * that of the clauses, which stays what it is; `also` are the texts of those that something found holds.
     */
    query(clauses, phrases = [], variants = []) {
      return this.#onRoot(async (root) => {
        const [found, ...held] = await Promise.all([
          this.#results(root, clauses, variants),
          ...[...phrases, ...variants].map((one) => (one.terms.length > 1 || !one.text ? this.#holding(root, one) : null)),
        ]);
        const forms = variants.map((variant, i) => {
          const holding = held[phrases.length + i];
          const results = found[i + 1].filter(({ ref }) => !holding || holding.has(Number(ref)));
          return { ...variant, results, refs: new Set(refsOf(results)) };
        });
        const standsIn = (one, ref) => forms.some(({ of, refs }) => of === one && refs.has(ref));
        const passes = ({ ref, matchData: { metadata } }) =>
          phrases.every((phrase, i) =>
            phrase.forbidden ? !held[i].has(Number(ref)) : held[i].has(Number(ref)) || standsIn(phrase, Number(ref)),
          ) &&
          clauses.every(
            (clause) =>
              !clause.relaxed ||
              clause.relaxed.some((term) => clause.fields.some((field) => metadata[term]?.[field])) ||
              standsIn(clause, Number(ref)),
          );
        const results = (forms.length ? together(found[0], forms) : found[0]).filter(passes);
        const refs = refsOf(results);
        const also = forms.filter((form) => refs.some((ref) => form.refs.has(ref))).map(({ text }) => text);
        return { results, root, also: [...new Set(also)] };
      });
    }

    #on(root, work) {
      return root ? work(root) : this.#onRoot(work);
    }

    /** Return what is shown of documents, in the order of `refs`; null for one that is not there. */
    documents(refs, root = null) {
      return this.#on(root, async (root) => {
        const shown = new Map();
        const paths = new Set(refs.map((ref) => root.recordsOf(ref)).filter(Boolean));
        for (const data of await Promise.all([...paths].map((path) => this.#file(path)))) {
          root.refsOf(data[0]).forEach((ref, i) => shown.set(ref, data[i + 1]));
        }
        return refs.map((ref) => shown.get(ref) ?? null);
      });
    }

    /**
     * Return the values of documents in a column, in the order of `refs`: a list of texts for each. Columns are
     * `volume` and those of the root; dates are days, or two with a `/` between.
     */
    values(refs, column, root = null) {
      return this.#on(root, async (root) => {
        if (column === "volume") return refs.map((ref) => [root.blockOf(ref).volume]);
        const held = new Map();
        for (const [table, columns] of Object.entries(root.columns)) {
          const at = columns.indexOf(column);
          if (at < 0) continue;
          for (const [documents, ...read] of await this.#filesFor(root, table, refs)) {
            const values = valuesOf(read[at]);
            root.refsOf(documents).forEach((ref, i) => held.set(ref, values[i]));
          }
        }
        return refs.map((ref) => held.get(ref) ?? []);
      });
    }

    /**
     * Return {found, root}: the documents, of one volume or of all (""), with a value in a column that fits a pattern,
     * as {ref, value}, at most `most`.
     */
    find(column, pattern, volume, most) {
      return this.#onRoot(async (root) => {
        const [table, columns] = Object.entries(root.columns).find(([, names]) => names.includes(column)) ?? [];
        if (!table) return { found: [], root };
        const blocks = volume ? root.blocks.filter((block) => block.volume === volume) : root.blocks;
        const all = blocks.flatMap(({ base, top }) => Array.from({ length: top }, (_, slot) => base + slot));
        const wanted = new RegExp(pattern, "iu");
        const found = [];
        for (const [documents, ...read] of await this.#filesFor(root, table, all)) {
          const held = read[columns.indexOf(column)];
          if (!held[0].some((value) => wanted.test(value))) continue;
          const refs = root.refsOf(documents);
          valuesOf(held).forEach((values, i) => {
            const value = values.find((one) => wanted.test(one));
            if (value !== undefined && (!volume || root.blockOf(refs[i]).volume === volume)) {
              found.push({ ref: refs[i], value });
            }
          });
        }
        found.sort((a, b) => a.ref - b.ref);
        return { found: found.slice(0, most), root };
      });
    }

    /** Return what lunr.js returns for `clauses`, and for each of `variants`. */
    async #results(root, clauses, variants) {
      const { PROHIBITED } = lunr().Query.presence;
      // Without a word that the index can hold, the other forms stand alone.
      const alone = variants.length > 0 && clauses.every((clause) => clause.presence === PROHIBITED);
      const queries = [alone ? [] : clauses, ...variants.map((variant) => clausesOf(variant, clauses))];
      const asked = queries.flat().map((clause) => ({ ...clause, fields: [...clause.fields] }));
      const counted = asked.filter((clause) => clause.presence !== PROHIBITED);
      const all = !counted.length || root.count <= ALL_LENGTHS;
      const early = all && asked.length ? this.#lengths(root, null) : null;
      early?.catch(() => {}); // it is awaited below, unless something else fails first
      const pipeline = lunr().Pipeline.load(root.pipeline);
      const found = new Map(); // term -> postings of its fields
      const weighed = new Set(); // terms that count for scores
      await Promise.all(
        asked.map(async (clause) => {
          const terms = clause.usePipeline ? pipeline.runString(clause.term, { fields: clause.fields }) : [clause.term];
          for (const term of terms) {
            for (const [one, row] of await this.#expanded(root, term, clause.editDistance)) {
              found.set(one, row);
              if (clause.presence !== PROHIBITED) weighed.add(one);
            }
          }
        }),
      );
      if (found.size > MOST_TERMS) throw new TooMany();
      const terms = [...found.keys()].sort();
      const postings = new Map(terms.map((term) => [term, found.get(term).map((text) => root.posting(text))]));
      const lengths = await (early ?? this.#lengths(root, [...weighed].flatMap((term) => postings.get(term))));
      const index = assembled(root, pipeline, terms, postings, weighed, lengths, !counted.length);
      const copied = (clause) => ({ ...clause, fields: [...clause.fields] });
      return queries.map((one) => (one.length ? index.query((query) => (query.clauses = one.map(copied))) : []));
    }

    /** Return the terms that a clause's term stands for, with their rows. */
    async #expanded(root, term, edits) {
      const fields = root.fields.length;
      if (!edits && !term.includes("*")) {
        const name = root.terms.fileOf(term);
        const row = name && (await this.#rows("terms", name, fields)).get(term);
        return row ? [[term, row]] : [];
      }
      if (edits === undefined && isOpen(term)) {
        const prefix = term.replace(/\*+$/, "");
        const files = root.terms.filesOf(prefix);
        if (files.length > MOST_FILES) throw new TooMany();
        const tables = await Promise.all(files.map((name) => this.#rows("terms", name, fields)));
        return tables.flatMap((rows) => [...rows].filter(([one]) => one.startsWith(prefix)));
      }
      const near = await this.#similar(root, term, edits);
      const files = new Set(near.map((one) => root.terms.fileOf(one)));
      if (files.size > MOST_FILES || near.length > MOST_TERMS) throw new TooMany();
      const rows = new Map();
      for (const table of await Promise.all([...files].map((name) => this.#rows("terms", name, fields)))) {
        for (const one of near) if (table.has(one)) rows.set(one, table.get(one));
      }
      return rows;
    }

    /** Return the terms that lunr.js finds for a term with edits, or with wildcards inside. */
    async #similar(root, term, edits) {
      const letters = term.split("").filter((unit) => unit !== "*");
      const stars = term.length - letters.length;
      // In a fuzzy word lunr takes a star for any one letter, else for any number of letters.
      const fuzzy = edits !== undefined;
      const low = fuzzy ? term.length - edits : letters.length;
      const high = fuzzy ? term.length + edits : Infinity;
      const files = root.wordFiles.filter(
        (_, i) => root.wordsFrom[i] <= high && (root.wordsFrom[i + 1] ?? Infinity) >= low,
      );
      const lists = await Promise.all(files.map((name) => this.#file(`words/${name}.js`)));
      const counts = new Map();
      for (const unit of letters) counts.set(unit, (counts.get(unit) ?? 0) + 1);
      const pattern = new RegExp(`^${term.split(/\*+/).map(escaped).join("[^]*")}$`);
      const possible = lists
        .flatMap(words)
        .filter((one) => one.length >= low && one.length <= high)
        .filter((one) => (fuzzy ? isNear(counts, letters.length, one, edits + stars) : pattern.test(one)));
      const wanted = lunr().TokenSet.fromClause(fuzzy ? { term, editDistance: edits } : { term });
      return lunr().TokenSet.fromArray(possible.sort()).intersect(wanted).toArray();
    }

    /** Return the lengths of the documents, by field and ref; `postings` null means of all documents. */
    #lengths(root, postings) {
      if (postings) return this.#lengthsOf(root, postings);
      if (this.#all.root !== root) {
        const lengths = this.#lengthsOf(root, null);
        lengths.catch(() => (this.#all = { root: null, lengths: null }));
        this.#all = { root, lengths };
      }
      return this.#all.lengths;
    }

    async #lengthsOf(root, postings) {
      const names = new Set(postings ? [] : root.lengths.names);
      for (const { refs } of postings ?? []) for (const ref of refs) names.add(root.lengths.fileOf(root.placeOf(ref)));
      const lengths = root.fields.map(() => new Uint32Array(root.top));
      const present = [];
      for (const [documents, ...columns] of await Promise.all(
        [...names].map((name) => this.#file(`lengths/${name}.js`)),
      )) {
        const refs = root.refsOf(documents);
        for (const ref of refs) present.push(ref);
        columns.forEach((column, i) => numbers(column).forEach((length, at) => (lengths[i][refs[at]] = length)));
      }
      return { lengths, present: present.sort((a, b) => a - b) };
    }

    /** Return the refs of the documents that hold a phrase in one of its fields. */
    async #holding(root, { terms, offsets, fields }) {
      const table = new ByTerm(await this.#list(root, "places"));
      const count = root.fields.length;
      const row = async (kind, by, term) => (await this.#rows(kind, by.fileOf(term), count)).get(term);
      const rowsOf = (term) => Promise.all([row("terms", root.terms, term), row("places", table, term)]);
      const read = await Promise.all(terms.map((any) => Promise.all([any].flat().map(rowsOf))));
      const holding = new Set();
      if (read.some((any) => !any.some(([posting, places]) => posting && places))) return holding;
      for (const field of fields) {
        const at = root.fields.indexOf(field);
        let starts = null; // ref -> places where the phrase may begin
        read.forEach((any, i) => {
          const next = new Map();
          for (const [posting, places] of any) {
            if (!posting || !places) continue;
            for (const [ref, found] of placesOf(root.posting(posting[at]), places[at])) {
              const before = starts?.get(ref);
              if (starts && !before) continue;
              const moved = found.map((one) => one - offsets[i]).filter((one) => !before || before.has(one));
              if (moved.length) next.set(ref, new Set([...(next.get(ref) ?? []), ...moved]));
            }
          }
          starts = next;
        });
        for (const ref of starts.keys()) holding.add(ref);
      }
      return holding;
    }
  }

  const escaped = (text) => text.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&");

  /** Return the places of a term in each document of a posting: [ref, places]. */
  function placesOf({ refs, frequencies }, text) {
    const written = numbers(text.replaceAll("~", ""));
    let next = 0;
    return refs.map((ref, i) => {
      const places = [written[next++]];
      for (let n = 1; n < frequencies[i]; n++) places.push(places[n - 1] + written[next++] + 1);
      return [ref, places];
    });
  }

  /** Return the values of each document in a column of a file. */
  function valuesOf([values, text]) {
    const held = [];
    let one = [];
    for (const number of numbers(text)) {
      if (number) one.push(values[(number - 1) >> 1]);
      if (number && (number - 1) & 1) continue; // another follows
      held.push(one);
      one = [];
    }
    return held;
  }

  const HALF = 0.5; // what another form counts beside what was typed

  const refsOf = (results) => results.map(({ ref }) => Number(ref));

  /** The clauses that find another form, where the rest of the query allows it. What is only a condition weighs nothing. */
  function clausesOf({ terms, fields }, clauses) {
    const { REQUIRED, PROHIBITED } = lunr().Query.presence;
    const conditions = clauses.filter(({ presence }) => presence === REQUIRED || presence === PROHIBITED);
    const own = terms.map((term) => ({ term, fields, boost: 1, usePipeline: false, wildcard: 0, presence: REQUIRED }));
    return [...own, ...conditions.map((clause) => ({ ...clause, boost: 0 }))];
  }

  /** Return the results of a query with those of other forms, the best first; of equals the order is as it was. */
  function together(results, forms) {
    const byRef = new Map(results.map((one) => [one.ref, one]));
    for (const form of forms) {
      for (const { ref, score, matchData } of form.results) {
        const known = byRef.get(ref) ?? { ref, score: 0, matchData: { metadata: {} } };
        const metadata = { ...known.matchData.metadata, ...matchData.metadata };
        byRef.set(ref, { ref, score: known.score + score * HALF, matchData: { metadata } });
      }
    }
    return [...byRef.values()].sort((a, b) => b.score - a.score);
  }

  const NO_METADATA = Object.freeze({});

  /** Return a lunr.Index that holds `terms` (sorted) and nothing else, with the weights they have in the whole index. */
  function assembled(root, pipeline, terms, postings, weighed, { lengths, present }, negated) {
    const { fields, boosts, k1, b, count, averages } = root;
    const invertedIndex = Object.create(null);
    const elements = fields.map(() => new Map()); // of each field: ref -> the vector's elements
    terms.forEach((term, rank) => {
      const entry = { _index: rank };
      const holding = postings.get(term).reduce((sum, { refs }) => sum + refs.length, 0);
      const rarity = Math.log(1 + Math.abs((count - holding + 0.5) / (holding + 0.5)));
      postings.get(term).forEach(({ refs, frequencies }, f) => {
        const documents = {};
        for (const ref of refs) documents[ref] = NO_METADATA;
        entry[fields[f]] = documents;
        if (!weighed.has(term)) return;
        refs.forEach((ref, i) => {
          const frequency = frequencies[i];
          // lunr.Builder's formula in its order: sums and products of floating numbers depend on it.
          let weight =
            (rarity * ((k1 + 1) * frequency)) / (k1 * (1 - b + b * (lengths[f][ref] / averages[f])) + frequency);
          weight *= boosts[f];
          weight = Math.round(weight * 1000) / 1000;
          const vector = elements[f].get(ref);
          if (vector) vector.push(rank, weight);
          else elements[f].set(ref, [rank, weight]);
        });
      });
      invertedIndex[term] = entry;
    });
    const fieldVectors = {};
    fields.forEach((field, f) => {
      for (const [ref, vector] of elements[f]) fieldVectors[`${field}/${ref}`] = new (lunr().Vector)(vector);
    });
    // What only forbids finds all other documents.
    if (negated) for (const ref of present) fieldVectors[`${fields[0]}/${ref}`] = new (lunr().Vector)();
    const tokenSet = lunr().TokenSet.fromArray(terms);
    return new (lunr().Index)({ invertedIndex, fieldVectors, tokenSet, fields, pipeline });
  }

  /* ------------------------------------------------- the index in one file */

  /** An index in one file, loaded by lunr.Index.load: for small editions. It knows no places, so of a phrase only the
   * words are asked for. */
  class Whole {
    constructor(index, documents = []) {
      this.index = index;
      this.shown = documents;
    }

    async open() {}

    expect() {}

    expectPhrases() {}

    async about() {
      return { fields: this.index.fields, count: this.shown.length, phrases: false };
    }

    async begins(prefix) {
      let node = this.index.tokenSet;
      for (const unit of prefix.split("")) {
        node = node.edges[unit];
        if (!node) return false;
      }
      return true;
    }

    async renew() {}

    async variants() {
      return new Map();
    }

    async query(clauses) {
      const asked = clauses.map((clause) => ({ ...clause, fields: [...clause.fields] }));
      return { results: this.index.query((query) => (query.clauses = asked)), root: null, also: [] };
    }

    async documents(refs) {
      return refs.map((ref) => this.shown[ref] ?? null);
    }

    async values(refs) {
      return refs.map(() => []);
    }

    async find() {
      return { found: [], root: null };
    }
  }

  /* -------------------------------------------------------------- queries */

  const MOST_EDITS = 2; // a fuzzy word with more takes lunr.js seconds and finds nearly everything
  const FEWEST_LETTERS = 2; // beside a wildcard: `*` and `a*` would bring in the whole index
  const PHRASE = /(^|\s)([+-]?)(?:(\w+):)?([+-]?)"([^"]*)"(?=$|[\s.,;:!?)\]}])/g;

  /** Return the query with its signs taken as plain characters; wildcards stay. */
  function plain(query) {
    return query.replace(/-+/g, " ").replace(/(^|\s)\++/g, "$1").replace(/[\\:~^]/g, "\\$&");
  }

  /** Return the terms of a phrase, and how far each stands from the first. */
  function termsOfPhrase(text) {
    const terms = [];
    const places = [];
    lunr()
      .tokenizer(text)
      .forEach((token, place) => {
        const trimmed = lunr().trimmer(token).toString();
        if (!trimmed || isStopWord(trimmed)) return;
        terms.push(stem(trimmed));
        places.push(place);
      });
    return { terms, offsets: places.map((one) => one - places[0]) };
  }

  /** Return the clause as the index can answer it, or null if nothing is left to ask. */
  async function answerable(source, clause) {
    const wild = clause.usePipeline === false;
    const edges = wild ? /^[^\w*]+|[^\w*]+$/g : /^\W+|\W+$/g;
    let term = clause.term.replace(edges, "");
    const letters = term.replaceAll("*", "");
    if (!letters || (wild && letters.length < FEWEST_LETTERS)) return null;
    const made = { ...clause };
    if ("editDistance" in clause) {
      made.editDistance = Math.min(clause.editDistance, MOST_EDITS);
    } else if (!wild && isStopWord(term)) {
      return null; // a stop word is in no document: required, it would exclude them all
    }
    if (wild && term.indexOf("*") === term.length - 1 && !(await source.begins(letters))) {
      // The index holds stems: of `examination` only `examin`.
      term = `${stem(letters)}*`;
    }
    made.term = term;
    return made;
  }

  const LONGEST = 8; // words of a form at most; as in generator/search/variants.py
  const MOST_FORMS = 24; // forms that one query may bring in
  const MOST_OF_WORDS = 3; // and those among them that have several words, which need the places of these

  /** Return the terms of words in a row, very common ones included. */
  const keyOf = (words) => words.flatMap(termsOf).filter(Boolean).join(" ");

  /** Whether a clause is a word and nothing else. */
  const isWord = ({ term, editDistance, usePipeline }) =>
    editDistance === undefined && usePipeline !== false && !term.includes("*");

  /**
   * Return the words in `clauses`, as they were typed, and the `phrases` and words `quoted` that may have other forms:
   * {key, fields, of}, where `of` is the clause or phrase if it is one, not several words in a row; `at` the place
   * in a phrase.
   */
  function askedFor(clauses, phrases, quoted, count) {
    const { OPTIONAL, PROHIBITED } = lunr().Query.presence;
    const asked = [];
    for (const clause of clauses) {
      if (!isWord(clause) || clause.presence === PROHIBITED) continue;
      asked.push({ key: keyOf([clause.term]), fields: clause.fields, of: clause });
    }
    const isPlain = (one) => isWord(one) && one.presence === OPTIONAL && one.boost === 1 && one.fields.length === count;
    for (let from = 0; from < clauses.length; from++) {
      for (let to = from + 1; to <= clauses.length && to - from <= LONGEST && isPlain(clauses[to - 1]); to++) {
        const row = clauses.slice(from, to);
        const key = keyOf(row.map(({ term }) => term));
        if (row.length > 1) asked.push({ key, fields: row[0].fields, of: null });
      }
    }
    for (const clause of quoted) {
      // In quotation marks a word alone is meant as it stands; not so one that very common words stand beside.
      const { terms, text, forbidden } = clause.phrase;
      if (terms.length > 1 || forbidden || !/\S\s+\S/.test(text)) continue;
      asked.push({ key: clause.term, fields: clause.fields, of: clause });
    }
    for (const phrase of phrases) {
      if (phrase.forbidden) continue;
      asked.push({ key: keyOf([phrase.text]), fields: phrase.fields, of: phrase });
      phrase.terms.forEach(([term], at) => asked.push({ key: term, fields: phrase.fields, of: phrase, at }));
    }
    return asked.filter(({ key }) => key);
  }

  /**
   * Return the other forms of what `clauses`, `phrases` and words `quoted` ask for, for Shards.query. What is required may be any of its
   * forms: its clause is `relaxed`, with its terms. Within a phrase a word may be another at its place.
   */
  async function otherForms(source, clauses, phrases, quoted) {
    const { fields } = await source.about();
    const { OPTIONAL, REQUIRED, PROHIBITED } = lunr().Query.presence;
    const asked = askedFor(clauses, phrases, quoted, fields.length);
    if (!asked.length) return [];
    const known = await source.variants(asked.map(({ key }) => key));
    const says = (clause) => clause.presence !== PROHIBITED && !(isWord(clause) && isStopWord(clause.term));
    const alone = !clauses.some(says) && !quoted.length;
    const made = [];
    for (const { key, fields, of, at } of asked) {
      // A very common word is in no index; among others its forms would say nothing either.
      if (of && !phrases.includes(of) && isStopWord(of.term) && !alone) continue;
      for (const text of known.get(key) ?? []) {
        const { terms, offsets } = termsOfPhrase(fold(text));
        const one = { text, terms, offsets, fields, of: at === undefined ? of : null };
        if (at === undefined) {
          made.push(one);
        } else if (terms.length === 1) {
          of.terms[at].push(terms[0]);
          made.push(one);
        }
      }
    }
    const ofWords = made.filter(({ terms }) => terms.length > 1).slice(0, MOST_OF_WORDS);
    const least = made.filter((one) => one.terms.length < 2 || ofWords.includes(one)).slice(0, MOST_FORMS);
    for (const clause of [...clauses, ...quoted]) {
      if (clause.presence !== REQUIRED || !least.some(({ of }) => of === clause)) continue;
      clause.presence = OPTIONAL;
      clause.relaxed = clause.phrase ? [clause.term] : termsOf(clause.term);
    }
    for (const phrase of phrases) phrase.varied = phrase.terms.some((any) => any.length > 1) || least.some(({ of }) => of === phrase);
    return least;
  }

  /** Return the clauses, phrases and other forms of a folded query. Throws lunr.QueryParseError. */
  async function understood(source, query, signs, exact) {
    const { fields } = await source.about();
    const { OPTIONAL, REQUIRED, PROHIBITED } = lunr().Query.presence;
    const phrases = [];
    const clauses = [];
    const quoted = [];
    const rest = query.replace(PHRASE, (whole, before, sign, field, late, text) => {
      const known = !field || fields.includes(field);
      if (!known && signs) return whole; // lunr.js refuses it
      const forbidden = (sign || late) === "-";
      const { terms, offsets } = termsOfPhrase(text);
      const asked = { terms: terms.map((term) => [term]), offsets, fields: field && known ? [field] : fields, forbidden, text };
      if (terms.length > 1) phrases.push(asked);
      if (!forbidden || terms.length === 1) {
        for (const term of terms) {
          const presence = forbidden ? PROHIBITED : terms.length > 1 ? REQUIRED : presenceOf(sign || late);
          quoted.push({ term, fields: asked.fields, boost: 1, usePipeline: false, wildcard: 0, presence, phrase: asked });
        }
      }
      return known ? before : `${before}${field} `;
    });
    const read = new (lunr().QueryParser)(signs ? rest : plain(rest), new (lunr().Query)(fields)).parse();
    source.expect([...read.clauses, ...quoted]);
    const [variants, ...answered] = await Promise.all([
      exact ? [] : otherForms(source, read.clauses, phrases, quoted),
      ...read.clauses.map((clause) => answerable(source, clause)),
    ]);
    const ask = (clause, made) => {
      for (const variant of variants) if (variant.of === clause) variant.of = made;
      clauses.push(made);
    };
    for (const clause of quoted) {
      const { phrase, ...made } = clause;
      // The words of a phrase that has other forms need not be there.
      if (phrase.varied && made.presence === REQUIRED) made.presence = OPTIONAL;
      ask(clause, made);
    }
    read.clauses.forEach((clause, i) => {
      const { presence, relaxed } = clause;
      if (answered[i]) ask(clause, { ...answered[i], presence, relaxed });
    });
    // A forbidden phrase by itself: all documents but those that hold it.
    if (phrases.length && !clauses.length) {
      clauses.push({ term: "", fields, boost: 1, usePipeline: false, wildcard: 0, presence: PROHIBITED });
    }
    return { clauses, phrases, variants };
  }

  function presenceOf(sign) {
    const { OPTIONAL, REQUIRED, PROHIBITED } = lunr().Query.presence;
    return sign === "+" ? REQUIRED : sign === "-" ? PROHIBITED : OPTIONAL;
  }

  /**
   * Return what a query asks for: clauses for lunr.js, phrases, other forms of its words unless it is `exact`, and whether
   * its signs were taken as plain text.
   */
  async function read(source, text, exact = false) {
    // A dash typed as `--`, or a sign with spaces about it, forbids or requires nothing.
    const folded = fold(text);
    if (folded.includes('"')) source.expectPhrases();
    const query = folded
      .replace(/(\S)--+/g, "$1 ")
      .replace(/(^|\s)[+-]+(?=\s|$)/g, "$1");
    try {
      return { ...(await understood(source, query, true, exact)), plain: false };
    } catch (error) {
      if (!(error instanceof lunr().QueryParseError)) throw error;
    }
    return { ...(await understood(source, query, false, exact)), plain: true };
  }

  /**
   * Return what a query finds: `results` as lunr.js gives them, and the `root` they are of; `asked`, how many words were searched for; `plain`,
   * whether its signs had to be taken as plain characters because they make no query; `tooMany`, whether it would
   * bring in too many words; `also`, the other forms that were found, which are not looked for if it is `exact`.
   */
  async function searchFor(source, text, exact = false) {
    const { clauses, phrases, variants, plain: taken } = await read(source, text, exact);
    const about = { asked: clauses.length + variants.length, plain: taken, tooMany: false };
    // To lunr.js a query without clauses is a negation of nothing, and finds every document.
    if (!about.asked) return { results: [], root: null, also: [], ...about };
    try {
      return { ...(await source.query(clauses, phrases, variants)), ...about };
    } catch (error) {
      if (!(error instanceof TooMany)) throw error;
      return { results: [], root: null, also: [], ...about, tooMany: true };
    }
  }

  const LAST_WORD = /(?:^|\s)(\w{3,})$/;

  /**
   * Return the query with its last word, perhaps half typed, as a prefix that the index knows; empty if none. As many
   * letters as `less` may be left out: the index holds stems, and `examinati` begins none.
   */
  async function asPrefix(source, text, less) {
    const last = LAST_WORD.exec(fold(text));
    if (!last) return "";
    const word = last[1].toLowerCase();
    for (let length = word.length; length >= Math.max(3, word.length - less); length--) {
      if (await source.begins(word.slice(0, length))) {
        return `${fold(text).slice(0, -word.length)}${word.slice(0, length)}*`;
      }
    }
    return "";
  }

  /** Return the query with its last word allowed one wrong letter; empty if it has none. */
  function asFuzzy(text) {
    const last = LAST_WORD.exec(fold(text));
    return last && last[1].length > 3 ? `${fold(text)}~1` : "";
  }

  /* -------------------------------------------------------------- session */

  const REMEMBERED = 12; // searches whose results can still be asked for

  const first = (date) => date.split("/")[0];
  const last = (date) => date.split("/").at(-1);

  /** What can be counted and is no column itself: the column it comes from, and how. */
  const DERIVED = {
    year: ["date", (date) => first(date).slice(0, 4)],
    month: ["date", (date) => (first(date).slice(0, 7) === last(date).slice(0, 7) ? first(date).slice(0, 7) : "")],
  };

  const ORDERS = {
    relevance: null,
    oldest: (a, b) => (a < b ? -1 : a > b ? 1 : 0),
    newest: (a, b) => (a < b ? 1 : a > b ? -1 : 0),
  };

  /** What a page talks to: every answer is a plain value, so it may come from a Worker. */
  class Session {
    #source;
    #searches = new Map(); // id -> {text, by, order, found, root, about, kept}
    #last = 0;

    constructor(source) {
      this.#source = source;
    }

    /** Load what every query needs; return {fields, count, phrases, language}. */
    async open() {
      await this.#source.open();
      return this.#source.about();
    }

    /**
     * Search; `exact` for nothing but what is typed. Returns {id, total, refs, scores, asked, plain, tooMany, also}:
     * `refs` and `scores` of all documents found, the best first; see `search` for the rest.
     */
    async search(text, exact = false) {
      const search = { text, exact, by: {}, order: "relevance" };
      await this.#ask(search);
      return this.#remember(search);
    }

    /**
     * Narrow search `id` to the documents that have one of the values in each column of `by` (volume, year, month, kind,
     * classification, person, term, place: lists of values; date: [first day, last day], either may be empty), in
     * the order relevance, oldest or newest. Returns a new search as `search` does; `id` stays as it is.
     */
    async narrow(id, by = {}, order = "relevance") {
      const search = { ...this.#searches.get(id), by, order };
      if (!search.found) throw new Error("the search is forgotten");
      await this.#steady(search, () => this.#narrow(search));
      return this.#remember(search);
    }

    /**
     * Return {results, again}: results `from`-`to` of search `id`, each {ref, score, terms: {term: [fields]}, shown: what
     * is shown of it}. `again` is null, or, if the site was published anew and the search had to be made again, what
     * `search` would now return: numbers and places of results may be others.
     */
    async results(id, from, to) {
      const search = this.#searches.get(id);
      if (!search) return { results: [], again: null };
      const [results, again] = await this.#steady(search, async () => {
        const part = search.kept.slice(from, to);
        const shown = await this.#source.documents(refsOf(part), search.root);
        return part.map(({ ref, score, matchData: { metadata } }, i) => {
          const terms = Object.entries(metadata).map(([term, fields]) => [term, Object.keys(fields)]);
          return { ref: Number(ref), score, terms: Object.fromEntries(terms), shown: shown[i] };
        });
      });
      return { results, again: again ? this.#told(id, search) : null };
    }

    /**
     * Return {counts, again}: how many of the documents of search `id` have each value of a column (see `narrow`), as
     * [value, count], the most frequent first. What the search was narrowed to in the same column is left out of
     * account, so that other values can be chosen too. `again` as in `results`.
     */
    async counts(id, column) {
      const search = this.#searches.get(id);
      if (!search) return { counts: [], again: null };
      const [counts, again] = await this.#steady(search, async () => {
        const of = DERIVED[column]?.[0] ?? column;
        const left = Object.entries(search.by).filter(([name]) => (DERIVED[name]?.[0] ?? name) !== of);
        const counted = new Map();
        for (const values of await this.#values(search, await this.#having(search, left), column)) {
          for (const value of new Set(values)) if (value) counted.set(value, (counted.get(value) ?? 0) + 1);
        }
        return [...counted].sort(([a, n], [b, m]) => m - n || ORDERS.oldest(a, b));
      });
      return { counts, again: again ? this.#told(id, search) : null };
    }

    /**
     * Look documents up by what they bear: {value, shown} of those, of one volume or of all (""), with a value in
     * `column` (page, file, item, and those of `narrow`) that fits a regular expression, in the order of the edition.
     */
    async find(column, pattern, volume = "", most = 20) {
      const looked = { found: [], root: null };
      const look = async () => Object.assign(looked, await this.#source.find(column, pattern, volume, most));
      await look();
      const [shown] = await this.#renewed(looked, look, () => this.#source.documents(refsOf(looked.found), looked.root));
      const { found } = looked;
      return found.map(({ value }, i) => ({ value, shown: shown[i] })).filter((one) => one.shown);
    }

    async #ask(search) {
      const { results, root, ...about } = await searchFor(this.#source, search.text, search.exact);
      Object.assign(search, { found: results, root, about });
      await this.#narrow(search);
    }

    /** Run `work` on a search; if its index is gone, make the search again on the newest. Returns what `work` returned,
     * and whether that was so. */
    #steady(search, work) {
      return this.#renewed(search, () => this.#ask(search), work);
    }

    async #renewed(made, again, work) {
      for (let renewals = 0; ; renewals++) {
        try {
          return [await work(), renewals > 0];
        } catch (error) {
          if (!(error instanceof Missing) || renewals === RENEWALS.length) throw error;
          await pause(RENEWALS[renewals]);
          await this.#source.renew(made.root);
          await again();
        }
      }
    }

    async #narrow(search) {
      let kept = await this.#having(search, Object.entries(search.by));
      const compare = ORDERS[search.order];
      if (compare) {
        const dates = await this.#values(search, kept, "date");
        const dated = kept.map((one, i) => [first(dates[i][0] ?? ""), one]);
        dated.sort(([a], [b]) => (a && b ? compare(a, b) : a ? -1 : b ? 1 : 0)); // those without a date last
        kept = dated.map(([, one]) => one);
      }
      search.kept = kept;
    }

    /** The results of a search that have one of the values wanted in each column. */
    async #having(search, wanted) {
      let kept = search.found;
      for (const [column, values] of wanted) {
        const of = await this.#values(search, kept, column);
        const [from, to] = values;
        const fits =
          column === "date"
            ? (date) => (!to || first(date) <= to) && (!from || last(date) >= from)
            : (value) => values.includes(value);
        kept = kept.filter((_, i) => of[i].some(fits));
      }
      return kept;
    }

    async #values(search, results, column) {
      const [of, derive] = DERIVED[column] ?? [column, (value) => value];
      const values = await this.#source.values(refsOf(results), of, search.root);
      return values.map((one) => one.map(derive));
    }

    #remember(search) {
      const id = ++this.#last;
      this.#searches.set(id, search);
      this.#searches.delete(id - REMEMBERED);
      return this.#told(id, search);
    }

    #told(id, { kept, about }) {
      const scores = Float64Array.from(kept, ({ score }) => score);
      return { id, total: kept.length, refs: Int32Array.from(refsOf(kept)), scores, ...about };
    }

    /** See `asPrefix`. */
    async asPrefix(text, less) {
      return asPrefix(this.#source, text, less);
    }
  }

  const METHODS = ["open", "search", "narrow", "results", "counts", "find", "asPrefix"];

  /** Return a session that works in a Worker, so that the page never waits for it; fails where there are none. */
  function inWorker(engine, lunrFile, base) {
    const worker = new Worker(engine);
    const waiting = new Map();
    let last = 0;
    const ask = (method, ...given) =>
      new Promise((done, failed) => {
        waiting.set(++last, { done, failed });
        worker.postMessage({ number: last, method, given });
      });
    worker.onmessage = ({ data: { number, answer, error } }) => {
      const { done, failed } = waiting.get(number);
      waiting.delete(number);
      if (error) failed(new Error(error));
      else done(answer);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      for (const { failed } of waiting.values()) failed(new Error(event.message || "the Worker does not start"));
      waiting.clear();
    };
    const session = Object.fromEntries(METHODS.map((method) => [method, (...given) => ask(method, ...given)]));
    session.open = async () => {
      const about = await ask("open");
      speak(about.language); // for the marks, which the page makes by itself
      return about;
    };
    return ask("begin", lunrFile, base).then(() => session);
  }

  /**
   * Return a session on the index below `base`, in a Worker where that can be. All three are whole addresses; lunr.js
   * must be in the page too, for the marks.
   */
  async function connect(engine, lunrFile, base) {
    if (base.startsWith("file:")) return new Session(new Shards(fromDisk(base)));
    try {
      return await inWorker(engine, lunrFile, base);
    } catch {
      return new Session(new Shards(fromServer(base)));
    }
  }

  async function answerPage({ data: { number, method, given } }) {
    try {
      let answer = null;
      if (method === "begin") {
        scope.importScripts(given[0]);
        scope.session = new Session(new Shards(fromServer(given[1])));
      } else {
        answer = await scope.session[method](...given);
      }
      scope.postMessage({ number, answer });
    } catch (error) {
      scope.postMessage({ number, error: String(error.message || error) });
    }
  }

  const engine = {
    Missing,
    Session,
    Shards,
    TooMany,
    Whole,
    asFuzzy,
    asPrefix,
    connect,
    fold,
    numbers,
    plain,
    read,
    speak,
    speakAs,
    search: searchFor,
    termsOf,
  };
  if (typeof module === "object" && module.exports) module.exports = engine;
  else if (typeof scope.importScripts === "function") scope.onmessage = answerPage;
  else scope.editionSearchEngine = engine;
})(typeof self === "object" ? self : globalThis);
