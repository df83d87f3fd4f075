// Runs a data script as a page from a disk does. Standard input: the script. Standard output: JSON [name, data].
"use strict";
const fs = require("node:fs");
const vm = require("node:vm");

let called = null;
vm.runInNewContext(fs.readFileSync(0, "utf8"), { editionSearch: (name, data) => (called = [name, data]) });
process.stdout.write(JSON.stringify(called));
