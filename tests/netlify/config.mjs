// Prints what Netlify makes of a folder's netlify.toml in one context: node config.mjs FOLDER CONTEXT BRANCH
import { resolveConfig } from "@netlify/config";

const [folder, context, branch] = process.argv.slice(2);
const { config } = await resolveConfig({
  repositoryRoot: folder,
  cwd: folder,
  context,
  branch,
  mode: "buildbot",
  offline: true,
  logs: { stdout: [], stderr: [] },
});
console.log(JSON.stringify(config));
