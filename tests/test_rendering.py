"""The HTML of documents: the hooks that themes and tools rely on, and that it is valid whatever a reader yields."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator.document import KINDS, Document, Kind, Node, Note, Reference, Target
from generator.readers import Part, markdown
from generator.rendering import Around, Rendered, render

MESSAGES = {
    "page": "Page {label}",
    "page_mark": "[Page {label}]",
    "footnote": "Footnote {label}",
    "back_to_reference": "Back to reference {label}",
    "notes": "Notes",
    "image": "[Image: {alt}]",
    "broken": "Reference not found",
}


def text(words: str) -> Node:
    return Node("text", text=words)


def rendered(*body: Node, notes: Iterable[Note] = (), targets: dict[Reference, Target] | None = None) -> Rendered:
    return render(
        Document("v1", "d1", (text("T"),), body, notes=tuple(notes)), Around(tuple((targets or {}).items())), MESSAGES
    )


def body(*nodes: Node, **more: Any) -> str:
    return rendered(*nodes, **more).body


def from_markdown(source: str) -> Rendered:
    data = f"---\ntitle: T\n---\n{source}".encode()
    document = markdown.read(Part("markdown", "v1", "d1", "content/v1/d1.md", data)).document
    assert document
    return render(document, Around(), MESSAGES)


def paragraph(*children: Node) -> Node:
    return Node("paragraph", children)


PAGE = Node("page_break", attrs={"label": "1019", "id": "pg_1019"})
NOTE_REF = Node("note_ref", attrs={"label": "1", "id": "d1fnref1", "note": "d1fn1"})


def test_a_page_mark() -> None:
    out = body(paragraph(text("Wash"), PAGE, text("ington")))
    opening = '<p>Wash<a class="page-break" id="pg_1019" role="doc-pagebreak" data-page="1019" aria-label="Page 1019"'
    assert out.startswith(opening)
    assert words(out) == "Wash[Page 1019]ington"
    assert out.endswith("</a>ington</p>\n")


def test_a_page_mark_among_blocks() -> None:
    out = body(paragraph(text("a")), PAGE, paragraph(text("b")))
    assert '<p>a</p>\n<div class="page-mark"><a class="page-break"' in out


def test_a_mark_of_another_series_has_its_own_words() -> None:
    out = body(paragraph(Node("page_break", attrs={"label": "Facsimile Page 3", "id": "pg_facsimile_3"})))
    assert 'aria-label="Facsimile Page 3"' in out
    assert words(out) == "[Facsimile Page 3]"


def test_a_reference_to_a_note_and_the_note() -> None:
    note = Note("d1fn1", "1", (paragraph(text("One.")), paragraph(text("Two."))), ("d1fnref1", "d1fnref1-2"))
    out = rendered(paragraph(text("a"), NOTE_REF), notes=[note])
    assert out.body == (
        '<p>a<a class="note-ref" id="d1fnref1" role="doc-noteref" href="#d1fn1" aria-label="Footnote 1">'
        "<sup>1</sup></a></p>\n"
    )
    assert out.notes == (
        '<section class="notes" role="doc-endnotes" aria-label="Notes">\n<ol>\n'
        '<li id="d1fn1"><span class="note-label">1</span> <p>One.</p>\n<p>Two.'
        ' <a class="note-back" role="doc-backlink" href="#d1fnref1" aria-label="Back to reference 1">↩</a>'
        ' <a class="note-back" role="doc-backlink" href="#d1fnref1-2" aria-label="Back to reference 1">↩</a>'
        "</p></li>\n</ol>\n</section>\n"
    )


def test_no_notes_no_section() -> None:
    assert rendered(paragraph(text("a"))).notes == ""


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (
            Target("document", "resolved", "../d2/", "2. Telegram"),
            '<a class="ref" data-ref="document" href="../d2/" title="2. Telegram">see</a>',
        ),
        (
            Target("note", "broken", title="Reference not found"),
            '<span class="ref unresolved" data-status="broken" title="Reference not found">see</span>',
        ),
        (
            Target("page", "not-in-edition"),
            '<span class="ref unresolved" data-status="not-in-edition">see</span>',
        ),
        (None, '<span class="ref unresolved" data-status="broken">see</span>'),
    ],
)
def test_references(target: Target | None, expected: str) -> None:
    reference = Reference("v2", "d2", "note", "3")
    attrs = {"volume": "v2", "document": "d2", "part": "note", "value": "3"}
    out = body(
        paragraph(Node("reference", (text("see"),), attrs)), targets={reference: target} if target is not None else {}
    )
    assert out == f"<p>{expected}</p>\n"


def test_persons_and_terms() -> None:
    out = body(
        paragraph(
            Node("person", (text("Foe"),), {"person": "foe"}),
            Node("term", (text("US"),), {"term": "us"}),
        )
    )
    assert '<span class="person" data-person="foe">Foe</span>' in out
    assert '<abbr class="term" data-term="us">US</abbr>' in out


def test_a_link_within_a_link_loses() -> None:
    inner = Node("link", (text("b"),), {"url": "https://example.org"})
    out = body(paragraph(Node("link", (text("a"), inner, NOTE_REF, PAGE), {"url": "/x"})))
    assert out.count("<a ") == 1
    assert 'id="d1fnref1"' in out
    assert 'id="pg_1019"' in out


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "JavaScript:x", "data:text/html,x", "//evil.example", "java\tscript:x", "\\\\x", ""]
)
def test_unsafe_addresses_never_reach_a_page(url: str) -> None:
    out = body(paragraph(Node("link", (text("a"),), {"url": url}), Node("figure", attrs={"url": url, "alt": "A"})))
    assert "href" not in out
    assert "src" not in out
    assert words(out) == "a[Image: A]"


def test_what_stands_between_rows_and_items_goes_into_the_next() -> None:
    row = Node("row", (Node("cell", (text("a"),)),))
    item = Node("item", (text("b"),))
    table = Node("table", (row, PAGE, row))
    listing = Node("list", (item, Node("page_break", attrs={"label": "2", "id": "pg_2"}), item))
    out = body(table, listing)
    assert '<td>a</td>\n</tr>\n<tr>\n<td><a class="page-break" id="pg_1019"' in out
    assert '<li>b</li>\n<li><a class="page-break" id="pg_2"' in out


def test_spans_that_a_table_has_no_room_for() -> None:
    def row(*cells: dict[str, str]) -> Node:
        return Node("row", tuple(Node("cell", (text("x"),), attrs) for attrs in cells))

    beyond = body(Node("table", (row({"rows": "5"}, {}), row({"cols": "9"}))))
    assert 'rowspan="2"' in beyond
    assert "colspan" not in beyond, "no cell begins in the further columns"
    over = body(Node("table", (row({}, {"rows": "2"}, {}), row({"cols": "2"}, {}))))
    assert "colspan" not in over, "the second column is taken by the row above"
    kept = body(Node("table", (row({}, {}, {}), row({"cols": "2"}, {}), row({"cols": "junk"}, {}, {}))))
    assert kept.count('colspan="2"') == 1


def test_a_head_row_holds_words_alone() -> None:
    cell = Node("cell", (Node("heading", (text("a"),)), Node("list", (Node("item", (text("b"),)),))))
    out = body(Node("table", (Node("row", (cell,), {"role": "label"}), Node("row", (Node("cell", (text("c"),)),)))))
    check(out)
    assert "<h2>" not in out
    assert "<ul>" not in out
    assert words(out).split() == ["a", "b", "c"]


def test_blocks_in_a_paragraph_make_it_a_div() -> None:
    listing = Node("list", (Node("item", (text("b"),)),))
    out = body(Node("paragraph", (text("a"), Node("emphasis", (listing,))), {"id": "p1", "rend": "right"}))
    assert out.startswith('<div class="paragraph right" id="p1">a<div><ul>')


def test_an_id_stands_once() -> None:
    out = body(Node("paragraph", (text("a"),), {"id": "p1"}), Node("paragraph", (text("b"),), {"id": "p1"}))
    assert out.count('id="p1"') == 1


def test_everything_is_escaped() -> None:
    evil = '"><script>alert(1)</script>&amp;'
    node = Node("span", (text(evil),), {"class": evil, "lang": evil, "id": evil})
    out = rendered(
        paragraph(node, Node("code", text=evil), Node("gap", attrs={"reason": evil})),
        Node("code_block", text=evil),
        notes=[Note(evil, evil, (text(evil),), (evil,), evil)],
    )
    assert "<script" not in out.body + out.notes
    assert words(out.body).count(evil) == 3


def words(out: str) -> str:
    """The text of HTML."""
    parser = _Text()
    parser.feed(out)
    parser.close()
    return "".join(parser.out).replace("\n", "")


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []

    def handle_data(self, data: str) -> None:
        self.out.append(data)


# Whatever a reader yields


_PARENTS: dict[str, set[str]] = {
    "li": {"ol", "ul"},
    "dt": {"dl"},
    "dd": {"dl"},
    "tr": {"thead", "tbody"},
    "td": {"tr"},
    "th": {"tr"},
    "thead": {"table"},
    "tbody": {"table"},
    "caption": {"table"},
    "figcaption": {"figure"},
}
_VOID = frozenset(("br", "hr", "img"))
_PHRASING = frozenset("a abbr br code del em img ins span strong sub sup u".split())
_ONLY_PHRASING = frozenset("p h2 h3 h4 h5 h6 em strong u span sub sup code abbr pre dt th caption".split())
_ONLY: dict[str, set[str]] = {
    "ul": {"li"},
    "ol": {"li"},
    "dl": {"dt", "dd"},
    "table": {"caption", "thead", "tbody"},
    "thead": {"tr"},
    "tbody": {"tr"},
    "tr": {"td", "th"},
}


class _Checker(HTMLParser):
    """Checks the rules of HTML's content models that a tree of nodes could break."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = ["body"]
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        parent = self.open[-1]
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice on {tag}"
        assert parent in _PARENTS.get(tag, {parent}), f"{tag} in {parent}"
        assert tag in _ONLY.get(parent, {tag}), f"{tag} in {parent}"
        if any(outer in _ONLY_PHRASING for outer in self.open):
            assert tag in _PHRASING, f"{tag} within {self.open}"
        assert not (tag == "a" and "a" in self.open), "a link in a link"
        given_id = dict(attrs).get("id")
        if given_id is not None:
            assert given_id not in self.ids, f"the id {given_id} twice"
            self.ids.add(given_id)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        assert self.open[-1] not in _ONLY or not data.strip(), f"{data!r} in {self.open[-1]}"


def check(out: str) -> None:
    checker = _Checker()
    checker.feed(out)
    checker.close()
    assert checker.open == ["body"]


_VALUES = {
    "id": ["a", "b", "pg_1"],
    "label": ["1", "Facsimile Page 2"],
    "note": ["n1"],
    "rend": ["right", "italic", "strong", "roman", "odd"],
    "class": ["x y"],
    "lang": ["fr"],
    "level": ["1", "2", "6", "x"],
    "type": ["ordered", "label", "simple"],
    "start": ["3"],
    "role": ["label"],
    "cols": ["2", "9", "x"],
    "rows": ["2", "9"],
    "align": ["right"],
    "url": ["https://example.org", "javascript:x", ""],
    "n": ["1"],
    "document": ["d1", "d2"],
    "person": ["p"],
}
_ATTRS = st.dictionaries(st.sampled_from(sorted(_VALUES)), st.integers(0, 4), max_size=4).map(
    lambda chosen: {name: _VALUES[name][number % len(_VALUES[name])] for name, number in chosen.items()}
)


def _nodes(children: st.SearchStrategy[tuple[Node, ...]]) -> st.SearchStrategy[Node]:
    kinds: list[Kind] = sorted(KINDS)  # type: ignore[arg-type]
    # Tables and lists get their own children more often than chance would give them.
    own: dict[Kind, list[Kind]] = {"table": ["row"], "row": ["cell"], "list": ["item", "label"]}

    def build(kind: Kind, attrs: dict[str, str], inner: tuple[Node, ...], fit: bool) -> Node:
        if kind in ("text", "code", "code_block"):
            return Node(kind, text="words & <more>")
        if kind in ("note_ref", "page_break", "line_break", "rule"):
            return Node(kind, (), attrs)
        if fit and kind in own:
            inner = tuple(
                Node(own[kind][number % len(own[kind])], node.children, node.attrs) for number, node in enumerate(inner)
            )
        return Node(kind, inner, attrs)

    return st.builds(build, st.sampled_from(kinds), _ATTRS, children, st.booleans())


_TREES = st.recursive(
    _nodes(st.just(())), lambda inner: _nodes(st.lists(inner, max_size=4).map(tuple)), max_leaves=25
)  # fmt: skip


@given(st.lists(_TREES, max_size=4).map(tuple))
def test_any_tree_is_valid_html(nodes: tuple[Node, ...]) -> None:
    note = Note("n1", "*", nodes, ("a", "b"), "source")
    target = Target("document", "resolved", "../d2/", "Two")
    document = Document("v1", "d1", nodes, nodes, source_line=nodes, dateline=nodes, notes=(note, note))
    out = render(document, Around(((Reference(document="d2"), target),)), MESSAGES)
    line = f"<h2>{out.title}</h2><p>{out.source_line}</p><p>{out.dateline}</p>"
    check(line + out.body + out.notes)


@given(st.lists(_TREES, max_size=4).map(tuple))
def test_no_word_of_any_tree_is_lost(nodes: tuple[Node, ...]) -> None:
    expected = sum(_count(node) for node in nodes)
    assert words(body(*nodes)).count("words & <more>") == expected


def _count(node: Node) -> int:
    return (node.kind in ("text", "code", "code_block")) + sum(_count(child) for child in node.children)


def test_the_checker_finds_what_it_looks_for() -> None:
    for wrong in ("<p><div></div></p>", "<ul>x</ul>", '<i id="a"></i><i id="a"></i>', "<a><em><a></a></em></a>", "<p>"):
        with pytest.raises(AssertionError):
            check(wrong)


def test_a_page_of_everything_passes_the_nu_checker(tmp_path: Path, nu: Callable[..., list[dict[str, Any]]]) -> None:
    cases = Path(__file__).parent / "markdown"
    files = []
    for path in sorted(cases.glob("*.md")):
        out = from_markdown(path.read_text("utf-8").replace("`" * 8, "").replace("\n---\n", "\n"))
        page = tmp_path / f"{path.stem}.html"
        head = (
            f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{html.escape(path.stem)}</title></head>'
        )
        page.write_text(f"{head}<body><h1>{out.title}</h1>{out.body}{out.notes}</body></html>", "utf-8")
        files.append(page)
    errors = [message for message in nu(files) if message["type"] == "error"]
    assert errors == []
