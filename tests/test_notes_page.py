"""Notes on the page: beside the text where there is room, by their references elsewhere, at the end always."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

Serve = Callable[..., str]
Open = Callable[..., Page]

CARD = "#site-card"
WIDE = {"width": 1280, "height": 800}

LONG = " ".join(f"This note goes on for many words, and this is sentence {n} of it." for n in range(150))
LETTER = f"""\
---
title: A Letter of Many Notes[^*]
date: 1931-05-04
---
Sir: A sentence with three notes[^1] close[^2] together.[^3]

| Port | Ships |
| --- | --- |
| Zenda[^4] | 12 |

[Page 7]

[Page 8]

[Page 9] A paragraph whose note is long.[^5] It goes on.

{"A paragraph without any note, which fills the page. " * 60}

The last one.[^6]

[^*]: The title's note.

[^1]: {"The first note takes some lines of its own. " * 3}

[^2]: {"The second note takes some lines of its own. " * 3}

[^3]: Not printed.

[^4]: In the table.

[^5]: {LONG}

[^6]: See footnote 1 above.
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, checkout: Path) -> Path:
    """An edition of one letter with notes of all kinds, built. Read it only."""
    folder = tmp_path_factory.mktemp("notes")
    shutil.copytree(checkout / "tests" / "specimen", folder / "edition")
    volume = next((folder / "edition" / "content").iterdir())
    (volume / "d7.md").write_text(LETTER, "utf-8")
    (volume / "d8.md").write_text(LETTER.replace("Sir:", "Sir: [[d7]]").replace("This note", "That note"), "utf-8")
    command = [sys.executable, "-m", "generator", "build", "-q", "--edition", str(folder / "edition"), "--output"]
    done = subprocess.run([*command, str(folder / "site")], cwd=checkout, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


@pytest.fixture
def letter(serve: Serve, site: Path, open_page: Open, faults: list[str]) -> Callable[..., Page]:
    """A function that opens the letter; options are the browser context's."""

    def start(fragment: str = "", **options: Any) -> Page:
        page = open_page(f"{serve(site, '/base')}/specimen/d7/{fragment}", **{"viewport": WIDE, **options})
        page.wait_for_function("document.readyState === 'complete'")
        return page

    return start


def beside(page: Page, label: str) -> Locator:
    return page.locator(f'.side-note[data-note="d7fn{label}"]')


def box(locator: Locator) -> dict[str, float]:
    found = locator.bounding_box()
    assert found, locator
    x, y, width, height = found["x"], found["y"], found["width"], found["height"]
    return {"x": x, "y": y, "height": height, "right": x + width, "bottom": y + height}


@pytest.mark.parametrize("width", [1200, 1280, 1920])
def test_notes_stand_beside_the_text_where_there_is_room(letter: Callable[..., Page], width: int) -> None:
    page = letter(viewport={"width": width, "height": 800})
    expect(page.locator(".side-note")).to_have_count(7)
    expect(beside(page, "3")).to_be_visible()
    expect(beside(page, "3").locator(".side-label")).to_have_text("3")
    article = box(page.locator("article"))
    boxes = [box(note) for note in page.locator(".side-note").all()]
    for one, following in pairwise(boxes):
        assert following["y"] >= one["bottom"], "one upon another"
    assert all(one["x"] > article["right"] and one["right"] <= width for one in boxes)
    # Level with its reference; one that others stand before comes as soon as there is room.
    for label in ("1", "6"):
        ref, note = box(page.locator(f"#d7fnref{label}")), box(beside(page, label))
        assert abs(ref["y"] - note["y"]) < 12, label
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_the_text_stands_where_it_stands_without_them(letter: Callable[..., Page]) -> None:
    page = letter()
    expect(page.locator(".side-note").first).to_be_visible()
    measure = (
        "JSON.stringify(Array.from(document.querySelectorAll('article p'), p => p.getBoundingClientRect().toJSON()))"
    )
    before = page.evaluate(measure)
    page.evaluate("document.querySelector('.side-notes').remove()")
    assert page.evaluate(measure) == before


def test_a_long_note_is_shortened_and_can_be_read_on(letter: Callable[..., Page], faults: list[str]) -> None:
    page = letter()
    note = beside(page, "5")
    more = note.get_by_role("button", name="Read on", include_hidden=True)
    short = box(note)["height"]
    assert short < 800
    more.click()
    assert box(note)["height"] > short
    assert note.evaluate("note => note.scrollHeight > note.clientHeight")
    page.keyboard.press("Escape")
    assert box(note)["height"] == short
    more.click()
    page.locator("#p1").click(position={"x": 5, "y": 5})
    assert box(note)["height"] == short
    assert faults == []


def test_the_copies_are_for_the_eye_only(letter: Callable[..., Page]) -> None:
    """Who hears the page has the list at the end; nothing is told twice, and no id stands twice."""
    page = letter()
    expect(page.locator(".side-notes")).to_have_attribute("aria-hidden", "true")
    assert page.locator(".side-notes [id]").count() == 0
    focusable = "element => element.tabIndex >= 0"
    assert not any(page.locator(".side-notes :is(a, button, [tabindex])").evaluate_all(f"all => all.map({focusable})"))
    expect(page.locator("section.notes > ol > li")).to_have_count(7)


def test_from_reference_to_note_and_back(letter: Callable[..., Page]) -> None:
    page = letter()
    page.locator("#d7fnref6").click()
    expect(page).to_have_url(re.compile("#d7fn6$"))
    expect(page.locator("#d7fn6")).to_be_in_viewport()
    page.locator("#d7fn6 .note-back").click()
    expect(page.locator("#d7fnref6")).to_be_in_viewport()


def test_a_note_that_is_seen_has_no_card_and_one_that_is_not_has(letter: Callable[..., Page]) -> None:
    page = letter()
    page.locator("#d7fnref3").hover()
    expect(beside(page, "3")).to_have_class(re.compile("lit"))
    page.wait_for_timeout(500)
    expect(page.locator(CARD)).to_be_hidden()
    page.locator("#d7fnref5").hover()
    expect(page.locator(CARD)).to_contain_text("This note goes on for many words")
    page.locator(CARD).get_by_role("link", name="Read on").click()
    expect(page.locator("#d7fn5")).to_be_in_viewport()


def test_the_keyboard_hears_a_note_that_stands_beside(letter: Callable[..., Page]) -> None:
    page = letter()
    page.locator("#d7fnref2").focus()
    page.keyboard.press("Tab")
    expect(page.locator("main > .card-voice")).to_contain_text("Not printed.")
    expect(page.locator(CARD)).to_be_hidden()


def test_notes_at_the_end_only_when_chosen(letter: Callable[..., Page]) -> None:
    page = letter()
    expect(page.locator(".side-note").first).to_be_visible()
    page.get_by_role("button", name="Display").click()
    page.get_by_label("at the end only").check()
    expect(page.locator(".side-notes")).to_be_hidden()
    page.keyboard.press("Escape")
    page.locator("#d7fnref3").hover()
    expect(page.locator(CARD)).to_contain_text("Not printed.")
    page.get_by_role("button", name="Display").click()
    page.get_by_label("beside the text").check()
    expect(page.locator(".side-note").first).to_be_visible()


def test_elsewhere_a_note_is_shown_by_its_reference(letter: Callable[..., Page]) -> None:
    page = letter(viewport={"width": 800, "height": 800})
    expect(page.locator(".side-note")).to_have_count(0)
    page.locator("#d7fnref3").hover()
    expect(page.locator(CARD)).to_contain_text("Not printed.")
    page.keyboard.press("Escape")
    expect(page.locator(CARD)).to_be_hidden()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.locator(".side-note")).to_have_count(7)


def test_by_touch(letter: Callable[..., Page]) -> None:
    page = letter(viewport={"width": 390, "height": 800}, has_touch=True)
    page.locator("#d7fnref3").tap()
    expect(page.locator(CARD)).to_contain_text("Not printed.")
    assert "#" not in page.url
    page.locator("h1").tap(position={"x": 5, "y": 5})
    expect(page.locator(CARD)).to_be_hidden()


def test_without_javascript(letter: Callable[..., Page]) -> None:
    page = letter(java_script_enabled=False)
    page.locator("#d7fnref6").click()
    expect(page.locator("#d7fn6")).to_be_in_viewport()
    expect(page.locator(".settings")).to_be_hidden()


def test_marks_and_signs_do_not_lie_on_each_other(letter: Callable[..., Page]) -> None:
    """Marks of blank pages, two marks on one line, two signs on one line."""
    page = letter()
    script = """() => {
        const text = document.querySelector('#p1');
        for (const label of ['x', 'y', 'z']) {
            const mark = document.querySelector('.page-break[data-page="9"]').cloneNode(true);
            mark.dataset.page = label;
            text.append(mark);
            const sign = document.createElement('a');
            sign.className = 'cited-here';
            text.append(sign);
        }
        document.dispatchEvent(new Event('edition:settings'));
    }"""
    page.evaluate(script)
    page.wait_for_function("document.querySelector('[data-page=z]').style.getPropertyValue('--down')")
    heights = page.evaluate("""() => Array.from(document.querySelectorAll('.page-break'), mark => {
        const down = parseFloat(getComputedStyle(mark, '::before').marginBlockStart);
        return mark.getBoundingClientRect().top + (mark.closest('.page-mark') ? 0 : down);
    }).sort((one, other) => one - other)""")
    assert len(heights) == 6
    assert all(following - one > 11 for one, following in pairwise(heights)), heights
    signs = page.evaluate(
        "Array.from(document.querySelectorAll('.cited-here'), sign => sign.getBoundingClientRect().top)"
    )
    assert len(signs) == 3
    assert all(following - one > 11 for one, following in pairwise(signs)), signs
