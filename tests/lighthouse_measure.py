"""What Lighthouse says of the sample edition: performance, accessibility, best practices and SEO of a document, a volume
and the search page, from 0 to 100. Run by hand, since Lighthouse is large and its figures depend on the machine::

    npm install --prefix DIR lighthouse
    python tests/lighthouse_measure.py DIR/node_modules/.bin/lighthouse [SITE [PAGE ...]]

SITE is a built site (``site/`` if not given), PAGE an address in it (some of each kind if not given). Its pages are
served packed and with the site's own headers, as a host does it. Ends with 1 if anything is below 99.
"""

from __future__ import annotations

import gzip
import http.server
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import partial
from pathlib import Path
from typing import Any

from conftest import BROWSERS, CHECKOUT, headers_for, read_headers

PAGES = (
    "",
    "trade-and-aid/",
    "trade-and-aid/d101/",
    "trade-and-aid/d113/",
    "search/",
    "chronology/1953/",
)
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")
FORMS = ("mobile", "desktop")
LEAST = 99
PACKED = {".html", ".css", ".js", ".json", ".svg", ".xml", ".txt"}


class Host(http.server.SimpleHTTPRequestHandler):
    """Serves a site packed, with its headers."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        file = path / "index.html" if path.is_dir() else path
        if not file.is_file():
            self.send_error(404)
            return
        body = file.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        if file.suffix in PACKED:
            body = gzip.compress(body, 9, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        rules = read_headers(Path(self.directory) / "_headers")
        for name, value in headers_for(rules, self.path.partition("?")[0]).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        pass


def measure(lighthouse: str, address: str, form: str) -> dict[str, Any]:
    """Return Lighthouse's report on an address, as a telephone or a desk computer sees it."""
    chromium = next(found for name in BROWSERS if (found := shutil.which(name)))
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [lighthouse, address, "--quiet", "--output=json", f"--output-path={out.name}"]
        command += [f"--only-categories={','.join(CATEGORIES)}", "--chrome-flags=--headless --no-sandbox --disable-gpu"]
        command += ["--preset=desktop"] if form == "desktop" else []
        subprocess.run(command, check=True, env={**os.environ, "CHROME_PATH": chromium})
        report: dict[str, Any] = json.loads(Path(out.name).read_text("utf-8"))
    return report


def main() -> int:
    lighthouse, *rest = sys.argv[1:]
    site = Path(rest[0]) if rest else CHECKOUT / "site"
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    worst = 100
    for name in rest[1:] or PAGES:
        for form in FORMS:
            report = measure(lighthouse, f"http://127.0.0.1:{server.server_port}/{name}", form)
            scores = [round((report["categories"][c]["score"] or 0) * 100) for c in CATEGORIES]
            worst = min(worst, *scores)
            print(
                f"{form:8} {name or '(home)':28}",
                *(f"{c} {s}" for c, s in zip(CATEGORIES, scores, strict=True)),
                sep="  ",
            )
            for audit in report["audits"].values():
                if audit["score"] is not None and audit["score"] < 0.9 and audit["scoreDisplayMode"] != "informative":
                    print(f"           {audit['id']}: {audit.get('displayValue', '')} {audit['title']}")
    server.shutdown()
    return 0 if worst >= LEAST else 1


if __name__ == "__main__":
    sys.exit(main())
