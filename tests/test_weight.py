"""Light and steady: what a page weighs with everything it loads, that nothing on it moves by itself, that the way back
is immediate."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from conftest import BROWSER_ARGUMENTS, BROWSERS, unavailable
from playwright.sync_api import Browser, Page, expect

Serve = Callable[..., str]
Open = Callable[..., Page]

MOST = 60 * 1024
"""Bytes of a document page with everything it loads, packed as hosts send it."""

DOCUMENT = "trade-and-aid/d101/"


def loaded(page: Page, address: str, site: Path, prefix: str) -> dict[str, int]:
    """Open an address and return what came, by path in the site, with its packed size."""
    asked: set[str] = set()
    page.on("request", lambda request: asked.add(unquote(urlsplit(request.url).path)))
    page.goto(address)
    page.mouse.move(300, 300)
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    page.wait_for_load_state("networkidle")
    out = {}
    for path in sorted(asked):
        name = path.removeprefix(prefix + "/") + ("index.html" if path.endswith("/") else "")
        out[name] = len(gzip.compress((site / name).read_bytes(), 9))
    return out


def test_a_document_with_all_it_loads(serve: Serve, sample_site: Path, browser: Browser) -> None:
    base = serve(sample_site, "/base")
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    found = loaded(page, f"{base}/{DOCUMENT}", sample_site, "/base")
    page.close()
    assert {"assets/theme.css", "assets/edition.css", "assets/notes.js", f"{DOCUMENT}index.html"} <= set(found)
    assert sum(found.values()) <= MOST, found


SHIFTS = """
    window.shifts = [];
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) {
            if (entry.hadRecentInput) continue;
            window.shifts.push([entry.value, ...entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 80))]);
        }
    }).observe({ type: 'layout-shift', buffered: true });
"""


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", [DOCUMENT, "trade-and-aid/", "search/?q=Bartholomew", "", "chronology/1953/"])
def test_nothing_moves_by_itself(serve: Serve, sample_site: Path, open_page: Open, name: str, width: int) -> None:
    page = open_page("about:blank", viewport={"width": width, "height": 800})
    page.add_init_script(SHIFTS)
    # The choices that change most.
    page.goto(f"{serve(sample_site)}/{name}")
    page.evaluate("localStorage.setItem('edition.settings', JSON.stringify({theme: 'dark', size: 'large'}))")
    page.reload()
    page.wait_for_load_state("networkidle")
    for share in (0.3, 0.6, 1):
        page.evaluate(f"scrollTo(0, document.body.scrollHeight * {share})")
        page.wait_for_timeout(100)
    # Results come when the index has come; the facets beside them fill a moment later.
    most = 0.02 if name.startswith("search") else 0
    assert sum(shift[0] for shift in page.evaluate("shifts")) <= most, page.evaluate("shifts")


def test_a_shift_is_seen(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page("about:blank", viewport={"width": 1280, "height": 800})
    page.add_init_script(SHIFTS)
    page.goto(f"{serve(sample_site)}/{DOCUMENT}")
    page.wait_for_timeout(200)
    page.evaluate("document.querySelector('h1').style.marginTop = '5em'")
    page.wait_for_function("shifts.length > 0")


@pytest.fixture(scope="module")
def keeping_browser(browser: Browser) -> Iterator[Browser]:
    """A Chromium that keeps pages for the way back, as those of readers do; Playwright's does not."""
    program = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if program is None:
        unavailable("no Chromium on this machine")
    kind = browser.browser_type
    keeping = kind.launch(
        executable_path=program, args=list(BROWSER_ARGUMENTS), ignore_default_args=["--disable-back-forward-cache"]
    )
    yield keeping
    keeping.close()


def test_the_way_back_is_immediate(serve: Serve, sample_site: Path, keeping_browser: Browser) -> None:
    base = serve(sample_site, "/base")
    page = keeping_browser.new_page()
    page.add_init_script("addEventListener('pageshow', (event) => window.shown = event.persisted)")
    page.goto(f"{base}/{DOCUMENT}")
    page.wait_for_load_state("networkidle")
    page.evaluate("window.mark = 'the same page'")
    page.goto(f"{base}/chronology/")
    page.evaluate("localStorage.setItem('edition.settings', JSON.stringify({theme: 'sepia'}))")
    page.evaluate("history.back()")
    page.wait_for_url(f"{base}/{DOCUMENT}", wait_until="commit")
    page.wait_for_function("window.shown !== undefined")
    assert page.evaluate("window.mark") == "the same page"
    assert page.evaluate("window.shown") is True
    expect(page.locator("html")).to_have_attribute("data-theme", "sepia")
    page.close()
