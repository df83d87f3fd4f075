"""``edition serve`` as an editor sees it: the page that follows what is written, in a real browser under the site's own
security policy."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from story import Story
from test_preview import FILES, Previewed, previewed_of

from generator import preview

Open = Callable[..., Page]

LONG = "".join(f"Paragraph {n} of the long letter, which says little. {'And so it goes on. ' * 12}\n\n" for n in range(1, 61))  # fmt: skip
WITH_LONG = {
    **FILES,
    "content/v1/d5.md": f"---\ntitle: Long Letter\ndate: 1954-02-01\n---\n\n{LONG}",
    "assets/edition.css": "body { color: rgb(1, 2, 3) }\n",
}
D5 = "content/v1/d5.md"
SOON = 20_000
"""Milliseconds that a machine with much to do may take."""


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Previewed]:
    """A preview of a small edition with one long letter, built once."""
    for previewed in previewed_of(Story(tmp_path, WITH_LONG)):
        previewed.build()
        yield previewed


@pytest.fixture
def faults() -> list[str]:
    """What went wrong in the pages opened by the test: errors, refused resources, breaches of the policy."""
    return []


@pytest.fixture
def open_page(browser: Browser, live: Previewed, faults: list[str]) -> Iterator[Open]:
    """A function that opens a page of the preview, and waits until it hears of changes."""
    contexts: list[BrowserContext] = []

    def start(path: str = "v1/d5/", heard: bool = True, **options: object) -> Page:
        context = browser.new_context(viewport={"width": 1000, "height": 700}, **options)  # type: ignore[arg-type]
        context.set_default_timeout(SOON)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text) if message.type in ("error", "warning") else None)  # fmt: skip
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto(live.address + path)
        if heard:
            soon(bar(page)).to_contain_text("Up to date")
        return page

    yield start
    for context in contexts:
        context.close()


class Soon:
    """``expect`` with the patience that a machine with much to do needs."""

    def __init__(self, what: Locator) -> None:
        self.what = expect(what)

    def to_contain_text(self, text: str | re.Pattern[str]) -> None:
        self.what.to_contain_text(text, timeout=SOON)

    def to_be_visible(self) -> None:
        self.what.to_be_visible(timeout=SOON)

    def to_have_count(self, count: int) -> None:
        self.what.to_have_count(count, timeout=SOON)

    def to_be_in_viewport(self) -> None:
        self.what.to_be_in_viewport(timeout=SOON)


def soon(what: Locator) -> Soon:
    return Soon(what)


def bar(page: Page) -> Locator:
    return page.locator("edition-preview .bar")


def top_of(page: Page, text: str) -> float:
    box = page.get_by_text(text).bounding_box()
    assert box
    return box["y"]


def stay(page: Page) -> None:
    """Put something on the page that is gone when it is loaded anew."""
    page.evaluate("window.stayed = true")


def has_stayed(page: Page) -> bool:
    return bool(page.evaluate("window.stayed === true"))


def test_an_edit_is_seen_and_the_place_kept(live: Previewed, open_page: Open, faults: list[str]) -> None:
    page = open_page()
    bar(page).get_by_role("checkbox").uncheck()
    page.get_by_text("Paragraph 30 of").evaluate("one => window.scrollTo(0, one.offsetTop - 150)")
    before = top_of(page, "Paragraph 30 of")
    live.edit(D5, "Paragraph 2 of", "New words. " * 200 + "\n\nParagraph 2 of")
    soon(page.get_by_text("New words.")).to_have_count(1)
    page.wait_for_load_state("load")
    assert top_of(page, "Paragraph 30 of") == pytest.approx(before, abs=2)
    expect(page.get_by_text("Paragraph 30 of")).to_be_in_viewport()
    assert faults == []


def test_it_jumps_to_what_was_edited(live: Previewed, open_page: Open, faults: list[str]) -> None:
    page = open_page()
    live.edit(D5, "Paragraph 50 of the long", "Paragraph 50 of the edited")
    changed = page.get_by_text("Paragraph 50 of the edited")
    soon(changed).to_be_in_viewport()
    expect(page.locator(".edition-preview-changed")).to_contain_text("Paragraph 50 of the edited")
    expect(page.locator(".edition-preview-changed")).to_have_count(0)
    live.edit(D5, "Paragraph 3 of", "Paragraph three of")
    soon(page.get_by_text("Paragraph three of")).to_be_in_viewport()
    # What is taken out leads to where it was.
    live.story.write(D5, re.sub(r"Paragraph 40 .*\n\n", "", (live.story.root / D5).read_text()))
    live.build(D5)
    soon(page.get_by_text("Paragraph 41 of")).to_be_in_viewport()
    assert faults == []


def test_what_is_in_view_is_marked_without_moving(live: Previewed, open_page: Open) -> None:
    page = open_page()
    page.get_by_text("Paragraph 30 of").evaluate("one => window.scrollTo(0, one.offsetTop - 150)")
    before = page.evaluate("scrollY")
    live.edit(D5, "Paragraph 31 of the long", "Paragraph 31 of the edited")
    soon(page.locator(".edition-preview-changed")).to_contain_text("Paragraph 31 of the edited")
    assert page.evaluate("scrollY") == before


def test_the_switch_is_remembered(live: Previewed, open_page: Open) -> None:
    page = open_page()
    expect(bar(page).get_by_role("checkbox")).to_be_checked()
    bar(page).get_by_role("checkbox").uncheck()
    live.edit(D5, "Paragraph 50 of the long", "Paragraph 50 of the edited")
    soon(page.get_by_text("Paragraph 50 of the edited")).to_have_count(1)
    expect(bar(page).get_by_role("checkbox")).not_to_be_checked()
    assert page.evaluate("scrollY") == 0
    expect(page.locator(".edition-preview-changed")).to_have_count(0)
    page.goto(f"{live.address}v1/d1/")
    expect(bar(page).get_by_role("checkbox")).not_to_be_checked()


@pytest.mark.parametrize(("motion", "animation"), [("reduce", "none"), ("no-preference", "edition-preview-changed")])
def test_the_mark_moves_only_for_those_who_like_that(
    live: Previewed, open_page: Open, motion: str, animation: str
) -> None:
    page = open_page(reduced_motion=motion)
    live.edit(D5, "Paragraph 3 of", "Paragraph three of")
    mark = page.locator(".edition-preview-changed")
    soon(mark).to_be_visible()
    assert mark.evaluate("one => getComputedStyle(one).animationName") == animation


def test_a_style_sheet_is_swapped_without_loading_the_page(live: Previewed, open_page: Open, faults: list[str]) -> None:
    page = open_page()
    stay(page)
    expect(page.locator("body")).to_have_css("color", "rgb(1, 2, 3)")
    for number in (7, 8):
        live.story.write("assets/edition.css", f"body {{ color: rgb({number}, 8, 9) }}\n")
        live.build("assets/edition.css")
        expect(page.locator("body")).to_have_css("color", f"rgb({number}, 8, 9)", timeout=SOON)
    expect(page.locator("link[rel=stylesheet][href*='assets/edition.css']")).to_have_count(1)
    assert has_stayed(page) and faults == []


def test_a_script_of_the_page_loads_it_anew(live: Previewed, open_page: Open) -> None:
    page = open_page()
    stay(page)
    live.story.write("assets/edition.js", "document.body.dataset.own = 'yes';\n")
    live.build("assets/edition.js")
    soon(page.locator("body[data-own=yes]")).to_have_count(1)


def test_a_page_that_was_not_written_is_left_alone(live: Previewed, open_page: Open, faults: list[str]) -> None:
    page = open_page()
    stay(page)
    live.edit("content/v1/d3.md", "Three.", "Three, edited.")
    link = bar(page).get_by_role("link", name="Go to what was edited")
    soon(link).to_be_visible()
    assert has_stayed(page)
    link.click()
    soon(page.get_by_text("Three, edited.")).to_be_visible()
    assert faults == []


def test_a_page_that_is_gone_says_so(live: Previewed, open_page: Open) -> None:
    page = open_page()
    live.story.delete(D5)
    live.build(D5)
    soon(bar(page)).to_contain_text("This page is no longer in the site")
    expect(page.get_by_text("Paragraph 1 of")).to_be_visible()
    bar(page).get_by_role("link", name="Go to the nearest one").click()
    expect(page).to_have_url(f"{live.address}v1/")


def test_a_page_that_comes_to_be_appears(live: Previewed, open_page: Open) -> None:
    page = open_page("v1/d77/")
    live.story.write("content/v1/d77.md", "---\ntitle: Just Made\n---\n\nHere it is.\n")
    live.build("content/v1/d77.md")
    soon(page.get_by_text("Here it is.")).to_be_visible()


def test_errors_stand_over_the_last_good_page(live: Previewed, open_page: Open, faults: list[str]) -> None:
    page = open_page()
    stay(page)
    live.edit(D5, "title:", "titel:")
    errors = page.get_by_role("alertdialog")
    soon(errors).to_be_visible()
    expect(errors.get_by_role("heading")).to_have_text("1 error: you see the last good page")
    for text in ("content/v1/d5.md:2:1", "titel: Long Letter\n^", "titel", 'Did you mean "title"?'):
        expect(errors).to_contain_text(text)
    link = errors.get_by_role("link", name="Open in the editor")
    expect(link).to_have_attribute("href", f"vscode://file{live.story.root}/content/v1/d5.md:2:1")
    expect(page.get_by_text("Paragraph 1 of")).to_be_attached()
    assert page.evaluate("document.activeElement.shadowRoot.activeElement.textContent").startswith("1 error")
    page.keyboard.press("Escape")
    expect(errors).to_have_count(0)
    # The same again is not shown again; another error is.
    live.edit("content/v1/d3.md", "Three.", "Three, edited.")
    soon(bar(page)).to_contain_text("1 error")
    expect(errors).to_have_count(0)
    live.edit("content/v1/d2.md", "number:", "nummer:")
    soon(errors).to_be_visible()
    expect(errors.get_by_role("listitem")).to_have_count(2)
    live.edit("content/v1/d2.md", "nummer:", "number:")
    live.edit(D5, "titel:", "title:")
    soon(errors).to_have_count(0)
    assert has_stayed(page) and faults == []


def test_the_place_of_an_error_can_be_copied(live: Previewed, open_page: Open) -> None:
    live.board.editor = ""
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    live.edit(D5, "title:", "titel:")
    errors = page.get_by_role("alertdialog")
    soon(errors).to_be_visible()
    expect(errors.get_by_role("link")).to_have_count(0)
    errors.get_by_role("button", name="Copy the place").click()
    expect(errors.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == f"{live.story.root}/content/v1/d5.md:2:1"


def test_who_is_typing_is_not_interrupted(live: Previewed, open_page: Open) -> None:
    page = open_page("search/")
    page.get_by_role("searchbox").first.focus()
    live.edit(D5, "title:", "titel:")
    soon(page.get_by_role("alertdialog")).to_be_visible()
    assert page.evaluate("document.activeElement.type") == "search"


def test_a_message_is_text(live: Previewed, open_page: Open, faults: list[str]) -> None:
    page = open_page()
    live.edit(D5, "title: Long", "<img src=x onerror=alert(1)>: x\ntitle: Long")
    soon(page.get_by_role("alertdialog")).to_contain_text("<img src=x onerror=alert(1)>")
    page.goto(live.address.replace("/e/", "/.preview/"))
    expect(page.get_by_text("<img src=x onerror=alert(1)>").first).to_be_visible()
    assert page.locator("img").count() == 0 and faults == []


def test_drafts_carry_a_banner(live: Previewed, open_page: Open) -> None:
    live.edit("content/v1/d4.md", "date: 1954", "date: 1954\nstatus: draft")
    page = open_page("v1/d4/")
    expect(page.locator("edition-preview .draft")).to_have_text("Draft: not in the published site.")
    page.goto(f"{live.address}v1/d3/")
    soon(bar(page)).to_contain_text("Up to date")
    expect(page.locator("edition-preview .draft")).to_have_count(0)


def test_paper_has_nothing_of_it(live: Previewed, open_page: Open) -> None:
    page = open_page()
    page.emulate_media(media="print")
    expect(bar(page)).to_be_hidden()


def test_the_list_of_warnings_follows_the_edition(live: Previewed, open_page: Open, faults: list[str]) -> None:
    live.edit("content/v1/d3.md", "Three.", "Three [[d99]].")
    page = open_page("v1/d3/")
    bar(page).get_by_role("link", name="0 errors, 1 warning").click()
    expect(page.get_by_role("heading", name="content/v1/d3.md")).to_be_visible()
    live.edit("content/v1/d3.md", " [[d99]]", "")
    soon(page.get_by_text("Nothing: all is well.")).to_be_visible()
    assert faults == []


def test_the_first_build_is_waited_for(browser: Browser, tmp_path: Path) -> None:
    for previewed in previewed_of(Story(tmp_path, FILES)):
        page = browser.new_page()
        page.goto(f"{previewed.address}v1/d1/")
        expect(page.get_by_role("heading")).to_have_text("The edition is being built")
        previewed.build()
        soon(page.get_by_text("First Letter").first).to_be_visible()
        page.close()


def test_a_preview_that_comes_back_is_found(live: Previewed, browser: Browser) -> None:
    page = browser.new_page()
    with preview.listening(0) as probe:
        port = probe.getsockname()[1]
    with preview.serving(live.board, preview.listening(port)):
        page.goto(f"http://127.0.0.1:{port}/e/v1/d5/")
        soon(bar(page)).to_contain_text("Up to date")
    soon(bar(page)).to_contain_text("The preview has ended")
    again = preview.Board(live.story.root, live.board.site)
    live.board = again
    live.edit(D5, "Paragraph 1 of", "Paragraph one of")
    with preview.serving(again, preview.listening(port)):
        soon(page.get_by_text("Paragraph one of")).to_be_visible()
        soon(bar(page)).to_contain_text("Up to date")
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessibility(live: Previewed, open_page: Open, node_modules: Path, scheme: str) -> None:
    live.story.edit("content/v1/d3.md", "Three.", "Three [[d99]].")
    live.story.edit("content/v1/d4.md", "date: 1954", "date: 1954\nstatus: draft")
    live.build()
    page = open_page("v1/d3/", bypass_csp=True, color_scheme=scheme)
    live.edit(D5, "title:", "titel:")
    soon(page.get_by_role("alertdialog")).to_be_visible()
    for path in ("", "v1/d4/", "../.preview/"):
        if path:
            page.goto(live.address + path)
            soon(bar(page)).to_contain_text("Up to date")
        page.add_script_tag(path=node_modules / "axe-core/axe.min.js")
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']}).then(result => result.violations)")
        # The theme's colours are not looked at here: its style sheet is replaced by one line.
        assert [f"{rule['id']}: {node['html']}" for rule in found for node in rule["nodes"] if "preview" in str(node["target"])] == []  # fmt: skip
        assert path != "../.preview/" or found == []


@pytest.mark.skipif(os.name == "nt", reason="signals are sent in another way there")
def test_the_whole_from_the_command_line(browser: Browser, tmp_path: Path, checkout: Path) -> None:
    """Write, see, and end: what an editor does with it."""
    story = Story(tmp_path, WITH_LONG)
    command = [sys.executable, "-m", "generator", "serve", "--edition", str(story.root), "--port", "8123"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdout=pipe, stderr=pipe, text=True, cwd=checkout, start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    ) as run:  # fmt: skip
        assert run.stdout
        first = run.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+/e/", first + run.stdout.readline() if "taken" in first else first)
        assert found, first
        page = browser.new_page()
        page.set_default_timeout(SOON)
        page.goto(f"{found[0]}v1/d5/")
        soon(bar(page)).to_contain_text("Up to date")
        for n in range(3):
            story.write(D5, WITH_LONG[D5].replace("Paragraph 2 of", f"Paragraph two, edit {n}, of"))
            soon(page.get_by_text(f"Paragraph two, edit {n}, of")).to_be_visible()
        story.edit(D5, "title:", "titel:")
        soon(page.get_by_role("alertdialog")).to_be_visible()
        story.edit(D5, "titel:", "title:")
        soon(page.get_by_role("alertdialog")).to_have_count(0)
        os.killpg(run.pid, signal.SIGINT)
        out, err = run.communicate(timeout=60)
        page.close()
    assert run.returncode == 0, err
    assert "Traceback" not in err and out.endswith("Ended.\n")
    assert "content/v1/d5.md:2:1: unknown-key" in err
    with pytest.raises(ProcessLookupError):
        os.killpg(run.pid, 0)
    site = story.root / ".edition/preview"
    assert (site / "v1/d5/index.html").is_file() and not (story.root / "site").exists()
    assert not [file for file in site.rglob("*.html") if ".preview" in file.read_text()]
