"""Telegraphese: which short forms of cables are explained, where, and that the text stays what it is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.document import Document, Metadata, Node, Note, plain_text
from generator.readers import Part, markdown
from generator.telegraphese import english, tag

CASES = Path(__file__).parent / "telegraphese" / "cables.md"


def text(words: str, line: int = 0, column: int = 0) -> Node:
    return Node("text", text=words, line=line, column=column)


def cable(*body: Node, kind: str = "telegram", title: str = "From Odense", lang: str = "") -> Document:
    return Document("v", "d1", (text(title),), (Node("paragraph", body),), Metadata(kind=kind, lang=lang))


def found(nodes: tuple[Node, ...]) -> Iterator[Node]:
    """The short forms found, in their order."""
    for node in nodes:
        if node.kind == "abbreviation" and node.attrs.get("found"):
            yield node
        yield from found(node.children)


def explained(document: Document) -> list[str]:
    return [f"{plain_text(node.children)}: {node.attrs['expansion']}" for node in found(tag(document, "en").body)]


def cases() -> list[tuple[str, str, list[str]]]:
    """The cases of cables.md: heading, text, words explained."""
    out = []
    for block in re.split(r"^## ", CASES.read_text("utf-8"), flags=re.M)[1:]:
        heading, words, *lines = block.strip().split("\n")
        out.append((heading, words, [line.removeprefix("- ") for line in lines]))
    return out


@pytest.mark.parametrize(("heading", "words", "expected"), cases())
def test_a_case(heading: str, words: str, expected: list[str]) -> None:
    kind = "letter" if heading.endswith("(letter)") else "telegram"
    assert explained(cable(text(words), kind=kind)) == expected, heading


@pytest.mark.parametrize(
    ("kind", "title", "is_cable"),
    [
        ("telegram", "A", True), ("airgram", "A", True), ("circular telegram", "A", True), ("cable", "A", True),
        ("", "Telegram From Odense", True), ("", "Circular Airgram to All Posts", True), ("", "Circular to All Posts", True),
        ("", "A letter", False), ("letter", "Letter Sent With a Telegram", False), ("memorandum", "A", False),
        ("editorial note", "Telegrams", False),
    ],
)  # fmt: skip
def test_what_is_a_cable(kind: str, title: str, is_cable: bool) -> None:
    given = cable(text("We wld come."), kind=kind, title=title)
    assert (explained(given) == ["wld: would"]) == is_cable
    assert is_cable or tag(given, "en") is given


def test_only_documents_in_the_language_of_the_list() -> None:
    words = text("We wld come.")
    assert tag(cable(words), "fr") == cable(words)
    assert explained(cable(words, lang="en-GB")) == ["wld: would"]
    assert explained(cable(words, lang="da")) == []
    assert explained(cable(Node("span", (words,), {"lang": "da"}), text(" and shld"))) == ["shld: should"]
    page = Document("pages", "about", (), (Node("paragraph", (words,)),), Metadata(kind="telegram"), role="page")
    assert tag(page, "en") is page


@pytest.mark.parametrize(
    "kind", ["person", "term", "place", "reference", "link", "abbreviation", "corrected", "heading", "signed"]
)
def test_what_has_its_own_meaning_is_left_alone(kind: str) -> None:
    inner = Node(kind, (text("wld Emb"),), {"expansion": "x"})  # type: ignore[arg-type]
    assert explained(cable(inner, text(" shld"))) == ["shld: should"]


def test_code_is_left_alone() -> None:
    assert explained(cable(Node("code", text="wld"), text(" shld"))) == ["shld: should"]


def test_title_source_line_and_notes_are_left_alone() -> None:
    words = (text("The Dept wld"),)
    given = Document(
        "v", "d1", words, (Node("paragraph", (text("shld"),)),), Metadata(kind="telegram"), words,
        notes=(Note("d1fn1", "1", words),),
    )  # fmt: skip
    tagged = tag(given, "en")
    assert (tagged.title, tagged.source_line, tagged.notes) == (given.title, given.source_line, given.notes)
    assert len(list(found(tagged.body))) == 1


def test_emphasis_and_lists_are_looked_into() -> None:
    item = Node("item", (Node("emphasis", (text("Reps"),)), text(" wld")))
    assert explained(cable(Node("list", (item,)))) == ["Reps: representatives", "wld: would"]


@pytest.mark.parametrize(
    "nodes",
    [
        (text("the rep"), Node("page_break", attrs={"label": "12"}), text("resentation of Reps")),
        (text("the go"), Node("page_break", attrs={"label": "12"}), text("rep and Reps")),
        (text("Reps and the rep"), Node("emphasis", (text("tile"),))),
        (text("Reps and the "), Node("emphasis", (text("go"),)), text("mtg")),
    ],
)
def test_pieces_of_a_word_are_no_form(nodes: tuple[Node, ...]) -> None:
    assert explained(cable(text("Fol mtgs wld "), *nodes))[3:] == ["Reps: representatives"]


def test_a_mark_beside_a_form_does_not_hide_it() -> None:
    mark = Node("page_break", attrs={"label": "12"})
    given = cable(text("The Reps"), mark, text(" met in Dept"), Node("note_ref", attrs={"note": "n"}), text(", and "))
    assert explained(given) == ["Reps: representatives", "Dept: department"]


def test_the_pieces_know_their_places() -> None:
    tagged = tag(cable(text("We wld\ncome, Reps\nsaid", 3, 5)), "en")
    pieces = [(node.text or plain_text(node.children), node.line, node.column) for node in tagged.body[0].children]
    assert pieces == [("We ", 3, 5), ("wld", 3, 8), ("\ncome, ", 3, 11), ("Reps", 4, 7), ("\nsaid", 4, 11)]
    only_lines = tag(cable(text("We\nwld come", 3)), "en").body[0].children
    assert [(node.line, node.column) for node in only_lines] == [(3, 0), (4, 0), (4, 0)]


def test_what_an_editor_marked_up_stays() -> None:
    data = b"---\ntitle: T\nkind: telegram\n---\n\nWe [wld]{expansion=wished} and wld come.\n"
    read = markdown.read(Part("markdown", "v", "d1", "content/v/d1.md", data)).document
    assert read is not None
    assert [node.attrs for node in tag(read, "en").body[0].children if node.kind == "abbreviation"] == [
        {"expansion": "wished"},
        {"expansion": "would", "found": "1"},
    ]


def test_the_lists_do_not_contradict_each_other() -> None:
    written = [*english.FORMS, *english.COMMON]
    assert len(written) == len({form.lower() for form in written})
    assert not {form.lower() for form in written} & {form.lower() for form in english.WORDS}
    for form, expansion in {
        **english.FORMS,
        **english.COMMON,
        **{f: w.expansion for f, w in english.WORDS.items()},
    }.items():
        assert re.fullmatch(r"[A-Za-z]+(?:/[A-Za-z]+)?", form), form
        assert expansion.strip() == expansion != "" and expansion != form


def test_editors_write_no_telegraphese() -> None:
    """An editorial note may quote a cable, but is none."""
    words = text("The Reps wld come; mtg fols, cld you.")
    assert explained(cable(words, kind="editorial note", title="Editorial Note")) == []
    assert len(explained(cable(words, kind="letter"))) == 5


WORDS = st.sampled_from(
    "wld Wld shld, reps. (Reps) fol; mtg re re. del Del la para 5 US Govt’s Dept. Emb/Dept pts-x the of and \n “info” ’s".split(
        " "
    )
)
LEAVES = st.lists(WORDS, max_size=12).map(lambda words: text(" ".join(words), 1, 1))
MARK = st.sampled_from(
    [Node("page_break", attrs={"label": "3"}), Node("note_ref", attrs={"note": "n"}), Node("line_break")]
)
NODES = st.recursive(
    LEAVES | MARK,
    lambda inner: st.builds(
        lambda kind, children: Node(kind, tuple(children)),
        st.sampled_from(["emphasis", "person", "span", "reference"]),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)


@given(st.lists(NODES, max_size=6))
def test_the_text_stays_what_it_is(nodes: list[Node]) -> None:
    given_ = cable(*nodes)
    tagged = tag(given_, "en")
    assert plain_text(tagged.body) == plain_text(given_.body)
    assert tag(tagged, "en") == tagged


def test_real_telegrams(shared: Path) -> None:
    """The one given telegram is full of short forms, the other has none."""
    told = {}
    for name in ("telegram-1831", "telegram-234386"):
        words = (shared / f"corpus/plaintext/{name}.txt").read_text("utf-8").partition("\n  1. ")[0]
        told[name] = explained(cable(text(words)))
    assert len(told["telegram-1831"]) > 30
    assert set(told["telegram-1831"]) >= {
        "wld: would",
        "Reps: representatives",
        "re: regarding",
        "Fol: following or follow",
    }
    assert set(told["telegram-234386"]) <= {"para: paragraph", "Refs: references", "Reftels: reference telegrams, the telegrams referred to", "SovDel: Soviet delegation"}  # fmt: skip
