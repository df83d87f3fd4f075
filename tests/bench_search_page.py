"""How soon the search page shows results: a built site looked at in Chromium.

    bench_search_page.py SITE [--queries 12]

SITE is the folder of a site, best of a made-up edition (``make_corpus.py``). It is served on this machine. Milliseconds from the
last letter typed to the first results shown, passages apart: cold in a new browser profile, warm afterwards; and the
kilobytes that went over the wire, compressed, for the first search.
"""

from __future__ import annotations

import argparse
import gzip
import http.server
import shutil
import statistics
import threading
from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

from playwright.sync_api import Browser, Request, sync_playwright

WORDS = [
    "treaty",
    "embargo",
    "djakarta",
    "moratorium",
    "telegram",
    "negotiations",
    "ambassador",
    "delegation",
    "committee",
    "trade",
]

MEASURE = """async (query) => {
  const input = document.querySelector(".search input[name=q]");
  const list = document.querySelector("ol.search-results");
  const first = () => list.querySelector("li a"); // another one for every search
  const before = first();
  const start = performance.now();
  input.value = query;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.form.requestSubmit();
  while (performance.now() - start < 20000) {
    await new Promise((done) => requestAnimationFrame(done));
    if (first() && first() !== before) return performance.now() - start;
  }
  return -1;
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--queries", type=int, default=12)
    options = parser.parse_args()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(options.site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/search/"
    three = [" ".join(WORDS[(n * step) % len(WORDS)] for step in (1, 3, 7)) for n in range(1, options.queries + 1)]
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, queries in (("1 word", WORDS), ("3 words", three)):
            cold(browser, options.site, address, name, queries[: options.queries])
        page = browser.new_page()
        page.goto(address)
        page.wait_for_timeout(500)
        times = [page.evaluate(MEASURE, query) for query in [three[0], *three]][1:]
        report("3 words, warm", [time for time in times if time >= 0])
        browser.close()


def cold(browser: Browser, site: Path, address: str, name: str, queries: list[str]) -> None:
    times, before, after = [], [], []
    for query in queries:
        context = browser.new_context()
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: noted(asked, request))  # noqa: B023  (heard within this turn)
        page.goto(address)
        page.wait_for_timeout(500)
        del asked[:]
        time = page.evaluate(MEASURE, query)
        before.append(kilobytes(site, asked))
        page.wait_for_timeout(1500)
        after.append(kilobytes(site, asked))
        if time >= 0:
            times.append(time)
        context.close()
    report(f"{name}, cold", times)
    print(
        f"{'':16} to the results {statistics.median(before):.0f} KB, with all passages {statistics.median(after):.0f} KB (gzip)"
    )


def noted(asked: list[str], request: Request) -> None:
    asked.append(unquote(urlsplit(request.url).path))


def kilobytes(site: Path, paths: list[str]) -> float:
    files = {path + "index.html" if path.endswith("/") else path for path in paths}
    return sum(len(gzip.compress((site / path.lstrip("/")).read_bytes(), 9)) for path in files if (site / path.lstrip("/")).is_file()) / 1024  # fmt: skip


def report(name: str, times: list[float]) -> None:
    ordered = sorted(times)
    print(f"{name:16} median {statistics.median(ordered):.0f} ms, most {ordered[-1]:.0f} ms ({len(ordered)} queries)")


if __name__ == "__main__":
    main()
