"""Documents written as plain text and read again by the importer: no word, page mark or note is lost."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.document import Document, Metadata, Node, Note, plain_text
from generator.exporters.plaintext import to_plain_text
from generator.readers import Part, markdown, tei
from generator.readers.plaintext import Transcript, transcribe
from generator.readers.plaintext_writer import to_markdown

OWN = ("labels", "lost", "no-notes", "pages", "run-on")
"""Transcripts in tests/plaintext/ that keep to the form; the others show what else the importer understands."""


def imported(text: str) -> Document:
    """The document that the importer makes of a transcript."""
    written = to_markdown(transcribe(text))
    reading = markdown.read(Part("markdown", "v", "d1", "d1.md", written.encode()))
    assert reading.document is not None, reading.diagnostics
    return reading.document


def text(words: str) -> Node:
    return Node("text", text=words)


def paragraph(*children: Node | str) -> Node:
    return Node("paragraph", tuple(text(c) if isinstance(c, str) else c for c in children))


def ref(label: str) -> Node:
    return Node("note_ref", (), {"note": f"d1fn{label}", "id": f"d1fnref{label}", "label": label})


def note(label: str, *children: Node) -> Note:
    return Note(f"d1fn{label}", label, tuple(children))


def page(label: str) -> Node:
    return Node("page_break", (), {"label": label, "id": f"pg_{label}"})


def test_a_document_in_the_form_of_a_transcript() -> None:
    items = tuple(Node("item", (text(words),)) for words in ("one ship,", "two boats"))
    inner = Node("item", (text("as follows:"), Node("list", items, {"type": "bulleted"})))
    rows = tuple(Node("row", tuple(Node("cell", (text(c),)) for c in cells)) for cells in (("Port", "Ships"), ("Gull", "3")))  # fmt: skip
    written = to_plain_text(
        Document(
            "v",
            "d7",
            (text("The Consul to the Foreign Office"), ref("1")),
            (
                page("19"),
                paragraph("The wea", page("20"), "ther was fine; it ", page("21"), "is now."),
                page("22"),
                Node("list", (inner,), {"type": "bulleted"}),
                Node("table", rows),
                paragraph("First line", Node("line_break"), "second line", Node("emphasis", (text(" leaning"),))),
                Node("closer", (Node("signed", (Node("small_caps", (text("Rook"),)),)),)),
            ),
            metadata=Metadata(number="7", printed_number="7."),
            source_line=(text("File 12/3"),),
            dateline=(text("Port Amber, May 3, 1901."),),
            notes=(note("1", paragraph("Not printed."), paragraph("More.")),),
        )
    )
    assert written == (
        "[Page 19]\n\nFile 12/3\n\n7. The Consul to the Foreign Office1\n\nPort Amber, May 3, 1901.\n\n"
        "The wea[Page 20]ther was fine; it [Page 21] is now.\n\n[Page 22]\n\n"
        "  * as follows:\n    * one ship,\n    * two boats\n\nPort | Ships\nGull | 3\n\n"
        "First line\nsecond line leaning\n\nRook\n  1. Not printed.\n\nMore.\n"
    )


@pytest.mark.parametrize("name", OWN)
def test_our_transcripts_come_out_as_they_went_in(name: str) -> None:
    given = (Path(__file__).parent / "plaintext" / f"{name}.txt").read_text("utf-8")
    assert to_plain_text(imported(given)).rstrip("\n") == given.rstrip("\n")


def test_the_given_transcripts_come_out_as_they_went_in(shared: Path) -> None:
    files = sorted((shared / "corpus/plaintext").glob("*.txt"))
    assert files
    for file in files:
        given = file.read_text("utf-8")
        assert to_plain_text(imported(given)).rstrip("\n") == given.rstrip("\n"), file.name


WORDS = st.lists(st.from_regex(r"\A[a-z]{2,8}\Z"), min_size=1, max_size=6).map(" ".join)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Paragraphs of words, with notes and pages in rising order, as printed volumes have them."""
    notes: list[Note] = []
    body: list[Node] = []
    pages = 10
    for words in draw(st.lists(WORDS, min_size=1, max_size=5)):
        children: list[Node] = [text(words.capitalize())]
        if draw(st.booleans()):
            pages += 1
            children += [text(" "), page(str(pages)), text(draw(WORDS))]
        if draw(st.booleans()):
            label = str(len(notes) + 1)
            children += [text(","), ref(label), text(f" {draw(WORDS)}.")]
            notes.append(note(label, paragraph(draw(WORDS).capitalize() + ".")))
        body.append(paragraph(*children))
    number = Metadata(number="5", printed_number="5.")
    return Document("v", "d1", (text("A Letter Of The Consul"),), tuple(body), number, notes=tuple(notes))


@given(documents())
def test_whatever_is_written_is_read_the_same(document: Document) -> None:
    read = transcribe(to_plain_text(document))
    assert differences(document, read) == []
    assert [p.label for p in sorted(read.placements, key=lambda p: p.start)] == [n.label for n in document.notes]


def test_real_documents_lose_nothing(shared: Path) -> None:
    """Every fourth document of three volumes. What a transcript cannot say by its nature is left out: a raised numeral
    behind a number, and the pages of plates, which have no numbers."""
    seen = 0
    for name in ("frus1952-54v14p2", "frus1961-63v12", "frus1977-80v21"):
        file = shared / f"corpus/volumes/{name}.xml"
        parts = tei.split(f"content/{name}.xml", name, file.read_bytes()).parts
        for part in parts[::4]:
            document = tei.read(part).document
            if document is None or document.role != "document" or re.search(r"\d\[\d", "".join(marked(document.body))):
                continue
            seen += 1
            assert differences(document, transcribe(to_plain_text(document))) == [], f"{name} {document.id}"
    assert seen > 100


def marked(nodes: tuple[Node, ...]) -> list[str]:
    """The words, with the labels of notes in brackets."""
    out: list[str] = []
    for node in nodes:
        out.append(f"[{node.attrs.get('label', '')}]" if node.kind == "note_ref" else node.text)
        out += marked(node.children)
    return out


def differences(document: Document, read: Transcript) -> list[str]:
    """What a transcript that was read has otherwise than the document it was written from."""
    found = []
    notes = [(n.label, words(plain_text(n.children))) for n in document.notes]
    if notes != [(n.label, words(read.plain((n.start, n.end)))) for n in read.notes]:
        found.append("notes")
    nodes = (*document.source_line, *document.title, *document.dateline, *document.body, *(c for n in document.notes for c in n.children))  # fmt: skip
    if pages_of(nodes) != [p.label for p in read.pages]:
        found.append("pages")
    if words(plain_text(document.title)) != words(read.plain(read.title)):
        found.append("title")
    labelled = plain_text((*document.source_line, Node("paragraph"), *document.dateline, Node("paragraph"), *with_labels(document.body)))  # fmt: skip
    stretches = [read.source_line or (0, 0), read.dateline or (0, 0), *((b.start, b.end) for b in read.body)]
    text_read = " ".join(read.plain(stretch) for stretch in stretches)
    if Counter(words(labelled)) != Counter(words(text_read)):
        found.append("words")
    return found


def words(text: str) -> list[str]:
    """Words, without the bars of tables and the bullets of lists."""
    return [word for word in text.replace("|", " ").split() if word != "*"]


def pages_of(nodes: tuple[Node, ...]) -> list[str]:
    out = []
    for node in nodes:
        if node.kind == "page_break" and node.attrs.get("label"):
            out.append(node.attrs["label"].strip("[]"))
        out += pages_of(node.children)
    return out


def with_labels(nodes: tuple[Node, ...]) -> tuple[Node, ...]:
    """Nodes with the labels of items among their words."""
    out = []
    for node in nodes:
        children = with_labels(node.children)
        if node.attrs.get("label") and node.kind == "item":
            children = (text(node.attrs["label"] + " "), *children)
        out.append(Node(node.kind, children, node.attrs, node.text))
    return tuple(out)
