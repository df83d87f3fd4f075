"""The TEI reader: what it makes of each construct, how it cuts files, and that nothing is lost.

``tests/tei/NAME.xml`` is a file of TEI and ``NAME.outline`` what becomes of it: add a pair to add a case.
``python tests/test_tei.py NAME`` prints the outline that the reader gives now.
"""

from __future__ import annotations

import random
import re
import sys
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
from corpus_check import Total, check_file, compare, of_document

from generator.diagnostics import Rule
from generator.document import BLOCKS, Division, Document, Node, plain_text
from generator.readers import Part, Split, tei
from generator.rendering import Around, render

CASES = Path(__file__).parent / "tei"
NAMES = sorted(path.stem for path in CASES.glob("*.xml"))
MESSAGES = dict.fromkeys(("page", "page_mark", "footnote", "back_to_reference", "notes", "image"), "{label}")


def split(name: str, data: bytes | None = None) -> Split:
    """The parts of a case: ``volume.xml`` as a whole volume, any other as a file in a volume's folder."""
    data = (CASES / f"{name}.xml").read_bytes() if data is None else data
    if name == "volume":
        return tei.split("content/volume.xml", "volume", data)
    return tei.split(f"content/cases/{name}.xml", "cases", data)


def document(part: Part) -> Document:
    read = tei.read(part).document
    assert read is not None
    return read


# Outlines


def outline(name: str) -> str:
    """The parts of a case and their documents, in lines that people can read."""
    out: list[str] = []
    cut = split(name)
    if cut.volume:
        volume = cut.volume
        out.append(f"volume {volume.id}: {volume.title} | {volume.subseries} | {volume.number} | {volume.year}")
        out.append(f"  editors {', '.join(volume.editors)}; general {volume.general_editor}; {volume.place}, {volume.publisher}")  # fmt: skip
        out += [f"  person {e.id}: {e.name} = {e.text}" for e in volume.persons]
        out += [f"  term {e.id}: {e.name} = {e.text}" for e in volume.terms]
        out += _contents(volume.contents, 1)
        out.append("")
    out += [str(found) for found in cut.diagnostics]
    for part in cut.parts:
        read = tei.read(part)
        assert read.document is not None
        out += _document(part, read.document)
        out += [f"  ! {found.span.line}: {found.rule}: {found.message}" for found in read.diagnostics]
        out.append("")
    return "\n".join(out)


def _contents(divisions: Iterable[Division], depth: int) -> list[str]:
    out: list[str] = []
    for division in divisions:
        out.append(f"{'  ' * depth}{division.kind} {division.id or '-'} {division.title}".rstrip())
        out += _contents(division.children, depth + 1)
    return out


def _document(part: Part, made: Document) -> list[str]:
    out = [f"{made.role} {made.id} (line {part.line})"]
    values = {k: v for k, v in msgspec.to_builtins(made.metadata).items() if k != "date"}
    if made.metadata.date:
        date = made.metadata.date
        values["date"] = date.edtf if date.edtf in (date.start, f"{date.start}/{date.end}") else f"{date.edtf} {date.start} {date.time}"  # fmt: skip
    out += [f"  {key}: {value}" for key, value in values.items()]
    for name, nodes in (("source line", made.source_line), ("title", made.title), ("date line", made.dateline)):
        if nodes:
            out.append(f"  {name}: {_line(nodes)}")
    out += _blocks(made.body, 1)
    for note in made.notes:
        out.append(f"  note {note.id} [{note.label}] {note.kind} from {', '.join(note.refs)}: {_line(note.children)}")
    return out


def _blocks(nodes: Iterable[Node], depth: int) -> list[str]:
    """Blocks on lines of their own, what stands in a line in one line."""
    out: list[str] = []
    line: list[Node] = []
    for node in [*nodes, None]:
        block = node is not None and node.kind in BLOCKS
        if line and (node is None or block):
            out.append(f"{'  ' * depth}{_line(line)}")
            line = []
        if node is None:
            break
        if not block:
            line.append(node)
            continue
        attrs = "".join(f" {key}={value}" for key, value in node.attrs.items())
        if any(child.kind in BLOCKS for child in node.children):
            out.append(f"{'  ' * depth}{node.kind}{attrs}")
            out += _blocks(node.children, depth + 1)
        else:
            words = _line(node.children)
            out.append(f"{'  ' * depth}{node.kind}{attrs}{': ' + words if words else ''}")
    return out


def _line(nodes: Iterable[Node]) -> str:
    """Nodes in one line: ``text`` as it is, others as ``<kind attributes: ...>``."""
    out: list[str] = []
    for node in nodes:
        if node.kind == "text":
            out.append(node.text)
            continue
        attrs = "".join(f" {key}={value}" for key, value in node.attrs.items())
        inner = _line(node.children)
        out.append(f"<{node.kind}{attrs}{': ' + inner if inner else ''}>")
    return "".join(out)


@pytest.mark.parametrize("name", NAMES)
def test_outline(name: str) -> None:
    assert outline(name) == (CASES / f"{name}.outline").read_text("utf-8")


# Cutting


def test_an_edit_disturbs_one_part() -> None:
    data = (CASES / "volume.xml").read_bytes()
    before = split("volume").parts
    after = split("volume", data.replace(b"The first page.", b"The first page,\nand a line more.")).parts
    changed = [a.id for b, a in zip(before, after, strict=True) if msgspec.structs.replace(b, line=0) != msgspec.structs.replace(a, line=0)]  # fmt: skip
    assert changed == ["d1"]
    assert [a.line - b.line for b, a in zip(before, after, strict=True)][-1] == 1


def test_the_bytes_of_a_part_are_the_files_own() -> None:
    data = (CASES / "volume.xml").read_bytes()
    for part in split("volume").parts:
        start = data.find(part.data)
        assert start >= 0 or part.id in ("comp1", "ch1", "ch2"), part.id
        if start >= 0:
            assert data.count(b"\n", 0, start) + 1 == part.line


def test_lines_count_within_the_part() -> None:
    part = next(p for p in split("volume").parts if p.id == "ch2")
    words = next(n for n in document(part).body if "behind" in plain_text(n.children))
    line = part.line - 1 + words.line
    assert b"Words behind" in (CASES / "volume.xml").read_bytes().split(b"\n")[line - 1]


def test_reading_needs_only_the_part() -> None:
    for name in NAMES:
        for part in split(name).parts:
            copy = msgspec.msgpack.decode(msgspec.msgpack.encode(part), type=Part)
            assert tei.read(copy) == tei.read(part)


def test_where_a_file_stands_says_what_it_is() -> None:
    data = (CASES / "volume.xml").read_bytes()
    assert tei.split("content/volume.xml", "volume", data).volume is not None
    data = (CASES / "blocks.xml").read_bytes()
    assert tei.split("content/blocks.xml", "blocks", data).volume is not None
    for file in ("content/letters/d7.xml", "content/letters/1901/d7.xml"):
        cut = tei.split(file, "letters", data)
        assert cut.volume is None and [p.id for p in cut.parts] == ["d7"]


def test_an_id_given_twice() -> None:
    data = (CASES / "volume.xml").read_bytes().replace(b'xml:id="d2"', b'xml:id="d1"')
    cut = split("volume", data)
    assert [p.id for p in cut.parts if p.id.startswith("d1")] == ["d1", "d1a", "d1-2"]
    assert [found.rule for found in cut.diagnostics] == ["duplicate-id"]


@pytest.mark.parametrize("encode", ["utf-8-sig", "utf-16", "iso-8859-1", "crlf"])
def test_encodings_and_line_ends(encode: str) -> None:
    text = (CASES / "blocks.xml").read_text("utf-8").replace("Sir:", "Señor:").replace("–", "-")
    plain = document(split("blocks", text.encode()).parts[0])
    if encode == "crlf":
        data = text.replace("\n", "\r\n").encode()
    elif encode == "iso-8859-1":
        data = text.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"').encode(encode)
    else:
        data = text.encode(encode)
    made = document(split("blocks", data).parts[0])
    assert made == plain
    assert "Señor" in str(made.body)


# What cannot be read


@pytest.mark.parametrize(
    ("source", "rule", "line", "column"),
    [
        (b"<TEI>\n<text>\n  <body></text></TEI>", "malformed-xml", 3, 16),
        (b"<!DOCTYPE TEI>\n<TEI/>", "malformed-xml", 1, 1),
        (b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY b "c">]>\n<TEI>&b;</TEI>', "malformed-xml", 2, 1),
        (b"<TEI>\n&nbsp;</TEI>", "malformed-xml", 2, 7),
        (b"<TEI>\nab\xff</TEI>", "invalid-utf8", 2, 3),
        (b"", "malformed-xml", 0, 0),
        (b"<html><body/></html>", "malformed-xml", 1, 0),
        (b"<TEI><text/></TEI>", "malformed-xml", 1, 0),
        (b"<TEI>" + b"<hi>" * 5000 + b"</hi>" * 5000 + b"</TEI>", "too-large", 1, None),
    ],
)
def test_what_cannot_be_read(source: bytes, rule: str, line: int, column: int | None) -> None:
    cut = tei.split("content/v.xml", "v", source)
    assert cut.parts == () and cut.volume is None
    (found,) = cut.diagnostics
    assert (found.rule, found.span.file, found.span.line) == (rule, "content/v.xml", line)
    assert column is None or found.span.column == column
    assert found.hint and "Traceback" not in str(found)


def test_a_file_of_any_size_is_refused_before_it_is_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tei, "MAX_BYTES", 10)
    (found,) = tei.split("content/v.xml", "v", b"<TEI>             ").diagnostics
    assert found.rule == Rule.TOO_LARGE.id


def test_what_is_nested_too_deeply_keeps_its_text() -> None:
    data = (CASES / "blocks.xml").read_bytes()
    data = data.replace(b"Enclosed.", b"<hi>" * 200 + b"Enclosed." + b"</hi>" * 200)
    (part,) = split("blocks", data).parts
    read = tei.read(part)
    assert read.document is not None
    assert [found.rule for found in read.diagnostics] == ["too-large"]
    assert of_document(read.document).words["Enclosed"] == 1


def test_a_part_that_is_no_longer_xml() -> None:
    part = split("volume").parts[0]
    read = tei.read(msgspec.structs.replace(part, data=part.data[:60]))
    assert read.document is None
    assert [found.rule for found in read.diagnostics] == ["malformed-xml"]


_RENAMED = re.compile(rb"<(/?)(p|hi|item|list|note|row|cell|table|head|label|quote|dateline|opener|div)\b")
_NAMES = [b"p", b"hi", b"item", b"list", b"note", b"row", b"cell", b"table", b"head", b"label", b"quote", b"opener",
          b"ref", b"choice", b"figure", b"l", b"lg", b"closer", b"attachment", b"div", b"gap", b"app", b"rs", b"body"]  # fmt: skip


def variants(data: bytes, chance: random.Random) -> Iterable[bytes]:
    """``data`` cut, doubled, nested, with bytes flipped and with elements called otherwise."""
    yield data[: chance.randrange(len(data))]
    yield data + data
    yield data[: len(data) // 2] + data[len(data) // 4 :]
    for depth in (150, 5000):
        yield data.replace(b"<p>", b"<p>" + b"<hi>" * depth, 1).replace(b"</p>", b"</hi>" * depth + b"</p>", 1)
    lol = b'<!DOCTYPE l [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>'
    yield lol + data[data.find(b"<TEI") :].replace(b"<p>", b"<p>&c;")
    yield data.replace(b"http://www.tei-c.org/ns/1.0", b"")
    for count in (1, 5, 40):
        flipped = bytearray(data)
        for _ in range(count):
            flipped[chance.randrange(len(flipped))] = chance.randrange(256)
        yield bytes(flipped)
    for _ in range(6):
        names = {name: chance.choice(_NAMES) if chance.random() < 0.4 else name for name in _NAMES}
        yield _RENAMED.sub(lambda m, names=names: b"<" + m[1] + names.get(m[2], m[2]), data)  # type: ignore[misc]


def survives(file: str, volume: str, data: bytes) -> int:
    """Split, read and render ``data``; return how many documents came of it."""
    made = 0
    cut = tei.split(file, volume, data)
    assert cut.parts or cut.diagnostics
    for part in cut.parts:
        read = tei.read(part)
        assert read.document is not None or read.diagnostics
        assert all(str(found) for found in read.diagnostics)
        if read.document is not None:
            render(read.document, Around(), MESSAGES)
            made += 1
    return made


@pytest.mark.parametrize("name", NAMES)
def test_variants(name: str) -> None:
    chance = random.Random(name)
    made = 0
    for data in variants((CASES / f"{name}.xml").read_bytes(), chance):
        made += survives(f"content/cases/{name}.xml", "cases", data) + survives("content/v.xml", "v", data)
    assert made, "no variant was read at all"


def test_variants_of_samples(shared: Path) -> None:
    chance = random.Random(1)
    for path in sorted((shared / "corpus" / "frus-samples").glob("*.xml")):
        for data in variants(path.read_bytes(), chance):
            survives(f"content/samples/{path.name}", "samples", data)


# Nothing lost


def check(paths: Iterable[Path], *, volume: bool = False) -> Total:
    total = Total()
    for path in paths:
        file = f"content/{path.name}" if volume else f"content/samples/{path.name}"
        differences = check_file(path, file, path.stem if volume else "samples", total)
        assert not differences
    return total


def test_nothing_is_lost_of_the_cases() -> None:
    total = check(CASES / f"{name}.xml" for name in NAMES if name not in ("volume", "unknown"))
    assert (total.notes, total.pages) == (26, 15)
    total = check([CASES / "volume.xml"], volume=True)
    assert (total.documents, total.parts, total.pages) == (3, 10, 12)


def test_nothing_is_lost_of_the_samples(shared: Path) -> None:
    total = check(sorted((shared / "corpus" / "frus-samples").glob("*.xml")))
    assert total.documents == 21


def test_nothing_is_lost_of_essays_and_minutes(shared: Path) -> None:
    total = check(sorted((shared / "corpus" / "frus-history").glob("[ad]*/*.xml")))
    assert total.parts >= 95


def test_nothing_is_lost_of_a_volume(shared: Path) -> None:
    total = check([shared / "corpus" / "volumes" / "frus1917-72PubDip.xml"], volume=True)
    assert total.documents == 44


@pytest.mark.parametrize("loss", ["word", "note", "page", "sign"])
def test_the_check_sees_a_loss(loss: str) -> None:
    """The comparison itself: it must find what is missing."""
    (part,) = split("notes").parts
    made = document(part)
    assert not (compare(part, made).lost or compare(part, made).counts)
    if loss == "word":
        broken = msgspec.structs.replace(made, source_line=())
    elif loss == "note":
        broken = msgspec.structs.replace(made, notes=made.notes[:-1])
    elif loss == "page":
        broken = msgspec.structs.replace(made, notes=tuple(msgspec.structs.replace(n, children=tuple(c for c in n.children if c.kind != "page_break")) for n in made.notes))  # fmt: skip
    else:
        broken = msgspec.structs.replace(made, title=(Node("text", text="Telegram From the Consul?", line=1),))
    found = compare(part, broken)
    assert found.lost or found.gained or found.counts


if __name__ == "__main__":
    print(outline(sys.argv[1]), end="")
