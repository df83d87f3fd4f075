"""The site as readers meet it: in a browser, served below another path or opened from a disk, with JavaScript or
without, with a keyboard, on a telephone, in the dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Serve = Callable[..., str]
Open = Callable[..., Page]

PREFIX = "/some/base"

SAMPLE = {
    "home": "",
    "volume": "trade-and-aid/",
    "document": "trade-and-aid/d101/",
    "table": "trade-and-aid/d113/",
    "attachment": "arms-and-negotiation/d205/",
    "section": "trade-and-aid/sources/",
    "free page": "reading/",
    "pages": "trade-and-aid/pages/",
    "persons": "trade-and-aid/persons/",
    "terms": "trade-and-aid/terms/",
    "chronology": "chronology/",
    "year": "chronology/1953/",
    "month": "chronology/1953/10/",
    "days of the year": "chronology/on-this-day/",
    "on this day": "chronology/on-this-day/10/",
    "kinds": "kinds/",
    "kind": "kinds/telegram/",
    "places": "places/",
    "search": "search/",
    "results": "search/?q=Bartholomew",
    "nothing found": "search/?q=Bartholomiou",
    "not found": "no/such/page/",
}
"""One page of each type in the sample edition, by its address."""

SPECIMEN = {"everything": "specimen/d1/", "nothing": "specimen/d4/"}

TYPES = [*(("sample_site", name) for name in SAMPLE), *(("specimen_site", name) for name in SPECIMEN)]


def address_of(request: pytest.FixtureRequest, serve: Serve, site: str, name: str) -> str:
    folder: Path = request.getfixturevalue(site)
    # The page for what is not there links from the root, so it is right only where the site is at the root.
    base = serve(folder) if name == "not found" else serve(folder, PREFIX)
    return f"{base}/{(SAMPLE | SPECIMEN)[name]}"


def settled(page: Page, name: str) -> None:
    """Wait until a search page shows what it shows."""
    if name == "results":
        expect(page.locator("mark").first).to_be_visible()
    if name == "nothing found":
        expect(page.locator(".search-hints")).to_be_visible()


@pytest.mark.parametrize(("site", "name"), TYPES)
def test_no_page_reports_an_error(
    site: str, name: str, request: pytest.FixtureRequest, serve: Serve, open_page: Open, faults: list[str]
) -> None:
    page = open_page(address_of(request, serve, site, name))
    settled(page, name)
    page.wait_for_load_state("networkidle")
    assert page.evaluate("getComputedStyle(document.body).marginTop") == "0px", "the style sheet is not applied"
    # The server says 404 for the page that is not there, as it must; and the map of the specimen is elsewhere.
    expected = ("404 (Not Found)",) if name == "not found" else ("ERR_",) if name == "everything" else ()
    assert [fault for fault in faults if not any(part in fault for part in expected)] == []


def test_a_breach_of_the_policy_is_seen(serve: Serve, sample_site: Path, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/trade-and-aid/d101/")
    page.evaluate("document.body.setAttribute('style', 'color: red')")
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))")
    assert any("Content Security Policy" in fault for fault in faults)


def test_from_a_reference_to_the_note_and_back(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/trade-and-aid/d101/")
    page.locator("#d101fnref2").click()
    expect(page).to_have_url(re.compile(r"/trade\-and\-aid/d101/\#d101fn2$"))
    expect(page.locator("#d101fn2")).to_be_in_viewport()
    page.locator("#d101fn2 .note-back").click()
    expect(page).to_have_url(re.compile(r"\#d101fnref2$"))
    expect(page.locator("#d101fnref2")).to_be_in_viewport()


def test_a_reference_leads_to_the_note_of_another_document(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/trade-and-aid/d101/")
    page.locator("#d101fn2 a.ref[data-ref=note]").click()
    expect(page.locator("#d100fn2")).to_be_in_viewport()
    # A server's address is the folder's: that is what people copy.
    expect(page).to_have_url(re.compile(r"/some/base/trade\-and\-aid/d100/\#d100fn2$"))
    assert page.evaluate("getComputedStyle(document.querySelector('#d100fn2')).backgroundColor") != "rgba(0, 0, 0, 0)"


def test_search_shows_what_it_found(serve: Serve, sample_site: Path, open_page: Open, faults: list[str]) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/search/")
    page.get_by_role("searchbox").fill("Bartholomew")
    page.keyboard.press("Enter")
    first = page.locator(".search-result").first
    expect(first.locator(".search-title")).to_contain_text(
        "Telegram From the Department of State to the Mission in Geneva"
    )
    expect(first.locator(".search-volume")).to_have_text("Arms and Negotiation")
    expect(first.locator(".search-date")).to_have_text("September 1980")
    expect(first.locator(".search-snippet mark").first).to_have_text("Bartholomew")
    expect(page.get_by_role("status")).to_contain_text("document")
    expect(page).to_have_url(re.compile(r"\?q=Bartholomew$"))
    first.locator(".search-title").click()
    expect(page.locator("article.document#d387")).to_be_visible()
    assert faults == []


def test_search_by_keyboard(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/")
    reach(page, "input[name=q]")
    page.keyboard.type("antibiotics")
    page.keyboard.press("Enter")
    expect(page.locator("mark").first).to_be_visible()
    assert "/search/" in page.url
    reach(page, ".search-result a")
    title = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page.locator("article.document h1")).to_contain_text(title)


def reach(page: Page, selector: str) -> None:
    """Press Tab until an element of the selector has the focus, and see that the focus shows."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
            return
    pytest.fail(f"the Tab key does not reach {selector}")


def test_the_first_link_skips_to_the_text(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/trade-and-aid/d101/")
    expect(page.locator(".skip")).not_to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "site-content"


def test_search_from_a_disk(sample_site: Path, open_page: Open, faults: list[str]) -> None:
    page = open_page((sample_site / "index.html").as_uri())
    page.get_by_role("searchbox").fill("Bartholomew")
    page.keyboard.press("Enter")
    first = page.locator(".search-result a").first
    expect(first).to_contain_text("Telegram From the Department of State to the Mission in Geneva")
    first.click()
    expect(page.locator("article.document#d387")).to_be_visible()
    page.locator(".breadcrumbs a").nth(1).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Arms and Negotiation")
    assert page.url == (sample_site / "arms-and-negotiation/index.html").as_uri()
    assert faults == []


def test_without_javascript(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/", java_script_enabled=False)
    page.get_by_role("searchbox").fill("Bartholomew")
    page.keyboard.press("Enter")
    expect(page.locator("noscript p")).to_be_visible()
    expect(page.locator("noscript p")).to_contain_text("Searching needs JavaScript")
    page.locator("noscript a", has_text="Trade and Aid").click()
    page.locator(".contents a").filter(has_text="The Secretary of State to the Embassy").click()
    expect(page.get_by_text("American officials have seen members of the British Embassy")).to_be_visible()
    page.locator("#d101fnref2").click()
    expect(page.locator("#d101fn2")).to_be_in_viewport()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("phrase", ["its examination strategic nature included", "The word examination turns"])
def test_a_phrase_across_a_page_mark_is_found_and_copied(
    serve: Serve, specimen_site: Path, open_page: Open, phrase: str, width: int
) -> None:
    page = open_page(f"{serve(specimen_site, PREFIX)}/specimen/d1/", viewport={"width": width, "height": 800})
    assert page.evaluate("phrase => window.find(phrase)", phrase)
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#p1'))")
    assert phrase in page.evaluate("getSelection().toString()")
    shown = "getComputedStyle(document.querySelector('#pg_2'), '::before').content"
    assert "Page 2" in page.evaluate(shown) or "aria-label" in page.evaluate(shown)


def test_page_marks_hang_in_the_margin_where_there_is_room(serve: Serve, specimen_site: Path, open_page: Open) -> None:
    """In a table, a list and a note too; and the text is set as though they were not there."""
    page = open_page(f"{serve(specimen_site, PREFIX)}/specimen/d1/", viewport={"width": 1280, "height": 800})
    marks = page.locator(".page-break")
    assert marks.count() == 6
    styles = marks.evaluate_all("""marks => marks.map((mark) => {
        const line = mark.closest('.page-mark'); // what stands between paragraphs hangs as a whole
        return getComputedStyle(line ?? mark, line ? null : '::before').position;
    })""")
    assert set(styles) == {"absolute"}
    height = "document.querySelector('.document-text').offsetHeight"
    before = page.evaluate(height)
    page.evaluate("document.querySelectorAll('.page-break, .page-mark').forEach(mark => mark.remove())")
    assert page.evaluate(height) == before


def test_a_note_reference_does_not_push_the_lines_apart(serve: Serve, specimen_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(specimen_site, PREFIX)}/specimen/d1/", viewport={"width": 1280, "height": 800})
    height = "document.querySelector('#p6').getBoundingClientRect().height"
    before = page.evaluate(height)
    page.evaluate("document.querySelectorAll('#p6 sup').forEach(label => label.replaceWith(label.textContent))")
    assert page.evaluate(height) == before


@pytest.mark.parametrize(("site", "name"), TYPES)
def test_a_narrow_screen_needs_no_scrolling_sideways(
    site: str, name: str, request: pytest.FixtureRequest, serve: Serve, open_page: Open
) -> None:
    """320 pixels are also a screen of 1280 at 400 per cent."""
    page = open_page(address_of(request, serve, site, name), viewport={"width": 320, "height": 640})
    settled(page, name)
    assert page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_wide_table_is_moved_with_the_keyboard(serve: Serve, specimen_site: Path, open_page: Open) -> None:
    address = f"{serve(specimen_site, PREFIX)}/specimen/d1/"
    page = open_page(address, viewport={"width": 320, "height": 640}, reduced_motion="reduce")
    table = page.locator(".document-text .table-scroll")
    expect(table).to_have_attribute("tabindex", "0")
    table.focus()
    for _ in range(20):  # a key pressed while the browser still brings the table into view moves nothing
        page.keyboard.press("ArrowRight")
        page.wait_for_timeout(100)
        if table.evaluate("table => table.scrollLeft"):
            break
    assert table.evaluate("table => table.scrollLeft") > 0
    page.set_viewport_size({"width": 1280, "height": 640})
    expect(table).not_to_have_attribute("tabindex", "0")


def test_paper_has_the_text_and_no_navigation(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site, PREFIX)}/trade-and-aid/d101/")
    page.emulate_media(media="print")
    for hidden in (".site-nav", ".breadcrumbs", ".neighbours >> nth=0", ".about-document", ".note-back >> nth=0"):
        expect(page.locator(hidden)).to_be_hidden()
    for shown in ("h1", "#p13", "section.notes", ".site-footer .address"):
        expect(page.locator(shown)).to_be_visible()
    expect(page.locator(".address")).to_have_text("https://edition.example/trade-and-aid/d101/")
    assert page.evaluate("getComputedStyle(document.querySelector('#pg_1019'), '::before').position") == "static"


@pytest.mark.parametrize(("site", "name"), TYPES)
def test_accessibility(
    site: str,
    name: str,
    request: pytest.FixtureRequest,
    serve: Serve,
    open_page: Open,
    node_modules: Path,
) -> None:
    """What axe-core can see, which is about half of what matters; the contrasts in all three sets of colours."""
    page = open_page(
        address_of(request, serve, site, name),
        bypass_csp=True,
        reduced_motion="reduce",
        viewport={"width": 390, "height": 800},
    )
    settled(page, name)
    page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
    for theme in ("light", "dark", "sepia"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        rules = "{}" if theme == "light" else "{runOnly: ['color-contrast']}"
        found = page.evaluate(f"axe.run({rules}).then(result => result.violations)")
        told = [f"{rule['id']}: {rule['help']}: {node['html']}" for rule in found for node in rule["nodes"]]
        assert told == [], theme


def test_accessibility_of_what_opens(
    serve: Serve, sample_site: Path, open_page: Open, node_modules: Path, faults: list[str]
) -> None:
    """Notes beside the text, the choices under Display, the list of keys."""
    page = open_page(
        f"{serve(sample_site, PREFIX)}/trade-and-aid/d101/",
        bypass_csp=True,
        reduced_motion="reduce",
        viewport={"width": 1280, "height": 800},
    )
    expect(page.locator(".side-note").first).to_be_visible()
    page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
    for name in ("Display", "All keys"):
        page.get_by_role("button", name=name, exact=True).click()
        for theme in ("light", "dark", "sepia"):
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            found = page.evaluate("axe.run().then(result => result.violations)")
            assert [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]] == [], theme


@pytest.mark.parametrize("name", ["document", "results", "table"])
def test_forced_colours(name: str, request: pytest.FixtureRequest, serve: Serve, open_page: Open) -> None:
    """What the system paints over stays to be seen: the marks of a search, the place an address leads to, fields."""
    page = open_page(
        address_of(request, serve, "sample_site", name), forced_colors="active", viewport={"width": 1280, "height": 800}
    )
    settled(page, name)
    if name == "document":
        page.goto(page.url + "#d101fn2")
        assert page.evaluate("getComputedStyle(document.querySelector(':target')).outlineStyle") == "solid"
        page.get_by_role("button", name="Display", exact=True).focus()
        page.keyboard.press("Enter")
        assert page.evaluate("getComputedStyle(document.querySelector('.settings-panel')).borderTopStyle") == "solid"
    if name == "results":
        assert page.evaluate("getComputedStyle(document.querySelector('mark')).outlineStyle") == "solid"
    assert page.evaluate("document.documentElement.scrollWidth") == 1280
