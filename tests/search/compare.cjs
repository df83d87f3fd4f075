// Builds an index of the same documents with lunr.Builder and compares it with the prebuilt one.
// Arguments: lunr.js, search.js. Standard input: JSON {language, fields, boosts, b, k1, documents: [[ref, {field: text}]],
// index, queries}; language is as in the root of an index, null or nothing for English. Standard output: JSON {terms, weights,
// answered, refused, differences}.
"use strict";
const fs = require("node:fs");

const [lunrFile, searchFile] = process.argv.slice(2);
const lunr = (globalThis.lunr = require(lunrFile));
const { fold, speak } = require(searchFile);

const given = JSON.parse(fs.readFileSync(0, "utf8"));
const differences = [];
const differ = (what, ours, theirs) => {
  if (differences.length < 20) differences.push({ what, ours, theirs });
};

const { language = null } = given;
speak(language);
const stop = language ? lunr.generateStopWordFilter(language.stopWords.split(" ").filter(Boolean)) : lunr.stopWordFilter;
const stemmer = language ? lunr.Pipeline.registeredFunctions[`stemmer-${language.code}`] : lunr.stemmer;
const builder = new lunr.Builder();
builder.pipeline.add(lunr.trimmer, stop, stemmer);
builder.searchPipeline.add(stemmer);
builder.b(given.b);
builder.k1(given.k1);
given.fields.forEach((field, i) => builder.field(field, { boost: given.boosts[i] }));
for (const [id, fields] of given.documents) {
  const document = { id };
  for (const field of given.fields) document[field] = fold(fields[field] ?? "");
  builder.add(document);
}

const ask = (index, query) => {
  try {
    return index.search(query).map(({ ref, score, matchData }) => ({
      ref,
      score,
      terms: Object.keys(matchData.metadata).sort(),
    }));
  } catch (error) {
    if (error instanceof lunr.QueryParseError) return error.message;
    throw error;
  }
};

// 1. lunr's index as it is: the same documents and scores, but for the last bits, as it adds in another order.
const stock = builder.build();
const stockAnswers = given.queries.map((query) => ask(stock, query));

// 2. lunr's index with the terms numbered in their order and without the empty term: the same in every bit.
delete builder.invertedIndex[""];
for (const frequencies of Object.values(builder.fieldTermFrequencies)) delete frequencies[""];
const terms = Object.keys(builder.invertedIndex).sort();
terms.forEach((term, rank) => (builder.invertedIndex[term]._index = rank));
const numbered = builder.build();
const numberedAnswers = given.queries.map((query) => ask(numbered, query));

const ours = lunr.Index.load(given.index);
const written = JSON.parse(JSON.stringify(numbered));
for (const part of Object.keys(written)) {
  if (part === "fieldVectors" || part === "invertedIndex") continue;
  if (JSON.stringify(written[part]) !== JSON.stringify(given.index[part])) {
    differ(part, given.index[part], written[part]);
  }
}
let weights = 0;
for (const part of ["fieldVectors", "invertedIndex"]) {
  if (written[part].length !== given.index[part].length) {
    differ(`length of ${part}`, given.index[part].length, written[part].length);
  }
  written[part].forEach((entry, i) => {
    if (part === "fieldVectors") weights += entry[1].length / 2;
    if (JSON.stringify(entry) !== JSON.stringify(given.index[part][i])) differ(part, given.index[part][i], entry);
  });
}

const CLOSE = 1e-9;
let answered = 0;
let refused = 0;
given.queries.forEach((query, i) => {
  const answer = ask(ours, query);
  if (typeof answer === "string") refused++;
  else if (answer.length) answered++;
  if (JSON.stringify(answer) !== JSON.stringify(numberedAnswers[i])) differ(query, answer, numberedAnswers[i]);
  if (typeof answer === "string" || typeof stockAnswers[i] === "string") return;
  const scores = new Map(stockAnswers[i].map(({ ref, score }) => [ref, score]));
  const same =
    answer.length === scores.size &&
    answer.every(({ ref, score }, place) => {
      const atPlace = stockAnswers[i][place];
      return Math.abs(scores.get(ref) - score) < CLOSE && Math.abs(atPlace.score - score) < CLOSE;
    });
  if (!same) differ(`stock order: ${query}`, answer.slice(0, 5), stockAnswers[i].slice(0, 5));
});

process.stdout.write(JSON.stringify({ terms: terms.length, weights, answered, refused, differences }));
