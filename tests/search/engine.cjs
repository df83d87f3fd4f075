// Calls functions of the search engine on an index in files. Arguments: lunr.js, search-engine.js. Standard input: JSON
// {folder, calls: [[name, ...arguments]]}; search, asPrefix, numbers and termsOf are the engine's, what begins with `session.` is
// its session's, all else the index's. `publish` with a folder is a publication: from then on the files are those of that
// folder; `forget` begins with a new index; `later` lets milliseconds pass. Standard output: JSON list of {answer, files:
// paths read, rounds, milliseconds}; a file asked for after another has come is of a later round.
"use strict";
const fs = require("node:fs");

const [lunrFile, engineFile] = process.argv.slice(2);
globalThis.lunr = require(lunrFile);
const engine = require(engineFile);

const { folder, calls } = JSON.parse(fs.readFileSync(0, "utf8"));
let current = folder;
let later = 0;
const now = Date.now;
Date.now = () => now() + later;
let files = [];
let rounds = 0; // those that have come
const answers = [];

async function load(path) {
  files.push(path);
  const [round, during] = [rounds + 1, answers.length];
  await new Promise((done) => setTimeout(done, 20));
  rounds = Math.max(rounds, during === answers.length ? round : 1);
  const file = `${current}/${path}`;
  if (!fs.existsSync(file)) throw new engine.Missing(path);
  const text = fs.readFileSync(file, "utf8");
  return JSON.parse(text.slice(text.indexOf(",") + 1, text.lastIndexOf(")")));
}

(async () => {
  let shards = new engine.Shards(load);
  let session = new engine.Session(shards);
  for (const [name, ...given] of calls) {
    files = [];
    rounds = 0;
    let answer = null;
    const start = performance.now();
    try {
      if (name === "publish") current = given[0];
      else if (name === "later") {
        later += given[0];
        await new Promise((done) => setTimeout(done, 100));
      } else if (name === "forget") {
        shards = new engine.Shards(load);
        session = new engine.Session(shards);
      } else if (name.startsWith("session.")) answer = await session[name.slice(8)](...given);
      else if (name === "search") {
        const found = await engine.search(shards, ...given);
        answer = { ...found, results: undefined, root: undefined, refs: found.results.map(({ ref }) => Number(ref)) };
      } else if (name === "asPrefix") answer = await engine.asPrefix(shards, ...given);
      else if (name === "numbers" || name === "termsOf") answer = engine[name](...given);
      else answer = (await shards[name](...given)) ?? null;
    } catch (error) {
      answer = { error: error.constructor.name, message: error.message };
    }
    answers.push({ answer, files, rounds, milliseconds: performance.now() - start });
  }
  process.stdout.write(JSON.stringify(answers));
})();
