"""On paper a document is a page of its volume: its marks, its notes at the end, how to cite it and where it is, and
nothing else."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from pypdf import PdfReader

Serve = Callable[..., str]
Open = Callable[..., Page]


def paper(page: Page) -> list[str]:
    """The words on each sheet of the page's print view."""
    made = page.pdf(format="A4", prefer_css_page_size=True)
    return [
        " ".join(sheet.extract_text(extraction_mode="layout").split()) for sheet in PdfReader(io.BytesIO(made)).pages
    ]


@pytest.fixture(params=["dark", "sepia with notes beside"])
def printed(request: pytest.FixtureRequest, serve: Serve, sample_site: Path, open_page: Open) -> list[str]:
    """The sample's first document as it is printed from a wide screen."""
    options: dict[str, Any] = {"viewport": {"width": 1440, "height": 900}}
    page = open_page(f"{serve(sample_site)}/trade-and-aid/d101/", **options)
    page.evaluate(
        "theme => localStorage.setItem('edition.settings', JSON.stringify({theme}))", request.param.split()[0]
    )
    page.reload()
    page.wait_for_selector(".side-note")
    return paper(page)


def test_a_document_on_paper(printed: list[str]) -> None:
    text = " ".join(printed)
    assert "101. The Secretary of State to the Embassy in the United Kingdom" in text
    assert re.search(r"whether a cargo has\s*\[Page 1019\]\s*military worth", text), "the page mark is in its line"
    assert "[Page 1020]" in text
    # The notes once, at the end, with their labels; the arrows back are of no use there.
    for note in ("Of 21 August 1953. The circular is not in print", "The date is that of the file number"):
        assert text.count(note) == 1
    # Small capitals are capitals to a program, where the face has none of its own.
    assert text.index("October 7, 1953") < re.search("Dulles", text, re.I).start() < text.index("Of 21 August 1953")  # type: ignore[union-attr]
    assert "↩" not in text
    # The citation of the house, once, and the address.
    assert text.count("https://edition.example/trade-and-aid/d101/") == 1
    assert re.search(r"Calendar.{0,80}Document 101\.", text[text.index("Of 21 August 1953") :])
    for chrome in ("Display", "Search", "Copy", "Chicago", "Cited by", "Previous document", "Chronology", "Download", "Facsimile", "Go to page"):  # fmt: skip
        assert chrome not in text, chrome
    # Sheets are counted.
    assert [sheet.split()[-1] for sheet in printed] == [str(n + 1) for n in range(len(printed))]


def test_ink_on_white(serve: Serve, sample_site: Path, open_page: Open) -> None:
    page = open_page(f"{serve(sample_site)}/trade-and-aid/d101/", color_scheme="dark")
    for theme in ("", "dark", "sepia"):
        page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
        page.emulate_media(media="print")
        shown = page.evaluate(
            "[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]"
        )
        assert shown == ["rgb(255, 255, 255)", "rgb(0, 0, 0)"]


def test_a_long_document_keeps_its_marks_and_notes(shared: Path, serve: Serve, tmp_path: Path, open_page: Open) -> None:
    """A document of a real volume with dozens of pages and notes."""
    from story import Story

    story = Story(
        tmp_path, {"edition.toml": 'title = "E"\nbase_url = "https://example.org/e/"\n[search]\nenabled = false\n'}
    )
    story.write("content/frus1914-20v02.xml", (shared / "corpus/volumes/frus1914-20v02.xml").read_bytes())
    story.build()
    page = open_page(f"{serve(story.site)}/frus1914-20v02/d147/")
    marks = page.locator("article .page-break").evaluate_all(
        "marks => marks.map(mark => mark.getAttribute('aria-label'))"
    )
    notes = page.locator(".notes > ol > li > .note-label").all_text_contents()
    assert len(marks) > 90 and len(notes) > 50
    sheets = paper(page)
    text = " ".join(sheets)
    assert [mark for mark in marks if f"[{mark}]" not in text] == []
    end = text[-30_000:]
    assert [label for label in notes if not re.search(rf"(?<!\w){re.escape(label)}(?!\w)", end)] == []
    assert "https://example.org/e/frus1914-20v02/d147/" in sheets[-1]
