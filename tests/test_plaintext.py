"""Reading plain transcripts: cases in files, the shared material, and texts nobody wrote.

A case is a transcript ``tests/plaintext/NAME.txt`` and the document it should become, ``NAME.md``; where the editor
should confirm something, ``NAME.unsure`` has the places, one a line, as ``line:column``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import plaintext_measure as measuring
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from generator.diagnostics import Severity
from generator.document import Node
from generator.readers import Part, markdown
from generator.readers.plaintext import Transcript, transcribe
from generator.readers.plaintext_notes import Zone, place
from generator.readers.plaintext_writer import to_markdown

CASES = sorted(Path(__file__).with_name("plaintext").glob("*.txt"))


def unsure(found: Transcript) -> list[str]:
    """The places an editor has to look at, as ``line:column``."""
    return [f"{d.span.line}:{d.span.column}" for d in found.unsure if d.severity is not Severity.NOTE]


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_case(case: Path) -> None:
    found = transcribe(case.read_text("utf-8"), case.name)
    assert to_markdown(found) == case.with_suffix(".md").read_text("utf-8")
    wanted = case.with_suffix(".unsure")
    assert unsure(found) == (wanted.read_text("utf-8").split() if wanted.exists() else [])


def test_diagnostics_show_the_line_of_the_input() -> None:
    found = transcribe("1. A Letter1\n\nDear Sir: Come.\n\n  1. Not printed.\n  2. The date.", "in/letter.txt")
    assert str(found.unsure[0]).splitlines()[:3] == [
        "in/letter.txt:6:6: import-unsure: No reference to note 2 was found in the text (warning)",
        "      2. The date.",
        "         ^",
    ]


def test_an_uncertain_reference_is_placed_and_listed() -> None:
    found = transcribe(
        "1. A Letter1\n\nSee telegram 452 and despatch 362 of the legation.\n\n  1. Not printed.\n  2. Not found."
    )
    (second,) = [p for p in found.placements if p.label == "2"]
    assert 0.4 < second.certainty < 0.95
    assert second.start >= 0 and second.rival >= 0
    assert unsure(found) == [f"3:{second.start - found.text.rfind(chr(10), 0, second.start)}"]


def test_order_decides_between_equal_candidates() -> None:
    text = "Alpha,1 beta,2 gamma,1 delta,2"
    placed = place(text, [Zone(0, len(text), "body")], ["1", "2", "1"], ["x", "y", "z"])
    assert [p.start for p in placed] == [text.index("1"), text.index("2"), text.rindex("1")]


def test_words_of_the_note_decide() -> None:
    text = "The reply of Rook1 and that of Quill1 are enclosed."
    for name in ("Rook", "Quill"):
        (placed,) = place(text, [Zone(0, len(text), "body")], ["1"], [f"Captain {name} of the Heron."])
        assert text[: placed.start].endswith(name)


@pytest.mark.parametrize(
    "change",
    [lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n"), lambda t: t.replace("\n", "\r"), lambda t: t + "\n\n"],
    ids=["byte order mark", "Windows", "old Macintosh", "end of file"],
)
@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_line_ends_do_not_matter(case: Path, change: object) -> None:
    text = case.read_text("utf-8").rstrip("\n")
    assert callable(change)
    plain, changed = transcribe(text), transcribe(change(text))
    assert to_markdown(changed) == to_markdown(plain)
    assert changed.unsure == plain.unsure


# The way back: what was written is read by the reader of Markdown


def words_of(nodes: Iterable[Node]) -> str:
    """The text of nodes, with blanks between blocks and where a mark stood."""
    out = []
    for node in nodes:
        if node.kind == "text" or node.text:
            out.append(node.text)
        elif node.kind == "line_break":
            out.append(" ")
        out.append(words_of(node.children))
        if node.kind not in ("text", "note_ref", "page_break", "emphasis", "span"):
            out.append(" ")
    return "".join(out)


def marks_of(nodes: Iterable[Node], kind: str) -> list[str]:
    out = []
    for node in nodes:
        if node.kind == kind:
            out.append(node.attrs["label"])
        out += marks_of(node.children, kind)
    return out


def assert_comes_back(text: str) -> None:
    """Read ``text``, write it, read that as Markdown: characters, notes, references and pages must be the same."""
    found = transcribe(text)
    written = to_markdown(found)
    reading = markdown.read(Part("markdown", "v", "d1", "content/v/d1.md", written.encode()))
    document = reading.document
    assert document, [str(d) for d in reading.diagnostics]
    title = document.title if found.title[0] < found.title[1] else ()
    parts = [*title, *document.source_line, *document.dateline, *document.body]
    everything = [*parts, *(node for note in document.notes for node in note.children)]

    cuts = [(p.start, p.end) for p in found.placements if p.start >= 0]
    cuts += [(p.start, p.end) for p in found.pages]
    source = list(found.text)
    for note in found.notes:
        line = found.text.rfind("\n", 0, note.start - 1) + 1
        cuts.append((line, note.start))
    if found.notes:
        cuts.append((found.notes_at, found.notes[0].start))
    if found.printed_number:
        cuts.append((found.text.rfind(found.printed_number.split()[0], 0, found.title[0]), found.title[0]))
    for block in (*found.body, *(b for note in found.notes for b in note.blocks)):
        previous = 0
        for line_ in block.lines:
            if line_.depth:
                previous = found.text.rfind("\n", 0, line_.start) + 1
                cuts.append((max(previous, line_.start - 12), line_.start))
    for a, b in cuts:
        source[a:b] = " " * (b - a)
    wanted = Counter("".join("".join(source).replace("|", "").split()))
    got = Counter("".join(words_of(everything).replace("|", "").split()))
    assert got == wanted, (got - wanted, wanted - got, written)
    # Marks of unusual pages are kept as text by the reader of Markdown.
    usual = [p.label for p in found.pages if not p.label.startswith("[")]
    if len(usual) == len(found.pages):
        assert sorted(marks_of(everything, "page_break")) == sorted(usual)
    assert sorted(marks_of(everything, "note_ref")) == sorted(p.label for p in found.placements if p.start >= 0)
    assert sorted(n.label for n in document.notes) == sorted(n.label for n in found.notes)
    assert document.metadata.number == found.number


@pytest.mark.parametrize("case", CASES, ids=lambda p: p.stem)
def test_case_comes_back(case: Path) -> None:
    assert_comes_back(case.read_text("utf-8"))


PIECES = st.sampled_from(
    "the Amber Rook telegram 117 1954 19541 word1 word.2 (3) 3.1 42,000 [sic] [Page 12] [Page iv] [Page of] * ** _a_ ` ``` "
    "# ## - + > ~ ~~~ : ::: :::attachment = === --- | a|b |- {.signed} {a=b} [^1] [^1]: [[d2]] [a](b) [a]: [a]{.b} ![a](b) "
    "<b> <http://a.b> &amp; &#65; \\ \\* 1. 2. 1) 1.2. No. é — “x”1 \u00a0 \u2028 \x0b \x00 \x85 \U0001f600 Notes".split(
        " "
    )
)
LINES = st.builds(
    lambda indent, bullet, pieces: indent + bullet + " ".join(pieces),
    st.sampled_from(["", "", "", " ", "  ", "    ", "\t"]),
    st.sampled_from(["", "", "", "* ", "1. ", "2. ", "*. "]),
    st.lists(PIECES, max_size=6),
)
TEXTS = st.lists(st.tuples(LINES, st.sampled_from(["\n", "\n\n", "\n\n", "\n \n\n", "\r\n"])), max_size=12).map(
    lambda lines: "".join(line + end for line, end in lines)
)


@settings(max_examples=300)
@given(TEXTS | st.text(max_size=200))
@example("")
@example("[Page 1]")
@example("A\n\n  1. ")
@example("T\n\n* a\n[^1]: b\n\n  *. c")
def test_any_text_comes_back_whole(text: str) -> None:
    found = transcribe(text)
    # Which of several notes with one label is meant can be written down only if each has its reference in the body.
    labels = Counter(n.label for n in found.notes)
    assume(all(labels[p.label] == 1 or (p.start >= 0 and p.host < 0) for p in found.placements))
    assert_comes_back(text)


@given(TEXTS)
def test_every_note_is_placed_once_or_said_to_be_lost(text: str) -> None:
    found = transcribe(text)
    assert [p.note for p in found.placements] == list(range(len(found.notes)))
    for p in found.placements:
        assert 0 <= p.certainty <= 1
        assert p.start < 0 or found.text[p.start : p.end] == p.label
    body = [p.start for p in found.placements if p.start >= 0 and p.host < 0]
    assert body == sorted(set(body))
    lost = sum(p.start < 0 for p in found.placements)
    assert sum("No reference" in d.message for d in found.unsure) == lost


# The shared material


def test_transcripts_with_truth(shared: Path) -> None:
    """Every reference of the ten transcripts with truth stands where it belongs, and all else is as it should be."""
    truths = sorted((shared / "corpus" / "plaintext").glob("*.json"))
    assert len(truths) == 10
    for file in truths:
        truth = json.loads(file.read_text("utf-8"))
        text = file.with_suffix(".txt").read_text("utf-8")
        tally, faults = measuring.compare(measuring.Sample("", file.stem, text, truth))
        assert not faults
        assert tally.exact == tally.placed == tally.wanted == len(truth["refs"])
        assert (tally.title, tally.number, tally.source_line, tally.pages, tally.notes) == (1, 1, 1, 1, 1), file.stem
        assert_comes_back(text)


def test_the_two_copied_telegrams(shared: Path) -> None:
    folder = shared / "corpus" / "plaintext"
    first = transcribe((folder / "telegram-1831.txt").read_text("utf-8"))
    assert first.plain(first.title) == "The Secretary of State to the Embassy in the United Kingdom"
    assert first.plain(first.source_line or (0, 0)) == "460.509/10–753: Telegram"
    assert (first.classification, first.date, first.kind, first.first_page) == (
        "Secret",
        "1953-10-07?",
        "telegram",
        "1018",
    )
    assert [b.number for b in first.body if b.number] == ["1831", *(str(n) for n in range(2, 14))]
    assert [first.text[p.start - 8 : p.start] for p in first.placements] == [" Kingdom", "1, 1953.", "experts."]
    assert first.body[-1].kind == "signed"
    second = transcribe((folder / "telegram-234386.txt").read_text("utf-8"))
    assert second.number == "387"
    assert [second.text[p.start - 6 : p.start] for p in second.placements] == ["ingdom", "11751;", "11698.", "le VI,"]


def test_derived_transcripts(shared: Path) -> None:
    """Every tenth document of all volumes: placement on the volumes that the scores were fitted to and on the others."""
    tallies, _ = measuring.measure(shared, every=10)
    assert sum(t.documents for t in tallies.values()) > 500
    for fitted in (True, False):
        tally = measuring.total(tallies, fitted)
        assert measuring.is_good_enough(tally), str(tally)
