// Asks the index in files and an index that lunr.Builder makes of the same documents the same queries, and compares
// order, scores (to the last bit) and matches.
// Arguments: lunr.js, search-engine.js. Standard input: JSON {folder, language, fields, boosts, b, k1, documents: [[ref,
// {field: text}]], queries}; folder holds the files of the index, language is as in their root. Standard output: JSON {terms, results, answered, refused,
// tooMany, differences}.
"use strict";
const fs = require("node:fs");

const [lunrFile, engineFile] = process.argv.slice(2);
const lunr = (globalThis.lunr = require(lunrFile));
const engine = require(engineFile);

const given = JSON.parse(fs.readFileSync(0, "utf8"));

engine.speak(given.language);
const { language } = given;
const stopWordFilter = language ? lunr.generateStopWordFilter(language.stopWords.split(" ").filter(Boolean)) : lunr.stopWordFilter;
const registered = lunr.Pipeline.registeredFunctions[`stemmer-${language?.code}`];
const stemmers = !language ? [lunr.stemmer] : registered ? [registered] : [];

function whole() {
  const builder = new lunr.Builder();
  builder.pipeline.add(lunr.trimmer, stopWordFilter, ...stemmers);
  builder.searchPipeline.add(...stemmers);
  builder.b(given.b);
  builder.k1(given.k1);
  given.fields.forEach((field, i) => builder.field(field, { boost: given.boosts[i] }));
  for (const [id, fields] of given.documents) {
    const document = { id };
    for (const field of given.fields) document[field] = engine.fold(fields[field] ?? "");
    builder.add(document);
  }
  // The terms in their order (sums depend on it), and no empty term.
  delete builder.invertedIndex[""];
  for (const frequencies of Object.values(builder.fieldTermFrequencies)) delete frequencies[""];
  Object.keys(builder.invertedIndex)
    .sort()
    .forEach((term, rank) => (builder.invertedIndex[term]._index = rank));
  return builder.build();
}

async function load(path) {
  const text = fs.readFileSync(`${given.folder}/${path}`, "utf8");
  return JSON.parse(text.slice(text.indexOf(",") + 1, text.lastIndexOf(")")));
}

/** The clauses of a query as lunr.Index.search has them; null if it is none. */
function parsed(query) {
  const read = new lunr.Query(given.fields);
  try {
    new lunr.QueryParser(query, read).parse();
  } catch (error) {
    if (error instanceof lunr.QueryParseError) return null;
    throw error;
  }
  return read.clauses;
}

const matches = ({ matchData: { metadata } }) => JSON.stringify(metadata);

function difference(ours, theirs) {
  if (ours.length !== theirs.length) return [ours.length, theirs.length];
  const at = ours.findIndex(
    (one, i) => one.ref !== theirs[i].ref || one.score !== theirs[i].score || matches(one) !== matches(theirs[i]),
  );
  return at < 0 ? null : [at, ours[at], theirs[at]];
}

(async () => {
  const stock = whole();
  const counts = { terms: Object.keys(stock.invertedIndex).length, results: 0, answered: 0, refused: 0, tooMany: 0 };
  const differences = [];
  const shards = new engine.Shards(load);
  const all = new engine.Whole(stock);
  for (const query of given.queries) {
    const compare = (how, ours, theirs) => {
      counts.results += ours.length;
      const found = difference(ours, theirs);
      if (found) differences.push({ how, query, found });
    };
    // 1. As lunr itself reads the query.
    const clauses = parsed(query);
    if (!clauses) {
      counts.refused++;
    } else if (clauses.length) {
      try {
        const { results: ours } = await shards.query(clauses);
        if (ours.length) counts.answered++;
        compare("lunr's", ours, stock.search(query));
      } catch (error) {
        if (!(error instanceof engine.TooMany)) throw error;
        counts.tooMany++;
      }
    }
    // 2. As the search page reads it.
    const ours = await engine.search(shards, query);
    if (ours.tooMany) continue;
    const { clauses: understood, phrases } = await engine.read(all, query);
    if (!phrases.length) compare("the page's", ours.results, understood.length ? (await all.query(understood)).results : []);
  }
  process.stdout.write(JSON.stringify({ ...counts, differences: differences.slice(0, 10) }));
})();
