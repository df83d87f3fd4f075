"""Source notes: archive, collection, file, classification, precedence, and who drafted, cleared and approved."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.document import Document, Node, Note, SourceNote, plain_text
from generator.source_notes import file_key, parse

CASES = Path(__file__).parent / "source_notes" / "notes.md"
FIELDS = SourceNote.__struct_fields__


def note(words: str, kind: str = "foot", id: str = "d1fn1") -> Note:
    return Note(id, "1", (Node("paragraph", (Node("text", text=words),)),), kind=kind)


def document(*notes: Note, line: str = "") -> Document:
    above = (Node("text", text=line),) if line else ()
    return Document("v", "d1", (Node("text", text="A letter"),), (), source_line=above, notes=notes)


def cases() -> list[tuple[str, str, dict[str, str]]]:
    """The cases of notes.md: heading, words, what is read by field."""
    out = []
    for block in re.split(r"^## ", CASES.read_text("utf-8"), flags=re.M)[1:]:
        heading, words, *lines = block.strip().split("\n")
        out.append((heading, words, dict(line.removeprefix("- ").split(": ", 1) for line in lines)))
    return out


def shown(found: SourceNote) -> dict[str, str]:
    values = {name: getattr(found, name) for name in FIELDS}
    return {name: value if isinstance(value, str) else "; ".join(value) for name, value in values.items() if value}


@pytest.mark.parametrize(("heading", "words", "fields"), cases())
def test_a_case(heading: str, words: str, fields: dict[str, str]) -> None:
    given = document(line=words) if heading.endswith("(source line)") else document(note(words))
    found = parse(given)
    assert found is not None
    key = fields.pop("key", "")
    assert shown(found) == fields, heading
    assert file_key(found, plain_text(given.source_line)) == key
    if given.source_line:
        assert file_key(None, words) == key


def test_every_field_has_a_case() -> None:
    assert {name for _, _, fields in cases() for name in fields} == {*FIELDS, "key"}


def test_the_note_of_its_own_kind_wins() -> None:
    first = note("Source: Narnia Archives, Wood Papers.")
    own = note("Caspian Library, Rumble Papers. Secret.", kind="source", id="d1fn0")
    found = parse(document(first, own))
    assert found is not None
    assert (found.repository, found.classification) == ("Caspian Library", "Secret")


def test_the_source_note_need_not_be_the_first() -> None:
    found = parse(document(note("The title is the editors'."), note("Source: Narnia Archives.")))
    assert found == SourceNote("Narnia Archives")


def test_a_document_that_says_nothing() -> None:
    assert parse(document()) is None
    assert parse(document(note("See Document 12."), note("Drafted by Tumnus."))) is None
    assert file_key(None, "") == ""


def test_a_source_line_and_the_drafters_of_the_first_note() -> None:
    found = parse(document(note("Drafted by Tumnus and repeated to Archenland."), line="460.999/10–753: Telegram"))
    assert found == SourceNote(file="460.999/10–753", drafted=("Tumnus",))


def test_references_and_page_marks_within_the_note() -> None:
    words = (
        Node("text", text="Source: "), Node("reference", (Node("text", text="Narnia Archives"),)),
        Node("text", text=", Wood Pa"), Node("page_break", attrs={"label": "12"}), Node("text", text="pers. Secret."),
    )  # fmt: skip
    given = document(msgspec.structs.replace(note(""), children=(Node("paragraph", words),)))
    assert parse(given) == SourceNote("Narnia Archives", "Wood Papers", classification="Secret")


@pytest.mark.parametrize(
    ("file", "key"),
    [
        ("POL UK–US", "POL UK-US"), ("700.9 MSP/7–1053", "700.9 MSP"), ("700.9-MSP/7–1053", "700.9 MSP"),
        ("684a.99/3–156", "684A.99"), ("784.A.99/4–1256", "784A.99"), ("P750001–1234", ""), ("", ""),
        ("740.99 E.W. 1939/909", "740.99 EW 1939"),
    ],
)  # fmt: skip
def test_one_file_has_one_key(file: str, key: str) -> None:
    assert file_key(SourceNote(file=file), "") == key


WORDS = st.sampled_from(
    "Source: National Archives, RG 59, Central Files, 611.41/10–753. Secret; Immediate. Drafted Cleared approved by in on "
    "and with (S/S) Jr. Tumnus, Beaver; Office of Affairs; May 5 ( ) “ ” . ; Vol. No. the who".split()
)


@given(st.lists(WORDS, max_size=40).map(" ".join))
def test_all_that_is_read_stands_in_the_note(words: str) -> None:
    found = parse(document(note(f"Source: {words}")))
    assert found is not None
    for name in ("repository", "classification", "precedence", "file"):
        assert getattr(found, name) in words
    letters = re.sub(r"\W", "", words)
    for name in (*found.drafted, *found.cleared, *found.approved):
        assert re.sub(r"\W", "", name) in letters


def test_notes_of_real_volumes(shared: Path) -> None:
    """Source notes of real volumes name their archive and their file or collection."""
    from generator.readers.registry import by_name

    reader = by_name("tei")
    notes = 0
    told = dict.fromkeys(("repository", "place", "classification"), 0)
    for name in ("frus1917-72PubDip", "frus1969-76ve15p1"):
        data = (shared / f"corpus/volumes/{name}.xml").read_bytes()
        for part in reader.split(f"content/{name}.xml", name, data).parts:
            read = reader.read(part).document
            if read is None or not any(n.kind == "source" for n in read.notes):
                continue
            found = parse(read)
            assert found is not None
            notes += 1
            told["repository"] += bool(found.repository)
            told["place"] += bool(found.file or found.collection)
            told["classification"] += bool(found.classification)
            if read.metadata.classification:
                assert found.classification.lower() == read.metadata.classification.lower()
    assert notes > 100
    assert min(told.values()) / notes > 0.9
