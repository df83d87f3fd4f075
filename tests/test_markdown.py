"""The Markdown reader against the cases in tests/markdown/, and what must hold of any text.

A case is a heading, what the editor writes (a block ``markdown``; front matter with the title T is added if it
has none) and an outline of the document (a block ``tree``): nodes with their attributes, texts in quotation
marks, then notes and messages. ``python tests/test_markdown.py --write`` fills the outlines in anew; read the
difference before you keep it.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it.token import Token

from generator.document import Document, Node, is_safe_url, plain_text
from generator.readers import Part, Reading, markdown
from generator.readers.markdown_rules import make_parser, new_env

CASES = Path(__file__).parent / "markdown"

_CASE = re.compile(
    r"^## (?P<title>.+)\n\n`{8}markdown\n(?P<source>(?:.*\n)*?)`{8}\n\n`{8}tree\n(?P<tree>(?:.*\n)*?)`{8}$",
    re.MULTILINE,
)


def read(source: str | bytes, id: str = "d1") -> Reading:
    data = source if isinstance(source, bytes) else source.encode()
    return markdown.read(Part("markdown", "v1", id, f"content/v1/{id}.md", data))


def with_front_matter(source: str) -> str:
    return source if source.startswith(("---", "\ufeff---")) else f"---\ntitle: T\n---\n{source}"


def document_of(source: str) -> Document:
    document = read(with_front_matter(source)).document
    assert document is not None
    return document


def outline(reading: Reading) -> str:
    """A document as a case shows it."""
    lines: list[str] = []
    document = reading.document
    if document is None:
        lines.append("no document")
    else:
        metadata = msgspec.to_builtins(document.metadata)
        lines += [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in metadata.items()]
        for name in ("source_line", "title", "dateline"):
            nodes = getattr(document, name)
            if nodes and not (name == "title" and plain_text(nodes) == "T" and len(nodes) == 1):
                lines.append(f"{name}:")
                _outline(nodes, 1, lines, places=True)
        _outline(document.body, 0, lines, places=False)
        for note in document.notes:
            kind = "" if note.kind == "foot" else f" {note.kind}"
            lines.append(f"note {note.id} label={note.label} refs={','.join(note.refs)}{kind}")
            _outline(note.children, 1, lines, places=False)
    for found in reading.diagnostics:
        lines.append(f"! {found.span.line}:{found.span.column} {found.rule}: {found.message}")
    return "".join(f"{line}\n" for line in lines)


def _outline(nodes: tuple[Node, ...], depth: int, lines: list[str], *, places: bool) -> None:
    for node in nodes:
        attrs = "".join(f" {name}={value}" for name, value in sorted(node.attrs.items()))
        place = f" @{node.line}:{node.column}" if places else ""
        text = json.dumps(node.text, ensure_ascii=False) if node.text else ""
        words = text if node.kind == "text" else f"{node.kind}{attrs}{f' {text}' if text else ''}"
        lines.append("  " * depth + words + place)
        _outline(node.children, depth + 1, lines, places=places)


def cases() -> Iterator[tuple[str, str, str]]:
    for path in sorted(CASES.glob("*.md")):
        text = path.read_text("utf-8")
        found = list(_CASE.finditer(text))
        assert len(found) == len(re.findall(r"^## ", _without_blocks(text), re.MULTILINE)), (
            f"{path.name}: a case has no form"
        )
        for case in found:
            yield f"{path.stem}: {case['title']}", _source(case), case["tree"]


def _without_blocks(text: str) -> str:
    return re.sub(r"^`{8}\w+\n(?:.*\n)*?`{8}$", "", text, flags=re.MULTILINE)


def _source(case: re.Match[str]) -> str:
    """What stands in the block; the two characters that no editor shows are written out there."""
    return with_front_matter(case["source"].removesuffix("\n").replace("<BOM>", "\ufeff").replace("<CR>", "\r"))


@pytest.mark.parametrize(("source", "tree"), [pytest.param(s, t, id=name) for name, s, t in cases()])
def test_case(source: str, tree: str) -> None:
    assert outline(read(source)) == tree


def test_words_read_as_one_run() -> None:
    document = document_of("The examination [Page 1019]\nstrategic[^1] na[Page 1020]ture. [Page 1021]\n\n[^1]: Note.")
    assert plain_text(document.body) == "The examination strategic nature."


def test_plain_text_separates_blocks_cells_and_lines() -> None:
    document = document_of("## One\n\ntwo  \nthree *fo*ur\n\n| a | b |\n|---|---|\n| c | d |\n\n- e\n- f")
    assert plain_text(document.body) == "One two three four a b c d e f"


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("> a\n> b [Page 2] c", "5:5"),
        ("- a\n  - b [Page 2]", "5:7"),
        ("[^1]: a\n    b [Page 2]\n\nc[^1]", "5:7"),
        (":::attachment\na [Page 2]\n:::", "5:3"),
        ("| a | b \\| [Page 2] |\n|---|---|", "4:12"),
        ("| a |\n|---|\n| a \\| b \\| [Page 2] c", "6:13"),
        ("a | b\n--|--\na | b | c \\| [Page 2]", "6:14"),
        ("> | a |\n> |---|\n> | > [Page 2] |", "6:7"),
        ("- | - | -- [Page 2] |\n  |---|---|", "4:12"),
        ("Term [Page 2]\n: x", "4:6"),
        ("  ## On [Page 2] ##", "4:9"),
        ("1. a\n2. b [Page 2]", "5:6"),
        ("a\n   b [Page 2]", "5:6"),
        ("> > - a\n> >   b [Page 2]", "5:9"),
        ("[[d1|a *b [Page 2]*]]", "4:11"),
        ("\\* &amp; ä [Page 2]", "4:12"),
    ],
)
def test_places(source: str, place: str) -> None:
    reading = read(with_front_matter(source))
    assert reading.document
    bodies = [reading.document.body, *(note.children for note in reading.document.notes)]
    found = [f"{node.line}:{node.column}" for body in bodies for node in nodes_of(body) if node.kind == "page_break"]
    assert found == [place]


@pytest.mark.parametrize(
    ("source", "column"),
    [("a **b**", 3), ("**b*", 2), ("***b** c*", 1), ("*a **b***", 1), ("a [*b*](/u)", 4), ("~ *b*", 3)],
)
def test_places_of_emphasis(source: str, column: int) -> None:
    found = next(node for node in nodes_of(document_of(source).body) if node.kind == "emphasis")
    assert (found.line, found.column) == (4, column)


_BEGINNINGS = {
    "emphasis": "*",
    "code": "`",
    "link": "[",
    "person": "[",
    "page_break": "[Page ",
    "note_ref": "[^",
    "reference": "[[",
    "quote": ">",
    "heading": "#",
}


def nodes_of(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from nodes_of(node.children)


# Pieces without escapes, entities and references, whose texts do not stand in the source as they are.
_WORDS = st.sampled_from(
    ["Wort", "ä", "two words", "[Page 12]", " [Page 13] ", "[^1]", "[^*]", "*em*", "**strong [Page 2] x**", "`code`"]
    + ["[x](https://example.org)", "[x]{person=y}", "[Here]", "[[d1|the *words*]]", "1953.", "a_b", "—", "!", "* "]
)
_LINE = st.lists(st.sampled_from(["", " "]).flatmap(lambda space: _WORDS.map(lambda w: w + space)), min_size=1, max_size=6).map("".join)  # fmt: skip
_PREFIX = st.sampled_from(["", "> ", "- ", "  ", "    ", "1. ", "2. ", "## ", "[^1]: ", "[^*]: ", "> - ", ": ", "| ", "|---|---|\n| ", "\n", "\n\n"])  # fmt: skip
_TEXT = st.lists(st.tuples(_PREFIX, _LINE, st.sampled_from(["", " | x", " {.right}", "  "])).map("".join), max_size=8).map("\n".join)  # fmt: skip


@given(_TEXT)
def test_everything_stands_where_its_node_says(source: str) -> None:
    text = with_front_matter(source)
    document = read(text).document
    assert document
    lines = text.split("\n")
    for body in (document.title, document.body, *(note.children for note in document.notes)):
        for node in nodes_of(body):
            assert lines[node.line - 1][node.column - 1 :].startswith(_BEGINNINGS.get(node.kind, "")), node
            if node.kind == "text":
                assert lines[node.line - 1][node.column - 1 :].startswith(node.text.split("\n")[0]), node


@given(_TEXT)
def test_anchors_are_unique_and_lead_somewhere(source: str) -> None:
    document = document_of(source)
    bodies = (document.body, *(note.children for note in document.notes))
    nodes = [node for body in bodies for node in nodes_of(body)]
    ids = [node.attrs["id"] for node in nodes if "id" in node.attrs] + [note.id for note in document.notes]
    assert len(ids) == len(set(ids))
    references = [node for node in nodes if node.kind == "note_ref"]
    assert {node.attrs["note"] for node in references} <= {note.id for note in document.notes}
    assert sorted(node.attrs["id"] for node in references) == sorted(
        ref for note in document.notes for ref in note.refs
    )


_SCRAPS = st.lists(
    st.sampled_from(
        "[Page 12]|[Page |[^1]|[^*]|[^1]: |[[d1]]|[[p. 3#|]]|[|]|(|](u)|{.signed}|]{person=x}|:::attachment\n|:::\n|1. |2. |- |> |---|*|**|_|`"
        "|```\n|# |\\|&amp;|<http://a>|<b>|![|abc|é|[a]: /u\n|: |~ |---\n|\t|[[d1#fn2]]|1) |{| |\n|\n\n|    ".split("|")
        + ["|", "\n|---|\n", "\x00", "\u2028", "\r"]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@given(_SCRAPS | st.text())
def test_any_text_is_read_and_written_down(source: str) -> None:
    reading = read(f"---\ntitle: T\n---\n{source}".encode("utf-8", "replace"))
    assert reading.document
    data = msgspec.msgpack.encode(reading)
    assert msgspec.msgpack.decode(data, type=Reading) == reading
    for node in nodes_of(reading.document.body):
        assert node.kind != "link" or is_safe_url(node.attrs["url"])
    assert all(str(found) for found in reading.diagnostics)


_ALL_RULES = make_parser()
_NO_SHORT_WAY = make_parser()
_NO_SHORT_WAY.block.ruler.disable("line_of_words")


_LINES = st.lists(
    st.sampled_from(["words", "1. one", "2. two", "1) one", "12.5 words", ": meaning", "~ meaning", "- item", "> quote", "---", "  two", *[""] * 6]),
    max_size=7,
).map("\n".join)  # fmt: skip


@settings(max_examples=400)
@given(_LINES)
def test_the_short_way_to_a_paragraph_leads_where_all_rules_do(source: str) -> None:
    made: list[list[Token]] = [[], []]
    for parser, tokens in zip((_ALL_RULES, _NO_SHORT_WAY), made, strict=True):
        parser.block.parse(source, parser, new_env(), tokens)
    assert made[0] == made[1]


_YAML = st.lists(
    st.sampled_from(["title: ", "x", ": ", "\n", "- ", "[", "]", "{", "}", '"', "'", "|\n", "> ", "  ", "&a ", "*a", "!!t "])
    | st.sampled_from(["#", "number: 1\n", "from:\n", "date: 1953-13-01\n", "? ", "%", "@", "---\n", ", ", "order: x\n"]),
    max_size=25,
).map("".join)  # fmt: skip


@given(st.binary() | _YAML.map(str.encode) | st.text().map(lambda text: b"title: " + text.encode("utf-8", "replace")))
def test_any_front_matter_is_read_or_reported(data: bytes) -> None:
    for whole in (data, b"---\n" + data + b"\n---\ntext"):
        reading = read(whole)
        assert reading.document or any(found.severity == "error" for found in reading.diagnostics)
        assert all(found.span.line >= 1 and found.span.column >= 1 for found in reading.diagnostics)


@pytest.mark.parametrize("opening", ["[", "> ", "- ", "*a ", "**a *b ", "[^1]: ", ":::attachment\n", "![", "[[d1|", "[a]{", "`", "<", "[[-|x]]{.a} ", "[^a b", "a {.b} "])  # fmt: skip
def test_ten_thousand_openings_are_no_trouble(opening: str) -> None:
    reading = read(f"---\ntitle: T\n---\n{opening * 10_000}")
    assert reading.document
    msgspec.msgpack.encode(reading.document)


def test_what_is_nested_too_deeply_is_reported() -> None:
    reading = read(with_front_matter("> " * 100 + "lost"))
    assert [found.rule for found in reading.diagnostics] == ["too-large"]


def test_faults_of_the_front_matter_do_not_hide_those_of_the_text() -> None:
    reading = read('---\ntitle: "T[^1]"\nstatus: lost\n---\na[^2]\n\n[^1]: One.')
    assert reading.document is None
    assert [(found.rule, found.span.line) for found in reading.diagnostics] == [
        ("wrong-value", 3),
        ("marker-without-note", 5),
    ]


def test_bytes_that_are_no_utf8_are_shown() -> None:
    reading = read("---\ntitle: Übér\n---\nÄ caf".encode() + b"\xe9 noir\n")
    assert reading.document is None
    assert str(reading.diagnostics[0]) == (
        "content/v1/d1.md:4:6: invalid-utf8: the byte 0xE9 is not UTF-8 text\n"
        "    Ä caf\ufffd noir\n"
        "         ^\n"
        "    hint: Save the file as UTF-8 in your editor."
    )


def test_characters_that_no_page_can_show() -> None:
    reading = read("---\ntitle: T\n---\na\x0cb\u2028c")
    assert reading.document
    assert plain_text(reading.document.body) == "a\ufffdb\ufffdc"
    assert [str(found.span) for found in reading.diagnostics] == ["content/v1/d1.md:4:2"]


def test_a_message_shows_the_line_and_what_to_do() -> None:
    reading = read("---\ntitle: T\nnumbre: 3\n---\n")
    assert str(reading.diagnostics[0]) == (
        'content/v1/d1.md:3:1: unknown-key: The key "numbre" is not known\n'
        "    numbre: 3\n"
        "    ^\n"
        '    hint: Did you mean "number"?'
    )


def test_a_file_is_one_part_named_by_its_stem() -> None:
    split = markdown.split("content/v1/d72A.md", "v1", b"x")
    assert split.parts == (Part("markdown", "v1", "d72A", "content/v1/d72A.md", b"x"),)


if __name__ == "__main__":
    for path in sorted(CASES.glob("*.md")):
        before = path.read_text("utf-8")
        after = _CASE.sub(lambda m: m[0][: m.start("tree") - m.start()] + outline(read(_source(m))) + "`" * 8, before)
        if "--write" in sys.argv:
            path.write_text(after, "utf-8")
