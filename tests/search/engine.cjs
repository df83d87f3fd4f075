// Calls functions of the search engine on an index in files. Arguments: lunr.js, search-engine.js. Standard input: JSON
// {folder, calls: [[name, ...arguments]]}; search, asPrefix and numbers are the engine's, all else the index's.
// `publish` with a folder is a publication: from then on the files are those of that folder. Standard output: JSON list
// of {answer, files: paths read, rounds, milliseconds}; a round is a set of files asked for before any of them came.
"use strict";
const fs = require("node:fs");

const [lunrFile, engineFile] = process.argv.slice(2);
globalThis.lunr = require(lunrFile);
const engine = require(engineFile);

const { folder, calls } = JSON.parse(fs.readFileSync(0, "utf8"));
let current = folder;
let files = [];
let rounds = 0;
let waiting = 0;

async function load(path) {
  files.push(path);
  if (!waiting++) rounds++;
  await new Promise((done) => setTimeout(done, 5));
  waiting--;
  const file = `${current}/${path}`;
  if (!fs.existsSync(file)) throw new engine.Missing(path);
  const text = fs.readFileSync(file, "utf8");
  return JSON.parse(text.slice(text.indexOf(",") + 1, text.lastIndexOf(")")));
}

(async () => {
  const shards = new engine.Shards(load);
  const answers = [];
  for (const [name, ...given] of calls) {
    files = [];
    rounds = 0;
    let answer = null;
    const start = performance.now();
    try {
      if (name === "publish") current = given[0];
      else if (name === "search") {
        const found = await engine.search(shards, ...given);
        answer = { ...found, results: undefined, refs: found.results.map(({ ref }) => Number(ref)) };
      } else if (name === "asPrefix") answer = await engine.asPrefix(shards, ...given);
      else if (name === "numbers") answer = engine.numbers(...given);
      else answer = (await shards[name](...given)) ?? null;
    } catch (error) {
      answer = { error: error.constructor.name, message: error.message };
    }
    answers.push({ answer, files, rounds, milliseconds: performance.now() - start });
  }
  process.stdout.write(JSON.stringify(answers));
})();
