// Calls functions of the search page. Arguments: lunr.js, search.js. Standard input: JSON {index, calls: [[name,
// ...arguments]]}; the index is handed to the functions that ask for one, terms are made a Set. Standard output: JSON
// list of results.
"use strict";
const fs = require("node:fs");

const [lunrFile, searchFile] = process.argv.slice(2);
const lunr = (globalThis.lunr = require(lunrFile));
const page = require(searchFile);

const { index, calls } = JSON.parse(fs.readFileSync(0, "utf8"));
const source = index && new page.Whole(lunr.Index.load(index));

async function answer([name, ...given]) {
  if (name === "search") {
    const { results, asked, plain } = await page.search(source, ...given);
    return { refs: results.map(({ ref }) => ref), asked, plain };
  }
  if (name === "asPrefix") return page.asPrefix(source, ...given);
  if (name === "passage" || name === "marked") return page[name](given[0], new Set(given[1]));
  return page[name](...given);
}

Promise.all(calls.map(answer)).then((answers) => process.stdout.write(JSON.stringify(answers)));
