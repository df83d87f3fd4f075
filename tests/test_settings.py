"""What a reader chooses under Display: kept, there before the first paint, the same on all pages and in all tabs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

Serve = Callable[..., str]
Open = Callable[..., Page]

DOCUMENT = "trade-and-aid/d101/"
SEPIA, DARK, LIGHT = "rgb(245, 234, 212)", "rgb(24, 23, 21)", "rgb(253, 252, 249)"
PAPER = "getComputedStyle(document.body).backgroundColor"


@pytest.fixture
def base(serve: Serve, sample_site: Path) -> str:
    return f"{serve(sample_site, '/some/base')}/"


def display(page: Page) -> None:
    page.get_by_role("button", name="Display", exact=True).click()


def test_a_choice_holds_on_the_next_page_and_the_next_day(base: str, browser: Browser, open_page: Open) -> None:
    page = open_page(base + DOCUMENT)
    assert page.evaluate(PAPER) == LIGHT
    display(page)
    page.get_by_label("sepia").check()
    page.get_by_label("very large").check()
    assert page.evaluate(PAPER) == SEPIA
    page.goto(base + "chronology/")
    assert page.evaluate(PAPER) == SEPIA
    assert page.evaluate("document.documentElement.dataset.size") == "largest"
    display(page)
    expect(page.get_by_label("sepia")).to_be_checked()
    expect(page.get_by_label("very large")).to_be_checked()
    page.get_by_label("as the system").check()
    page.get_by_label("normal").check()
    page.reload()
    assert page.evaluate(PAPER) == LIGHT
    assert page.evaluate("localStorage.getItem('edition.settings')") == "{}"


@pytest.mark.parametrize(("scheme", "paper"), [("light", LIGHT), ("dark", DARK)])
def test_as_the_system_says_until_a_reader_says_otherwise(base: str, open_page: Open, scheme: str, paper: str) -> None:
    page = open_page(base + DOCUMENT, color_scheme=scheme)
    assert page.evaluate(PAPER) == paper
    other, others_paper = ("light", LIGHT) if scheme == "dark" else ("dark", DARK)
    display(page)
    page.get_by_label(other, exact=True).check()
    assert page.evaluate(PAPER) == others_paper
    assert page.evaluate("getComputedStyle(document.documentElement).colorScheme") == other
    # The browser's own frame too.
    frames = page.evaluate("Array.from(document.querySelectorAll('meta[name=theme-color]'), meta => meta.content)")
    assert len(set(frames)) == 1
    page.get_by_label("as the system").check()
    assert page.evaluate(PAPER) == paper


def test_what_was_chosen_is_there_before_anything_is_shown(base: str, open_page: Open) -> None:
    """No flash: the first frame that has a body has the colours chosen."""
    page = open_page(base + DOCUMENT)
    page.evaluate("localStorage.setItem('edition.settings', JSON.stringify({theme: 'sepia'}))")
    page.add_init_script("""
        window.seen = [];
        const look = () => {
            if (document.body) window.seen.push(getComputedStyle(document.body).backgroundColor);
            requestAnimationFrame(look);
        };
        requestAnimationFrame(look);
    """)
    page.route("**/*.js", lambda route: route.continue_() if "settings.js" in route.request.url else route.abort())
    page.reload()
    page.wait_for_timeout(300)
    seen = [colour for colour in page.evaluate("seen") if colour != "rgba(0, 0, 0, 0)"]
    assert len(seen) > 2
    assert set(seen) == {SEPIA}


def test_what_a_page_waits_for_is_small(checkout: Path, sample_site: Path) -> None:
    assert (checkout / "assets/settings.js").stat().st_size < 600
    head = (sample_site / DOCUMENT / "index.html").read_text().partition("</head>")[0]
    scripts = re.findall(r"<script[^>]*>", head)
    assert [s for s in scripts if " defer" not in s and "ld+json" not in s] == [
        '<script src="../../assets/settings.js">'
    ]
    # Before the style sheets, which it would otherwise wait for.
    assert head.index("settings.js") < head.index("stylesheet")


def test_other_tabs_follow(base: str, open_page: Open) -> None:
    page = open_page(base + DOCUMENT)
    other = page.context.new_page()
    other.goto(base)
    display(page)
    page.get_by_label("dark", exact=True).check()
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")
    display(other)
    expect(other.get_by_label("dark", exact=True)).to_be_checked()
    other.evaluate("localStorage.clear()")
    expect(page.locator("html")).not_to_have_attribute("data-theme", "dark")


def test_by_keyboard(base: str, open_page: Open) -> None:
    page = open_page(base + DOCUMENT)
    button = page.get_by_role("button", name="Display", exact=True)
    expect(button).to_have_attribute("aria-expanded", "false")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(page.get_by_label("as the system")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    page.keyboard.press("Escape")
    expect(page.locator("#site-settings")).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    page.locator("h1").click(position={"x": 3, "y": 3})
    expect(page.locator("#site-settings")).to_be_hidden()
    button.click()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Shift+Tab")
    expect(page.locator("#site-settings")).to_be_hidden()


def test_targets_are_large_enough(base: str, open_page: Open) -> None:
    page = open_page(base + DOCUMENT, viewport={"width": 360, "height": 700}, has_touch=True)
    page.get_by_role("button", name="Display", exact=True).tap()
    for target in page.locator(".settings-button, .settings-panel label, .settings-panel button").all():
        found = target.bounding_box()
        assert found and found["height"] >= 24 and found["width"] >= 24
    found = page.locator(".settings-panel").bounding_box()
    assert found and found["x"] >= 0 and found["x"] + found["width"] <= 360
    page.get_by_text("sepia").tap()
    assert page.evaluate(PAPER) == SEPIA


@pytest.mark.parametrize("size", ["small", "large", "largest"])
@pytest.mark.parametrize("width", [320, 1000, 1280])
def test_every_size_fits(base: str, open_page: Open, size: str, width: int) -> None:
    page = open_page(base + DOCUMENT, viewport={"width": width, "height": 800})
    page.evaluate(f"document.documentElement.dataset.size = '{size}'")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    margin = "Array.from(document.querySelectorAll('.page-break'), mark => parseFloat(getComputedStyle(mark, '::before').insetInlineStart))"
    left = page.evaluate("document.querySelector('article').getBoundingClientRect().left")
    if width > 992:
        assert all(left + place >= 0 for place in page.evaluate(margin)), "page marks out of the window"


@pytest.mark.parametrize("kept", ["no JSON", "null", "[1]", '"text"', '{"theme": "none of ours"}'])
def test_what_is_kept_may_be_anything(base: str, open_page: Open, faults: list[str], kept: str) -> None:
    page = open_page(base + DOCUMENT)
    page.evaluate("kept => localStorage.setItem('edition.settings', kept)", kept)
    page.reload()
    display(page)
    page.get_by_label("sepia").check()
    assert page.evaluate(PAPER) == SEPIA
    assert faults == []


def test_where_nothing_can_be_kept_a_choice_holds_for_the_page(base: str, open_page: Open, faults: list[str]) -> None:
    page = open_page("about:blank")
    page.add_init_script("Object.defineProperty(window, 'localStorage', {get() { throw new Error('no storage') }})")
    page.goto(base + DOCUMENT)
    display(page)
    page.get_by_label("dark", exact=True).check()
    assert page.evaluate(PAPER) == DARK
    assert faults == []


def test_from_a_disk_and_without_javascript(sample_site: Path, base: str, open_page: Open, faults: list[str]) -> None:
    page = open_page((sample_site / DOCUMENT / "index.html").as_uri())
    display(page)
    page.get_by_label("sepia").check()
    assert page.evaluate(PAPER) == SEPIA
    assert faults == []
    options: dict[str, Any] = {"java_script_enabled": False, "color_scheme": "dark"}
    page = open_page(base + DOCUMENT, **options)
    expect(page.get_by_role("button", name="Display")).to_be_hidden()
