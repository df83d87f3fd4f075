"""The citation box, the marks of pages and the bar beside a passage, in a browser: by mouse, keyboard and touch, without
JavaScript, and from a disk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

Serve = Callable[..., str]
Open = Callable[..., Page]

ADDRESS = "https://edition.example/trade-and-aid/d101/"

SELECT = """([from, fromAt, to, toAt]) => {
  const at = (selector, wanted) => {
    const walker = document.createTreeWalker(document.querySelector(selector), NodeFilter.SHOW_TEXT);
    let passed = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node.parentElement.closest(".page-break")) continue;
      if (passed + node.length >= wanted) return [node, wanted - passed];
      passed += node.length;
    }
  };
  getSelection().setBaseAndExtent(...at(from, fromAt), ...at(to, toAt));
}"""
"""Select from the n-th character of one element to the n-th of another; marks of pages do not count."""


@pytest.fixture
def document(serve: Serve, sample_site: Path, open_page: Open) -> Page:
    page = open_page(f"{serve(sample_site)}/trade-and-aid/d101/", viewport={"width": 1280, "height": 900})
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def copied(page: Page) -> str:
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def bar(page: Page) -> Locator:
    return page.locator(".cite-passage")


def press(page: Page, name: str) -> str:
    """Press a button of the bar beside a passage; return what it copied."""
    bar(page).get_by_role("button", name=name).click()
    expect(page.locator(".cite-bubble .cite-done")).to_have_text("Copied")
    return copied(page)


# The box


def test_a_style_is_chosen_without_javascript(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site)}/trade-and-aid/d101/", java_script_enabled=False)
    box = page.locator("#site-cite")
    expect(box.locator("[data-style=house] .citation-words").first).to_be_visible()
    expect(box.locator("[data-style=mla]")).to_be_hidden()
    box.get_by_role("radio", name="MLA").check()
    expect(box.locator("[data-style=mla]")).to_contain_text("7 Oct. 1953. Trade and Aid")
    expect(box.locator("[data-style=house]")).to_be_hidden()
    expect(box.get_by_role("button", name="Copy")).to_have_count(0)
    # Pages are places to link to, which the list above the text leads to.
    page.locator(".pages-nav a[href='#pg_1019']").click()
    expect(page).to_have_url(re.compile("#pg_1019$"))
    # Paper has the citation of the house, whatever was chosen.
    page.emulate_media(media="print")
    expect(box.locator("[data-style=house] .citation-words").first).to_be_visible()
    expect(box.locator("[data-style=mla]")).to_be_hidden()


def test_copy_buttons(document: Page, faults: list[str]) -> None:
    box = document.locator("#site-cite")
    box.get_by_role("button", name="Copy: By document").click()
    expect(box.get_by_role("status")).to_have_text("Copied")
    assert copied(document) == "Calendar, volume I (The edition project), Document 101."
    html = document.evaluate(
        "navigator.clipboard.read().then((items) => items[0].getType('text/html')).then((blob) => blob.text())"
    )
    assert "<i>Calendar</i>, volume I" in html
    box.get_by_role("button", name="Copy: Address").click()
    expect(box.locator(".cite-address .copy")).to_have_text("Copied")
    assert copied(document) == ADDRESS
    assert faults == []


def test_the_chosen_style_is_remembered(document: Page) -> None:
    document.locator("#site-cite").get_by_role("radio", name="APA").check()
    document.reload()
    expect(document.locator("#site-cite").get_by_role("radio", name="APA")).to_be_checked()
    document.locator(".page-break").first.click(force=True)
    expect(document.locator(".cite-bubble")).to_contain_text("(Document 101, p. 1019)")


def test_the_key_c_leads_to_the_box(document: Page) -> None:
    document.keyboard.press("c")
    expect(document.locator("#site-cite")).to_be_focused()
    expect(document.locator("#site-cite")).to_be_in_viewport()


# Marks of pages


def margin(page: Page) -> tuple[float, float]:
    """A point on the words of the first mark, which on a wide screen stand in the margin."""
    left = page.locator("article.document").bounding_box()
    line = page.locator(".page-break").first.bounding_box()
    assert left and line
    return left["x"] - 60, line["y"] + 8


PAGE = f"Calendar, volume I (The edition project), Document 101, p. 1019.\n{ADDRESS}#pg_1019"


def test_a_mark_is_cited_by_mouse(document: Page, faults: list[str]) -> None:
    document.locator(".page-break").first.scroll_into_view_if_needed()
    document.mouse.click(*margin(document))
    expect(document.locator(".cite-bubble")).to_contain_text("Copied: citation and address of page 1019")
    expect(document.locator("#site-cite").get_by_role("status")).to_contain_text("page 1019")
    assert copied(document) == PAGE
    expect(document).to_have_url(re.compile("#pg_1019$"))
    document.keyboard.press("Escape")
    expect(document.locator(".cite-bubble")).to_be_hidden()
    assert faults == []


def test_a_mark_is_cited_by_keyboard(document: Page) -> None:
    key = document.get_by_role("button", name="Cite page 1019")
    document.locator("#p5").evaluate("(p) => { p.tabIndex = -1; p.focus(); }")
    document.keyboard.press("Tab")
    expect(key).to_be_focused()
    box = key.bounding_box()
    assert box and box["height"] >= 24 and box["width"] >= 24
    document.keyboard.press("Enter")
    expect(document.locator(".cite-bubble")).to_contain_text("Document 101, p. 1019.")
    assert copied(document) == PAGE


def test_a_mark_is_cited_by_touch(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(
        f"{serve(sample_site)}/trade-and-aid/d101/", viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    )  # fmt: skip
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator(".page-break").first.tap(position={"x": 20, "y": 8})
    bubble = page.locator(".cite-bubble")
    expect(bubble).to_be_in_viewport(ratio=1)
    assert copied(page) == PAGE


def test_a_mark_still_interrupts_nothing(document: Page) -> None:
    """The buttons for the keyboard stand in no one's way: not of a selection, a search in the page, or a copy."""
    assert document.evaluate("window.find('cargo has military worth')")
    assert document.evaluate("getSelection().toString()") == "cargo has military worth"


# Passages


@pytest.mark.parametrize(
    ("where", "quotation", "pages", "fragment"),
    [
        (["#p5", 68, "#p5", 122], "keep to the question whether a cargo has military worth.", "pp. 1018–1019",
         "#p5:~:text=keep%20to%20the%20question%20whether%20a%20cargo%20has%20military%20worth."),
        # Cut within words, with the number of a note inside.
        (["#p3", 104, "#p3", 150], "Circular CA–910 gave the particulars. Washington", "p. 1018",
         "#p3:~:text=Circular%20CA%E2%80%93910%20gave%20the%20particulars.2%20Washington"),
        # Over paragraphs.
        (["#p2", 3, "#p3", 18], "The telegram sets out the American case point by point.\n3. Policy on trade", "p. 1018",
         "#p2:~:text=The%20telegram%20sets%20out%20the,point.%203.%20Policy%20on%20trade"),
        # In a note, which stands on the page of its reference.
        (["#d101fn2", 5, "#d101fn2", 19], "21 August 1953", "p. 1018", "#d101fn2:~:text=21%20August%201953"),
    ],
)  # fmt: skip
def test_a_passage(
    where: list[Any], quotation: str, pages: str, fragment: str, document: Page, faults: list[str]
) -> None:
    document.evaluate(SELECT, where)
    expect(bar(document)).to_be_visible()
    text, citation, link = press(document, "Quotation").rsplit("\n", 2)
    assert text == f"“{quotation}”"
    assert citation == f"Calendar, volume I (The edition project), Document 101, {pages}."
    assert link.startswith(ADDRESS + fragment.partition("text=")[0])
    if "," not in fragment:
        assert link == ADDRESS + fragment
    # It leads there, and the browser takes it: what it does not find it does not scroll to.
    where_it_is = document.context.new_page()
    where_it_is.goto(document.url.partition("#")[0] + "#" + ":~:" + link.partition(":~:")[2])
    where_it_is.wait_for_timeout(700)
    near = f"() => document.querySelector('{where[0]}').getBoundingClientRect()"
    box = where_it_is.evaluate(near)
    assert where_it_is.evaluate("scrollY") > 0 or box["top"] < 900
    assert -box["height"] < box["top"] < 900
    assert faults == []


def test_a_passage_that_occurs_twice_is_told_from_the_first(document: Page) -> None:
    """The words ``the American case`` are made to occur before."""
    document.locator("#p1").evaluate("(p) => p.append(' The telegram sets out the American case point by point. ')")
    document.evaluate(SELECT, ["#p2", 20, "#p2", 42])
    link = press(document, "Link")
    assert link == f"{ADDRESS}#p2:~:text=2.%20The%20telegram%20sets-,out%20the%20American%20case"


def test_by_keyboard(document: Page) -> None:
    """Tab leads into the bar, Escape and Shift+Tab back; the selection stays, and plain copying is as ever."""
    document.keyboard.press("ArrowDown")  # so that the bar knows that nobody points
    document.evaluate(SELECT, ["#p2", 3, "#p2", 15])
    expect(document.locator("#site-cite").get_by_role("status")).to_contain_text("Press Tab")
    document.keyboard.press("Control+c")
    assert copied(document) == "The telegram"
    document.keyboard.press("Tab")
    expect(bar(document).get_by_role("button").first).to_be_focused()
    document.keyboard.press("Tab")
    expect(bar(document).get_by_role("button").nth(1)).to_be_focused()
    document.keyboard.press("Enter")
    expect(document.locator(".cite-bubble")).to_be_visible()
    assert copied(document).startswith("Calendar, volume I (The edition project), Document 101, p. 1018.\nhttps")
    expect(bar(document)).to_be_hidden()
    document.evaluate("getSelection().removeAllRanges()")
    document.evaluate(SELECT, ["#p2", 3, "#p2", 15])
    expect(bar(document)).to_be_visible()
    document.keyboard.press("Escape")
    expect(bar(document)).to_be_hidden()


def test_by_mouse(document: Page) -> None:
    """The bar comes when the mouse has chosen, and goes with the selection."""
    box = document.locator("#p2").bounding_box()
    assert box
    document.mouse.move(box["x"] + 4, box["y"] + 10)
    document.mouse.down()
    document.mouse.move(box["x"] + 200, box["y"] + 10, steps=4)
    document.wait_for_timeout(500)
    expect(bar(document)).to_be_hidden()
    document.mouse.up()
    expect(bar(document)).to_be_visible()
    document.mouse.click(box["x"] + 4, box["y"] + 200)
    expect(bar(document)).to_be_hidden()


@pytest.mark.parametrize("where", [["#site-cite-title", 0, "#site-cite-title", 8], ["#p2", 3, "#p2", 4]])
def test_nothing_is_offered_outside_the_text(where: list[Any], document: Page) -> None:
    document.evaluate(SELECT, where)
    document.wait_for_timeout(600)
    expect(bar(document)).to_be_hidden()


def test_by_touch(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(
        f"{serve(sample_site)}/trade-and-aid/d101/", viewport={"width": 320, "height": 640}, has_touch=True, is_mobile=True
    )  # fmt: skip
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#p2").tap()
    page.evaluate(SELECT, ["#p2", 3, "#p2", 15])
    expect(bar(page)).to_be_in_viewport(ratio=1)
    for button in bar(page).get_by_role("button").all():
        box = button.bounding_box()
        assert box and box["height"] >= 24 and box["width"] >= 24
    bar(page).get_by_role("button", name="Link").tap()
    expect(page.locator(".cite-bubble")).to_be_in_viewport(ratio=1)
    assert copied(page) == f"{ADDRESS}#p2:~:text=The%20telegram"


def test_from_a_disk_without_an_address(sample_edition: Path, tmp_path: Path, open_page: Open) -> None:
    """No public address is known, and no permission is given: the old way of copying serves, with the address at hand."""
    import subprocess
    import sys

    edition = tmp_path / "edition"
    shutil.copytree(sample_edition, edition)
    file = edition / "edition.toml"
    file.write_text(re.sub(r"base_url = .*\n", "", file.read_text("utf-8")), "utf-8")
    command = [
        sys.executable,
        "-m",
        "generator",
        "build",
        "--edition",
        str(edition),
        "--output",
        str(tmp_path / "site"),
    ]
    subprocess.run(command, check=True, capture_output=True, cwd=Path(__file__).parent.parent)
    at = (tmp_path / "site" / "trade-and-aid" / "d101" / "index.html").as_uri()
    page = open_page(at, viewport={"width": 1280, "height": 900})
    expect(page.locator(".cite-address")).to_have_count(0)
    page.locator(".page-break").first.scroll_into_view_if_needed()
    page.mouse.click(*margin(page))
    expect(page.locator(".cite-bubble")).to_contain_text(f"{at}#pg_1019")
    expect(page.locator(".cite-bubble .cite-done")).to_contain_text("Copied")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, serve: Serve, sample_site: Path, open_page: Open, node_modules: Path) -> None:
    page = open_page(f"{serve(sample_site)}/trade-and-aid/d101/", color_scheme=scheme, bypass_csp=True)
    page.add_script_tag(path=node_modules / "axe-core" / "axe.min.js")
    page.evaluate(SELECT, ["#p2", 3, "#p2", 15])
    expect(bar(page)).to_be_visible()
    page.locator(".page-cite").first.focus()
    assert axe(page) == []
    bar(page).get_by_role("button", name="Link").click()
    expect(page.locator(".cite-bubble")).to_be_visible()
    assert axe(page) == []


def axe(page: Page) -> list[str]:
    """What axe-core finds, but for a rule of it that takes a page mark for an element that may have no name."""
    found = page.evaluate("axe.run().then((found) => found.violations)")
    told = [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"]]
    return [one for one in told if not (one.startswith("aria-prohibited-attr") and "doc-pagebreak" in one)]
