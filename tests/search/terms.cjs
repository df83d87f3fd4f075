// Takes texts apart with lunr.js and the search page's own `fold`.
// Arguments: lunr.js, search.js. Standard input: JSON {language, texts, words, folds}; language is as in the root of an
// index, null for English. Standard output: JSON with, for each text, its terms in order (the empty term included); for
// each word, its stem; for each string to fold, what became of it.
"use strict";
const fs = require("node:fs");

const [lunrFile, searchFile] = process.argv.slice(2);
globalThis.lunr = require(lunrFile);
const { fold, speak } = require(searchFile);

const { language = null, texts = [], words = [], folds = [] } = JSON.parse(fs.readFileSync(0, "utf8"));
speak(language);
const name = language?.table ? `stemmer-${language.code}` : "stemmer";
const stem = language && !language.table ? (token) => token : lunr.Pipeline.registeredFunctions[name];
const stop = language ? lunr.generateStopWordFilter(language.stopWords.split(" ").filter(Boolean)) : lunr.stopWordFilter;
const pipeline = new lunr.Pipeline();
pipeline._stack = [lunr.trimmer, stop, stem];

const answer = {
  texts: texts.map((text) => pipeline.run(lunr.tokenizer(fold(text))).map(String)),
  words: words.map((word) => stem(new lunr.Token(word)).toString()),
  folds: folds.map(fold),
};
process.stdout.write(JSON.stringify(answer));
