"""Documents written in Markdown and read again: no word is lost, and writing twice gives the same bytes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_measure import differences, stream

from generator.dates import parse
from generator.diagnostics import Severity
from generator.document import Document, Metadata, Node, Note, Party, plain_text
from generator.exporters.markdown import diagnostics, note_names, to_markdown, write
from generator.readers import Part, markdown, tei

SAMPLES = sorted((Path(__file__).parent / "tei").glob("*.xml"))
DIALECT = sorted((Path(__file__).parent / "markdown").glob("*.md"))


def text(words: str) -> Node:
    return Node("text", text=words)


def node(kind: str, *children: Node | str, **attrs: str) -> Node:
    inner = tuple(text(c) if isinstance(c, str) else c for c in children)
    return Node(kind, inner, {k.removesuffix("_"): v for k, v in attrs.items()})  # type: ignore[arg-type]


def ref(label: str) -> Node:
    return Node("note_ref", (), {"note": f"d1fn{label}", "id": f"d1fnref{label}", "label": label})


def page(label: str) -> Node:
    return Node("page_break", (), {"label": label, "id": f"pg_{label}"})


def document(*body: Node, notes: tuple[Note, ...] = (), **values: object) -> Document:
    return Document("v", "d1", (text("T"),), tuple(body), notes=notes, **values)  # type: ignore[arg-type]


def read(written: str, id: str = "d1") -> Document:
    reading = markdown.read(Part("markdown", "v", id, f"{id}.md", written.encode()))
    assert reading.document is not None, [str(d) for d in reading.diagnostics] + [written]
    faults = [str(d) for d in reading.diagnostics if d.severity is Severity.ERROR and d.rule != "note-without-marker"]
    assert not faults, written
    return reading.document


def body_of(*nodes: Node) -> str:
    return to_markdown(document(*nodes)).split("---\n\n", 1)[1].removesuffix("\n")


def paragraph_of(*nodes: Node | str) -> str:
    return body_of(node("paragraph", *nodes))


# Whole documents


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda p: p.stem)
def test_samples_of_tei_come_through_whole(sample: Path) -> None:
    split = tei.split(f"content/{sample.name}", sample.stem, sample.read_bytes())
    for part in split.parts:
        before = tei.read(part).document
        assert before is not None
        written = to_markdown(before)
        after = read(written, part.id)
        assert [d for d in differences(before, after) if not d.startswith(tuple(KNOWN.get(sample.stem, ())))] == []
        assert to_markdown(after) == written


KNOWN: dict[str, tuple[str, ...]] = {
    # A second reference to the first of two notes with one label; the second gets a label of its own.
    "notes": ("notes: Counter({('36'", "body notes: -[(27, '36', 'Not found.')] +[(27, '36-2', 'Not found.')]"),
    # A path of another site, an empty anchor, a reference within a reference.
    "references": ("body references: -[(80, '', '/about/us', '', '', 'about'), (108, '', '', 'anchor', '', 'bare'), (121, '', 'd2', '', '', 'inner')] +[]",),
}  # fmt: skip
"""What the dialect has no form for, by sample: differences that begin with these words are expected."""


def cases() -> list[tuple[str, str]]:
    """The cases of the dialect: what an editor writes."""
    found = []
    for path in DIALECT:
        for case in path.read_text("utf-8").split("\n## ")[1:]:
            title = case.split("\n", 1)[0]
            if "````markdown\n" in case and path.stem != "frontmatter":
                found.append((f"{path.stem}: {title}", case.split("````markdown\n", 1)[1].split("\n````", 1)[0].rstrip("`")))  # fmt: skip
    return found


@pytest.mark.parametrize(("name", "source"), cases(), ids=[c[0] for c in cases()])
def test_cases_of_the_dialect_come_through_whole(name: str, source: str) -> None:
    reading = markdown.read(Part("markdown", "v", "d1", "d1.md", f"---\ntitle: T\n---\n\n{source}\n".encode()))
    if reading.document is None:
        pytest.skip("the case shows what cannot be read")
    written = to_markdown(reading.document)
    after = read(written)
    assert stream(reading.document, reading.document.body).words == stream(after, after.body).words
    assert to_markdown(after) == written


def test_a_volume_of_the_series_comes_through_whole(shared: Path) -> None:
    path = shared / "corpus/volumes/frus1917-72PubDip.xml"
    for part in tei.split(f"content/{path.name}", path.stem, path.read_bytes()).parts:
        before = tei.read(part).document
        assert before is not None
        written = to_markdown(before)
        after = read(written, part.id)
        assert differences(before, after) == []
        assert to_markdown(after) == written


def test_the_front_matter_says_what_is_known() -> None:
    metadata = Metadata(
        number="387",
        printed_number="No. 387",
        date=parse("1953-10-07T19:30-05:00"),
        place="Paris",
        kind="telegram",
        classification="Secret",
        sender=(Party("A: B", "p_1"),),
        addressee=(Party("No"), Party("C")),
        persons=("p_1",),
        topics=("Trade, x",),
        first_page="XII",
        status="draft",
        aliases=("/v/d9/",),
        summary='He said "no".',
        lang="fr",
        order=3,
    )
    before = document(
        node("paragraph", "x"),
        metadata=metadata,
        source_line=(text("460.509/10–753: #1"),),
        dateline=(text("Paris,"), Node("line_break"), text("1. May"), ref("1")),
        notes=(Note("d1fn1", "1", (text("n"),)),),
    )
    written = to_markdown(before)
    after = read(written)
    assert after.metadata == metadata
    assert differences(before, after) == []
    assert "dateline: |-\n  Paris,\\\n  1\\. May[^1]\n" in written


# Lines


@pytest.mark.parametrize(
    ("written", "nodes"),
    [
        ("a *b* **c** [d]{.small-caps}", ["a ", node("emphasis", "b"), " ", node("emphasis", "c", rend="strong"), " ", node("small_caps", "d")]),
        ("[Rusk]{person=p_1} [GATT]{term=t_1} [Paris]{.place}", [node("person", "Rusk", person="p_1"), " ", node("term", "GATT", term="t_1"), " ", node("place", "Paris")]),
        ("[a]{.deleted}[b]{.unclear} []{.gap reason=\"worn away\"}", [node("deleted", "a"), node("unclear", "b"), " ", node("gap", reason="worn away")]),
        ("see [[d2]], [[d2#fn5|note 5]], [[p. 7|page 7]]", ["see ", node("reference", "Document 2", document="d2"), ", ", node("reference", "note 5", document="d2", part="note", value="d2fn5"), ", ", node("reference", "page 7", part="page", value="7")]),
        ("[[frus1950v01#p. 7|*ibid.*]] [[frus1950v01#|x]]", [node("reference", node("emphasis", "ibid."), volume="frus1950v01", part="page", value="7"), " ", node("reference", "x", volume="frus1950v01")]),
        ("[[d2|see &#91;x]]", [node("reference", "see [x", document="d2")]),
        # Emphasis that CommonMark would not see, or see otherwise.
        ("wor&#100;*(x)*&#99;c", ["word", node("emphasis", "(x)"), "cc"]),
        ("*ab*", [node("emphasis", "a"), node("emphasis", "b")]),
        ("&#98;**&#98;*-***", ["b", node("emphasis", "b", node("emphasis", "-"), rend="strong")]),
        ("e&#769;*(x)* &#97;*€5*", ["e\u0301", node("emphasis", "(x)"), " a", node("emphasis", "€5")]),
        ("***a**[x](/y)__(__*", [node("emphasis", node("emphasis", "a", rend="strong"), node("link", "x", url="/y"), node("emphasis", "(", rend="strong"))]),
        ("*]*&#98;\\![x](/y)", [node("emphasis", "]"), "b!", node("link", "x", url="/y")]),
        ("*a*__b__", [node("emphasis", "a"), node("emphasis", "b", rend="strong")]),
        ("a *b* c", ["a", node("emphasis", " b "), "c"]),
        # Signs that would mean something.
        ("1\\*2\\* \\_a\\_ \\[\\[d1]] \\[Page 5] \\[^1] a\\|b \\{.x} \\<b> \\&amp;", ["1*2* _a_ [[d1]] [Page 5] [^1] a|b {.x} <b> &amp;"]),
        ("[a] [*b*\\](c)", ["[a] [", node("emphasis", "b"), "](c)"]),
        ("\\[[x]{.small-caps}", ["[", node("small_caps", "x")]),
        ("[a\\] b]{.small-caps}", [node("small_caps", "a] b")]),
        ("\\\\\\![x](/y)", ["\\!", node("link", "x", url="/y")]),
        ("[b c](/x)", [node("link", node("link", "b", url="/y"), " c", url="/x")]),
        ("[a]{original=\"&#91;b&#93; &quot;c&quot; &#123;d&#124;&#125;\"}", [node("corrected", "a", original='[b] "c" {d|}')]),
        ("`ab`", [Node("code", (), {}, "a"), node("term", Node("code", (), {}, "b"))]),
        # Words in words, the inner ones with a bar: no reference.
        ("[[\\|a]{.place}]{.x}", [node("span", node("place", "|a"), class_="x")]),
        ("[[a\\|\\]]{.place}]{.x}", [node("span", node("place", "a|]"), class_="x")]),
        ("[[\\|\\[]{.place}\\[]{.x}]]", [node("span", node("place", "|["), "[", class_="x"), "]]"]),
        ("[[#fn1\\|\\]]{.place}]{.x}", [node("span", node("place", "#fn1|]"), class_="x")]),
        ("[[a\\|\\]]{.place}](/x)", [node("link", node("place", "a|]"), url="/x")]),
        ("[[[d2|&#91;&#93;(]]]{.unclear}", [node("unclear", node("reference", "[](", document="d2"))]),
        ("\\# no heading", ["# no heading"]),
        ("1831. 1. US Reps met", ["1831. 1. US Reps met"]),
        ("1. a\\\n2\\. b\\\n\\- c", ["1. a", Node("line_break"), "2. b", Node("line_break"), "- c"]),
        ("a", [Node("line_break"), "a ", Node("line_break")]),
        # Page marks in words, between them, at the beginning.
        ("exam[Page 5]ination [Page 6] of", ["exam", page("5"), "ination ", page("6"), "of"]),
        ("[Page 5] a", [page("5"), "a"]),
    ],
)  # fmt: skip
def test_lines(written: str, nodes: list[Node | str]) -> None:
    assert paragraph_of(*nodes) == written
    before = document(node("paragraph", *nodes))
    after = read(to_markdown(before))
    assert differences(before, after) == []
    assert body_of(*after.body) == written


def test_notes_have_their_labels_and_order() -> None:
    notes = (
        Note("d1fnb", "*", (text("In note "), ref("c"), text("."))),
        Note("d1fna", "1", (node("paragraph", "One."), node("paragraph", "2. Two."), node("list", node("item", "x")))),
        Note("d1fnc", "1a", (text("Inner"),)),
    )
    before = document(node("paragraph", "x", ref("a"), "y", ref("b"), "z", ref("a")), notes=notes)
    written = to_markdown(before)
    assert written.endswith(
        "x[^1]y[^*]z[^1]\n\n[^1]: One.\n\n    2. Two.\n\n    - x\n\n[^*]: In note [^1a].\n\n[^1a]: Inner\n"
    )
    assert [n.label for n in read(written).notes] == ["1", "*", "1a"]


def test_repeated_labels_are_told_apart_by_their_order() -> None:
    notes = (Note("d1fn1", "12", (text("A"),)), Note("d1fn2", "12", (text("B"),)))
    before = document(node("paragraph", ref("2"), "x", ref("1")), notes=notes)
    assert note_names(before) == {"d1fn2": "12", "d1fn1": "12-2"}
    written = write(before)
    assert [plain_text(n.children) for n in read(written.text).notes] == ["B", "A"]
    assert not written.simplified
    three = document(node("paragraph", ref("2"), "x", ref("1"), "y", ref("2")), notes=notes)
    assert "[^12]x[^12-2]y[^12]" in write(three).text
    assert [s.what for s in write(three).simplified] == ["the label of a note"]


def test_references_find_notes_by_the_names_they_have_in_the_file() -> None:
    before = document(node("paragraph", node("reference", "note", document="d3", part="note", value="d3fn1")))
    assert "[[d3#fn5|note]]" in write(before, {"d3fn1": "5"}).text


# Blocks


@pytest.mark.parametrize(
    ("written", "nodes"),
    [
        ("{.right}\na", [node("paragraph", "a", rend="right")]),
        ("## A {.x}", [node("heading", "A", level="2", class_="x")]),
        ("{.signed}\nA\\\nB", [node("closer", node("signed", "A", Node("line_break"), "B"))]),
        ("{.closer}\nYours,\n\n{.signed}\nA", [node("closer", "Yours,", node("signed", "A"))]),
        (":::opener\na\n:::", [node("opener", node("paragraph", "a"))]),
        (":::attachment\n## A\n\nb\n\n:::attachment\nc\n:::\n:::", [node("attachment", node("heading", "A"), node("paragraph", "b"), node("attachment", node("paragraph", "c")))]),
        ("> a\n>\n> > b", [node("quote", node("paragraph", "a"), node("quote", node("paragraph", "b")))]),
        ("- a\n  - b\n- c", [node("list", node("item", "a", node("list", node("item", "b"))), node("item", "c"))]),
        ("- a\n\n  b\n\n- c", [node("list", node("item", node("paragraph", "a"), node("paragraph", "b")), node("item", "c"))]),
        ("- a\n\n* b", [node("list", node("item", "a")), node("list", node("item", "b"))]),
        ("{.right}\n- a\n\n* b", [node("list", node("item", "a"), rend="right"), node("list", node("item", "b"))]),
        ("{.right}\n1) a\n\n- 1. b", [node("list", node("item", "a"), type="ordered", rend="right"), node("list", node("item", "b"), type="ordered")]),
        ("1. a\n2. b\n\n3. c\n4. d", [node("list", node("item", "a"), node("item", "b"), type="ordered"), node("list", node("item", "c"), node("item", "d"), type="ordered", start="3")]),
        ("- a\n\n  - b\n\n  1. c\n  2. d", [node("list", node("item", "a", node("list", node("item", "b")), node("list", node("item", "c"), node("item", "d"), type="ordered")))]),
        ("- a\n\n* b\n\nc", [node("list", node("item", "a")), node("paragraph", node("list", node("item", "b")), "c")]),
        ("- a\n\n* b\n\n{.closer}\nc", [node("list", node("item", "a")), node("closer", node("list", node("item", "b")), "c")]),
        ("1) - a\n\n     b\n\n   - c\n2) d", [node("list", node("item", node("list", node("item", node("paragraph", "a"), node("paragraph", "b")), node("item", "c"))), node("item", "d"), type="ordered")]),
        ("1) a\n\n## H {.list-heading}\n\n2) b", [node("list", node("item", "a"), node("heading", "H"), node("item", "b"), type="ordered")]),
        ("- {.signed}\n  a", [node("list", node("item", node("signed", "a")))]),
        ("{.right .list-index}\n- a", [node("list", node("item", "a"), type="index", rend="right")]),
        ("[Page 5]", [node("list", page("5"))]),
        ("3. x", [node("item", "x", label="3.")]),
        ("{.participants}\n- a", [node("list", node("item", "a"), type="participants")]),
        ("## Subject {.list-heading}\n\n{.subject}\n- a", [node("list", node("heading", "Subject"), node("item", "a"), type="subject")]),
        ("3. a\n4. b", [node("list", node("item", "a", label="3."), node("item", "b", label="4."), type="simple")]),
        ("1) a", [node("list", node("item", "a"), type="ordered")]),
        ("7) a\n\n   b\n\n8) c", [node("list", node("item", node("paragraph", "a"), node("paragraph", "b")), node("item", "c"), type="ordered", start="7")]),
        ("- (a) x\n- (c) y", [node("list", node("item", "x", label="(a)"), node("item", "y", label="(c)"))]),
        ("- 1\\. x\n  1. y\n  2. z", [node("list", node("item", "1. x", node("list", node("item", "y"), node("item", "z"), type="ordered")))]),
        ("- a\n- [Page 5] b [Page 6]", [node("list", node("item", "a"), page("5"), node("item", "b"), page("6"))]),
        ("- [Page 5] (b) y\n- (c) z", [node("list", page("5"), node("item", "y", label="(b)"), node("item", "z", label="(c)"))]),
        ("A\n: b\n: c\n\nD\n: e", [node("list", node("label", "A"), node("item", "b"), node("item", "c"), node("label", "D"), node("item", "e"), type="label")]),
        ("A\n\n: b\n\n  c", [node("list", node("label", "A"), node("item", node("paragraph", "b"), node("paragraph", "c")), type="label")]),
        ("- A\n- B x", [node("list", node("label", "A"), node("label", "B"), node("item", "x"), type="label")]),
        ("| a | b |\n| --- | ---: |\n| c \\| d | 1 |\n[Page 5]\n|  | 2 |", [node("table", node("row", node("cell", "a"), node("cell", "b", align="right"), role="label"), node("row", node("cell", "c | d"), node("cell", "1", align="right")), page("5"), node("row", node("cell"), node("cell", "2", align="right")))]),
        ("|  |\n| --- |\n| [[a&#124;\\]]{.place}]{.x} |", [node("table", node("row", node("cell"), role="label"), node("row", node("cell", node("span", node("place", "a|]"), class_="x"))))]),
        ("> |  |\n> | --- |\n> | > |", [node("quote", node("table", node("row", node("cell"), role="label"), node("row", node("cell", ">"))))]),
        ("| a | [[d2\\|x]] |\n| --- | --- |", [node("table", node("row", node("cell", "a"), node("cell", node("reference", "x", document="d2")), role="label"))]),
        ("![A map](map.png \"The *line*\")".replace("*", "\\*"), [node("figure", "The *line*", url="map.png", alt="A map")]),
        ("a\n\n- b\n\nc", [node("paragraph", "a", node("list", node("item", "b")), "c")]),
        ("{.verse .stanza}\na\n\n{.verse}\nb", [node("verse", "a", class_="stanza"), node("verse", "b")]),
        ("***\n\n```text\n- a\n```", [node("rule"), Node("code_block", (), {"class": "language-text"}, "- a\n")]),
    ],
)  # fmt: skip
def test_blocks(written: str, nodes: list[Node]) -> None:
    assert body_of(*nodes) == written
    before = document(*nodes)
    after = read(to_markdown(before))
    assert differences(before, after) == []
    assert body_of(*after.body) == written


def test_what_has_no_form_keeps_its_words_and_is_told() -> None:
    inner = node(
        "table", node("row", node("cell", "deep"), node("cell", node("list", node("item", "one", label="(a)"))))
    )
    table = node("table", node("row", node("cell", "wide", cols="2"), node("cell", inner)), node("row", node("cell", "a", Node("line_break"), "b")))  # fmt: skip
    written = write(document(table, node("paragraph", page("[305]"), "x", page("[Map 1]"), id="here")))
    after = read(written.text)
    assert stream(after, after.body).words == ["wide", "deep", "(a)", "one", "a", "b", "x", "[Map", "1]"]
    told = {s.what: s.count for s in written.simplified}
    assert told == {
        "a table without a head": 1,
        "a cell over several columns or rows": 1,
        "a table within a line": 1,
        "a list within a line": 1,
        "the end of a line in a table's cell": 2,
        "a page number in brackets": 1,
        "a page mark that is no number": 1,
    }
    first = diagnostics(written.simplified, "v.xml")[0]
    assert (first.rule, first.severity) == ("import-simplified", Severity.NOTE)


# Anything


WORDS = st.one_of(
    st.text(st.sampled_from("ab1 .-+#*_[](){}<>|\\`!&;:^~=\"'“”—€\u00e9\u0301\u00a0"), max_size=8),
    st.sampled_from(("|", "||", "a|", "|]", "[|", "]]", "[[", "[", "]", "\\", "\\!", "![", "](", "1. ", "- ", "[^1]", "[Page 5]", "#fn1|")),
)  # fmt: skip
INLINE_KINDS = ("emphasis", "small_caps", "person", "reference", "span", "deleted", "place", "link", "corrected")


def inline(depth: int) -> st.SearchStrategy[Node]:
    leaf = st.one_of(
        WORDS.filter(bool).map(text),
        st.sampled_from((page("5"), Node("line_break"), ref("1"), ref("*"), Node("code", (), {}, "a|`"))),
    )
    if not depth:
        return leaf
    more = st.builds(
        lambda kind, children, strong, value: Node(kind, (*((text("x"),) if kind == "reference" else ()), *children), ATTRS.get(kind, {}) | ({"rend": "strong"} if strong and kind == "emphasis" else {"original": value} if kind == "corrected" else {})),
        st.sampled_from(INLINE_KINDS), st.lists(inline(depth - 1), max_size=3), st.booleans(), WORDS,
    )  # fmt: skip
    return st.one_of(leaf, more)


ATTRS = {"person": {"person": "p"}, "reference": {"document": "d2"}, "span": {"class": "x"}, "link": {"url": "/x"}}
LINE = st.lists(inline(2), min_size=1, max_size=4).map(tuple)


def blocks(depth: int) -> st.SearchStrategy[Node]:
    leaf = st.builds(Node, st.sampled_from(("paragraph", "heading", "signed", "dateline")), LINE)
    if not depth:
        return leaf
    inner = st.lists(blocks(depth - 1), min_size=1, max_size=3)
    row = st.lists(LINE.map(lambda n: Node("cell", n)), min_size=1, max_size=3).map(lambda c: Node("row", tuple(c)))
    tables = st.lists(row, min_size=1, max_size=3).map(lambda r: Node("table", tuple(r)))
    around = st.builds(lambda kind, c: Node(kind, tuple(c)), st.sampled_from(("quote", "attachment", "closer", "opener", "section")), inner)  # fmt: skip
    mixed = st.builds(lambda before, inner, after: Node("paragraph", (*before, *inner, *after)), LINE, inner, LINE)
    return st.one_of(leaf, lists(depth), tables, around, mixed)


def lists(depth: int) -> st.SearchStrategy[Node]:
    inner = st.lists(st.one_of(blocks(depth - 1), lists(depth - 1)), max_size=2) if depth else st.just([])
    item = st.builds(
        lambda words, paragraph, inner, label: Node("item", (*((node("paragraph", "y", *words),) if paragraph else (text("y"), *words)), *inner), {"label": label} if label else {}),
        LINE, st.booleans(), inner, st.sampled_from(("", "", "1.", "2.", "(a)")),
    )  # fmt: skip
    return st.builds(
        lambda items, start, type, look: Node("list", tuple(items), {"type": type} | ({"start": start} if start and type == "ordered" else {}) | ({"rend": look} if look else {})),
        st.lists(item, min_size=1, max_size=3), st.sampled_from(("", "", "2", "3")), st.sampled_from(("simple", "ordered", "bulleted", "index")), st.sampled_from(("", "", "", "right")),
    )  # fmt: skip


def several() -> st.SearchStrategy[list[Node]]:
    """Blocks, or lists that follow each other."""
    return st.one_of(st.lists(blocks(2), max_size=4), st.lists(lists(1), min_size=2, max_size=4))


@settings(max_examples=int(os.environ.get("EDITION_EXAMPLES", "200")))
@given(several(), st.one_of(LINE.map(list), several()))
def test_any_text_comes_through_whole(nodes: list[Node], inner: list[Node]) -> None:
    notes = (Note("d1fn1", "1", tuple(inner)), Note("d1fn*", "*", (text("Star"),)))
    before = document(*nodes, notes=notes)
    written = to_markdown(before)
    after = read(written)
    counts = any(n.kind == "list" and n.attrs["type"] == "ordered" for n in everything(before.body))
    # In a list that counts, the mark of a page that begins with an item stands behind the number.
    assert signs(after, placed=not counts) == signs(before, placed=not counts), written


def everything(nodes: tuple[Node, ...]) -> list[Node]:
    return [found for n in nodes for found in (n, *everything(n.children))]


def signs(found: Document, *, placed: bool) -> tuple[object, ...]:
    """All that is printed of the body and of the notes without spaces, and the marks and references to notes in the
    body, in their places or not."""
    seen = stream(found, found.body)
    marks = sorted(seen.marks) if placed else sorted(label for _, label in seen.marks)
    notes = {note.label: "".join(stream(found, note.children).words) for note in found.notes}
    return "".join(seen.words), marks, sorted((at, label) for at, label, _ in seen.notes), notes


def test_what_the_program_marks_is_written_as_plain_words() -> None:
    short = node("abbreviation", "wld", expansion="would", found="1")
    written = write(
        document(node("paragraph", "He ", short, " see ", node("person", "Hale", person="hale", found="1"), "."))
    )
    assert "\nHe wld see Hale.\n" in written.text
    assert not written.simplified
