"""The two transcripts given at the beginning, written as an editor would, and built: every page mark, note and
reference in its place. The texts are not part of the project; they are turned into documents here."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from lxml import html
from story import Story

MARKS = {
    "telegram-1831": ["Kingdom1", "1953.2", "experts.3"],
    "telegram-234386": ["Kingdom1", "11751;2", "11698.3", "VI,4"],
}
FRONT = {
    "telegram-1831": 'title: "The Secretary of State to the Embassy in the United Kingdom[^1]"\nsource_line: "460.509/10–753: Telegram"\nclassification: secret\nfirst_page: "1018"\n',
    "telegram-234386": 'title: "Telegram From the Department of State to the Mission in Geneva and the Embassy in the United Kingdom[^1]"\nnumber: "387"\n',
}  # fmt: skip


def as_markdown(text: str, name: str) -> str:
    """What an editor does by hand: front matter, ``[^1]`` where a number hangs on a word, notes at the end."""
    body, _, notes = text.partition("\n  1. ")
    paragraphs = body.strip().split("\n\n")[3 if name == "telegram-1831" else 1 :]
    body = "\n\n".join(paragraphs).replace("\nDulles", "\n{.signed}\nDulles")
    for mark in MARKS[name][1:]:
        assert body.count(mark) == 1, mark
        body = body.replace(mark, f"{mark[:-1]}[^{mark[-1]}]")
    labelled = ["1", *re.split(r"\n  (\d+)\. ", notes)]
    given = "\n\n".join(f"[^{n}]: {t.strip()}" for n, t in zip(labelled[::2], labelled[1::2], strict=True))
    return f"---\n{FRONT[name]}---\n\n{body}\n\n{given}\n"


def words(element: html.HtmlElement) -> str:
    """The text of a page as it is read: without page marks and note references, white space as one space."""
    return " ".join("".join(element.itertext()).split())


@pytest.fixture
def pages(tmp_path: Path, shared: Path) -> dict[str, html.HtmlElement]:
    story = Story(tmp_path, {"edition.toml": 'title = "Given"\n'})
    ids = {"telegram-1831": "d101", "telegram-234386": "d387"}
    for name, id in ids.items():
        text = (shared / f"corpus/plaintext/{name}.txt").read_text(encoding="utf-8")
        story.write(f"content/given/{id}.md", as_markdown(text, name))
    report = story.build()
    assert not report.errors and not report.warnings, [str(d) for d in report.diagnostics]
    return {name: html.fromstring(story.page(f"given/{id}/index.html")) for name, id in ids.items()}


@pytest.mark.parametrize(
    ("name", "id", "labels", "printed", "notes"),
    [
        ("telegram-1831", "d101", ["1019", "1020"], "[1018]–1020", ["1", "2", "3"]),
        ("telegram-234386", "d387", ["990", "991"], "[989]–991", ["1", "2", "3", "4"]),
    ],
)
def test_marks_notes_and_references(
    pages: dict[str, html.HtmlElement],
    shared: Path,
    name: str,
    id: str,
    labels: list[str],
    printed: str,
    notes: list[str],
) -> None:
    page = pages[name]
    article = page.xpath("//article")[0]
    assert [a.get("data-page") for a in article.xpath(".//a[@role='doc-pagebreak']")] == labels
    assert [a.get("id") for a in article.xpath(".//a[@role='doc-pagebreak']")] == [f"pg_{n}" for n in labels]
    assert [words(a) for a in article.xpath(".//a[@role='doc-pagebreak']")] == [f"[Page {n}]" for n in labels]
    references = article.xpath(".//a[@role='doc-noteref']")
    assert [words(a) for a in references] == notes
    assert [a.get("href") for a in references] == [f"#{id}fn{n}" for n in notes]
    assert [a.get("id") for a in references] == [f"{id}fnref{n}" for n in notes]
    assert article.xpath("./header/h1//a/@id") == [f"{id}fnref1"]
    listed = article.xpath("./section[@role='doc-endnotes']/ol/li")
    assert [li.get("id") for li in listed] == [f"{id}fn{n}" for n in notes]
    for li, n in zip(listed, notes, strict=True):
        assert li.xpath(".//a[@role='doc-backlink']/@href") == [f"#{id}fnref{n}"]
    assert page.xpath("//*[@class='document-pages']/text()") == [printed]


def test_each_reference_stands_after_its_word(pages: dict[str, html.HtmlElement]) -> None:
    for name, marks in MARKS.items():
        page = pages[name]
        for mark in marks:
            (reference,) = [a for a in page.xpath("//a[@role='doc-noteref']") if words(a) == mark[-1]]
            before = "".join(reference.xpath("preceding::text()"))
            assert before.endswith(mark[:-1]), (name, mark, before[-20:])


def test_a_page_mark_interrupts_nothing(pages: dict[str, html.HtmlElement]) -> None:
    article = pages["telegram-1831"].xpath("//article")[0]
    for mark in article.xpath(".//a[@role='doc-pagebreak']"):
        mark.drop_tree()
    text = "".join(article.itertext())
    assert "examination strategic nature" in text


def test_no_word_is_lost(pages: dict[str, html.HtmlElement], shared: Path) -> None:
    for name, page in pages.items():
        given = (shared / f"corpus/plaintext/{name}.txt").read_text(encoding="utf-8")
        article = page.xpath("//article")[0]
        for extra in article.xpath(".//a[@role='doc-noteref' or @role='doc-backlink'] | .//*[@class='note-label']"):
            extra.drop_tree()
        shown = sorted(re.findall(r"[^\W\d_]{2,}", words(article)))
        if name == "telegram-1831":  # set apart as the classification, which is shown beside the text
            shown = sorted([*shown, "secret"])
        assert shown == sorted(re.findall(r"[^\W\d_]{2,}", given))


def test_printed_numbers_are_kept(pages: dict[str, html.HtmlElement]) -> None:
    paragraphs = [words(p) for p in pages["telegram-1831"].xpath("//article//p[starts-with(@id, 'p')]")]
    numbers = [m[1] for p in paragraphs if (m := re.match(r"(?:1831\. )?(\d+)\. ", p))]
    assert numbers == [str(n) for n in range(1, 14)]
    assert paragraphs[0].startswith("1831. 1. US Reps")
    points = [words(p) for p in pages["telegram-234386"].xpath("//article//p") if words(p).startswith("—")]
    assert len(points) == 7
