// Takes texts apart with lunr.js and the search page's own `fold`.
// Arguments: lunr.js, search.js. Standard input: JSON {texts, words, folds}. Standard output: JSON with, for each text,
// its terms in order (the empty term included); for each word, its stem; for each string to fold, what became of it.
"use strict";
const fs = require("node:fs");

const [lunrFile, searchFile] = process.argv.slice(2);
globalThis.lunr = require(lunrFile);
const { fold } = require(searchFile);

const pipeline = new lunr.Pipeline();
pipeline.add(lunr.trimmer, lunr.stopWordFilter, lunr.stemmer);

const { texts = [], words = [], folds = [] } = JSON.parse(fs.readFileSync(0, "utf8"));
const answer = {
  texts: texts.map((text) => pipeline.run(lunr.tokenizer(fold(text))).map(String)),
  words: words.map((word) => lunr.stemmer(new lunr.Token(word)).toString()),
  folds: folds.map(fold),
};
process.stdout.write(JSON.stringify(answer));
