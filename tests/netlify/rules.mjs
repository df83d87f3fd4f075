// Prints what Netlify makes of a site's _headers and _redirects: node rules.mjs SITE
import { join } from "node:path";
import { parseAllHeaders } from "@netlify/headers-parser";
import { parseAllRedirects } from "@netlify/redirect-parser";

const [site] = process.argv.slice(2);
const headers = await parseAllHeaders({ headersFiles: [join(site, "_headers")], minimal: false });
const redirects = await parseAllRedirects({ redirectsFiles: [join(site, "_redirects")], minimal: false });
const texts = (errors) => errors.map((error) => String(error.message ?? error));
console.log(
  JSON.stringify({
    headers: headers.headers.map((rule) => ({ for: rule.for, values: rule.values })),
    redirects: redirects.redirects,
    errors: [...texts(headers.errors), ...texts(redirects.errors)],
  }),
);
