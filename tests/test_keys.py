"""Single keys: what each leads to, where none does anything, how they are switched off; the list under ``?``. Long
documents: how far one has come, and where one stopped."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

Serve = Callable[..., str]
Open = Callable[..., Page]

DOCUMENT = "trade-and-aid/d101/"
WIDE = {"width": 1280, "height": 800}


@pytest.fixture
def base(serve: Serve, sample_site: Path) -> str:
    return f"{serve(sample_site, '/some/base')}/"


@pytest.mark.parametrize(
    ("keys", "to"), [(("n", "j", "ArrowRight"), "trade-and-aid/d102/"), (("p", "k", "ArrowLeft"), "trade-and-aid/d100/")]
)  # fmt: skip
def test_to_the_next_document_and_the_one_before(base: str, open_page: Open, keys: tuple[str, ...], to: str) -> None:
    page = open_page(base + DOCUMENT)
    for key in keys:
        page.goto(base + DOCUMENT)
        page.keyboard.press(key)
        expect(page).to_have_url(re.compile(re.escape(to) + "$"))


def test_never_while_typing_or_with_other_keys_or_where_another_script_serves(base: str, open_page: Open) -> None:
    page = open_page(base + DOCUMENT, viewport={"width": 1280, "height": 800})
    for key in ("Control+n", "Alt+p", "Meta+j", "Shift+N", "Shift+ArrowRight"):
        page.locator("main").focus()
        page.keyboard.press(key)
    field = page.locator(".quick-search input")
    field.focus()
    page.keyboard.type("np?/[")
    expect(field).to_have_value("np?/[")
    page.keyboard.press("ArrowLeft")
    page.get_by_role("button", name="Display", exact=True).click()
    page.get_by_label("as the system").focus()
    page.keyboard.press("n")
    page.keyboard.press("Escape")
    # The bar of a search has n and p of its own.
    page.evaluate("""() => {
        const button = Object.assign(document.createElement('button'), {className: 'of-a-search'});
        button.setAttribute('aria-keyshortcuts', 'n');
        document.body.append(button);
    }""")
    page.locator("main").focus()
    page.keyboard.press("n")
    page.evaluate("document.querySelector('.of-a-search').remove()")
    # A table that moves sideways keeps the arrow keys.
    page.evaluate("document.querySelector('#p1').tabIndex = 0")
    page.locator("#p1").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile(re.escape(DOCUMENT) + "$"))
    expect(page.locator("#site-keys")).to_be_hidden()


def test_to_the_search_field(base: str, open_page: Open) -> None:
    page = open_page(base + DOCUMENT)
    page.keyboard.press("/")
    expect(page.locator(".quick-search input")).to_be_focused()
    page.goto(base + "search/")
    page.locator("main").focus()
    page.keyboard.press("/")
    expect(page.locator("#site-q")).to_be_focused()
    expect(page.locator("#site-q")).to_have_value("")


def test_from_printed_page_to_printed_page(base: str, open_page: Open) -> None:
    page = open_page(base + DOCUMENT, reduced_motion="reduce")
    page.goto(base)
    page.goto(base + DOCUMENT)
    before = page.evaluate("history.length")
    marks = page.locator(".page-break").evaluate_all("marks => marks.map(mark => mark.id)")
    assert len(marks) > 1
    for mark in marks:
        page.keyboard.press("]")
        expect(page).to_have_url(re.compile(f"#{mark}$"))
        expect(page.locator(f"#{mark}")).to_be_in_viewport()
    page.keyboard.press("[")
    expect(page).to_have_url(re.compile(f"#{marks[-2]}$"))
    assert page.evaluate("history.length") == before, "the way back is to the page one came from"


def test_the_list_of_keys(base: str, open_page: Open, faults: list[str]) -> None:
    page = open_page(base + DOCUMENT)
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("Next printed page")
    page.keyboard.press("n")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page).to_have_url(re.compile(re.escape(DOCUMENT) + "$"))
    # Only what the page has.
    page.goto(base)
    page.keyboard.press("?")
    expect(dialog.get_by_text("Search", exact=True)).to_be_visible()
    expect(dialog.get_by_text("Next printed page")).to_be_hidden()
    page.get_by_role("button", name="Close").click()
    expect(dialog).to_be_hidden()
    # Without knowing the key.
    page.get_by_role("button", name="Display", exact=True).click()
    page.get_by_role("button", name="All keys").click()
    expect(dialog).to_be_visible()
    assert faults == []


def test_single_keys_can_be_switched_off(base: str, open_page: Open) -> None:
    page = open_page(base + DOCUMENT)
    page.get_by_role("button", name="Display", exact=True).click()
    page.get_by_label("off", exact=True).check()
    page.keyboard.press("Escape")
    page.reload()
    for key in ("n", "ArrowRight", "/", "?", "]", "c"):
        page.locator("main").focus()
        page.keyboard.press(key)
    page.wait_for_timeout(200)
    expect(page).to_have_url(re.compile(re.escape(DOCUMENT) + "$"))
    expect(page.locator("main")).to_be_focused()
    expect(page.get_by_role("dialog")).to_be_hidden()


@pytest.fixture(scope="module")
def long_site(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """Two long documents and a short one. Read it only."""
    folder = tmp_path_factory.mktemp("long")
    shutil.copytree(checkout / "tests" / "specimen", folder / "edition")
    volume = next((folder / "edition" / "content").iterdir())
    text = "\n\n".join(f"[Page {n}] {'The words of this page say little. ' * 40}" for n in range(100, 120))
    for id in ("d7", "d8"):
        (volume / f"{id}.md").write_text(f"---\ntitle: A Long Letter\ndate: 1931-05-04\n---\n{text}\n", "utf-8")
    command = [sys.executable, "-m", "generator", "build", "-q", "--edition", str(folder / "edition"), "--output"]
    done = subprocess.run([*command, str(folder / "site")], cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def test_where_one_stopped_reading(serve: Serve, long_site: Path, open_page: Open, faults: list[str]) -> None:
    base = f"{serve(long_site, '/base')}/specimen/"
    page = open_page(base + "d7/", viewport=WIDE, reduced_motion="reduce")
    line = page.locator(".reading-line")
    width = "line => line.getBoundingClientRect().width"
    assert line.evaluate(width) < 400
    offer = page.locator(".reading-offer")
    expect(offer).to_have_count(0)
    page.locator(".page-break[data-page='110']").evaluate(
        "mark => scrollTo(0, mark.getBoundingClientRect().top + scrollY)"
    )
    expect(offer).to_have_count(0)
    page.wait_for_function("document.querySelector('.reading-line').getBoundingClientRect().width > 600")
    page.goto(base + "d4/")
    page.goto(base + "d8/")
    expect(offer).to_have_count(0)
    page.goto(base + "d7/")
    expect(offer).to_contain_text("You stopped reading at page 110.")
    page.get_by_role("link", name="Go there").click()
    expect(page.locator(".page-break[data-page='110']")).to_be_in_viewport()
    expect(offer).to_have_count(0)
    page.goto(base + "d4/")
    page.goto(base + "d7/")
    page.keyboard.press("Escape")
    expect(offer).to_have_count(0)
    page.reload()
    page.get_by_role("button", name="Dismiss").click()
    assert json.loads(page.evaluate("localStorage.getItem('edition.places')")) == []
    page.goto(base + "d7/#pg_105")
    expect(offer).to_have_count(0)
    assert faults == []


def test_fifty_places_are_kept(serve: Serve, long_site: Path, open_page: Open) -> None:
    base = f"{serve(long_site, '/base')}/specimen/"
    page = open_page(base + "d4/", viewport=WIDE)
    page.evaluate(
        "localStorage.setItem('edition.places', JSON.stringify(Array.from({length: 70}, (_, n) => [`/x${n}/`, 'p1'])))"
    )
    page.goto(base + "d7/")
    page.evaluate("scrollTo(0, 3000)")
    page.wait_for_timeout(100)
    page.goto(base + "d4/")
    kept = json.loads(page.evaluate("localStorage.getItem('edition.places')"))
    assert len(kept) == 50
    assert kept[0][0].endswith("/specimen/d7/")
    assert kept[1] == ["/x0/", "p1"]


def test_a_short_document_has_no_line(base: str, open_page: Open) -> None:
    page = open_page(base + "trade-and-aid/d113/", viewport={"width": 1280, "height": 2000})
    expect(page.locator(".reading-line")).to_have_count(0)
