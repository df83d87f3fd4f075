"""Are the pages of a built site sound and open to everyone: the Nu HTML checker and axe-core over many of them.

    python -m tests.pages_check SITE [--pages 200]

SITE is the folder of a site, best of real volumes. Of its pages some are taken at even distances, and the first of each
kind; each is checked in its source by Nu, and in Chromium by axe-core, by turns in the light and the dark theme and at
the width of a telephone and of a desk. What is wrong is printed by rule; the exit code says whether anything was.
"""

from __future__ import annotations

import argparse
import http.server
import json
import shutil
import subprocess
import sys
import threading
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Literal

from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
AXE = HERE / "node_modules/axe-core/axe.min.js"
NU = HERE / "node_modules/vnu-jar/build/dist/vnu.jar"
LOOKS: list[tuple[Literal["light", "dark"], int]] = [("light", 390), ("dark", 1280), ("dark", 390), ("light", 1280)]
KNOWN = 'role="doc-pagebreak"'
"""axe-core knows no doc- roles, and so takes a page mark for an element that may have no name."""


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def chosen(site: Path, wanted: int) -> list[Path]:
    """Return about so many pages: the first of each kind of path, the others at even distances."""
    pages = sorted(site.rglob("*.html"))
    kinds = {_kind(page, site): page for page in reversed(pages)}
    return sorted({*kinds.values(), *pages[:: max(1, len(pages) // wanted)]})


def _kind(page: Path, site: Path) -> str:
    """What tells pages apart: how deep, and the fixed names on the way."""
    parts = page.relative_to(site).parts
    return "/".join(part if part.isalpha() else "*" for part in parts[1:]) if len(parts) > 1 else parts[0]


def nu(pages: list[Path]) -> Counter[str]:
    """Return what Nu finds, by message."""
    listed = [str(page) for page in pages]
    done = subprocess.run(
        ["java", "-jar", str(NU), "--format", "json", "--stdout", "--exit-zero-always", *listed],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    messages = json.loads(done.stdout)["messages"]
    return Counter(f"nu: {m['message']} ({m.get('url', '')})" for m in messages if m["type"] == "error")


def axe(site: Path, pages: list[Path]) -> Counter[str]:
    """Return what axe-core finds, by rule and element, and what the pages report as errors."""
    found: Counter[str] = Counter()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        for turn, (scheme, width) in enumerate(LOOKS):
            context = browser.new_context(
                bypass_csp=True,
                color_scheme=scheme,
                viewport={"width": width, "height": 900},
            )
            page = context.new_page()
            page.on("pageerror", lambda error: found.update([f"script: {error}"]))
            for path in pages[turn :: len(LOOKS)]:
                page.goto(f"http://127.0.0.1:{server.server_port}/{path.relative_to(site).as_posix()}")
                page.add_script_tag(path=AXE)
                rules = page.evaluate(
                    "axe.run({rules: {'target-size': {enabled: true}}}).then(result => result.violations)"
                )
                found.update(
                    f"axe: {rule['id']}: {node['html'][:200]} ({path.relative_to(site)}, {scheme}, {width})"
                    for rule in rules
                    for node in rule["nodes"]
                    if not (rule["id"] == "aria-prohibited-attr" and KNOWN in node["html"])
                )
                wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if wide > 0:
                    found[f"sideways: {wide} px ({path.relative_to(site)}, {width})"] += 1
            context.close()
        browser.close()
    server.shutdown()
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", type=Path)
    parser.add_argument("--pages", type=int, default=200)
    given = parser.parse_args()
    pages = chosen(given.site, given.pages)
    found = nu(pages) + axe(given.site, pages)
    for message, count in sorted(found.items()):
        print(f"{count:5} {message}")
    print(f"{len(pages)} pages, {sum(found.values())} faults")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
