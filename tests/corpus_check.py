"""Nothing lost: compare each document's words in TEI with the words of its document and of its page.

    python -m tests.corpus_check FILE.xml FOLDER ...     volumes, or single documents; a folder: all .xml in it

For every document the same words must come out as went in, as a multiset, and the same other signs
(punctuation); notes, page breaks and references are counted. The comparison knows nothing of the reader: it
walks the XML and the finished model and page by rules of its own. A word is a run of letters and digits; a page
break, a name or a change of type inside it does not end it, the edge of a block, a cell, a note or a line does.

What may differ is named in ``EXCEPTIONS`` and counted; anything else is a loss.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
from lxml import etree

from generator.document import BLOCKS, Document, Node
from generator.readers import Part, tei
from generator.readers.tei_document import Context
from generator.rendering import Around, Rendered, render

EXCEPTIONS = {
    "note given twice": "a second reference that repeats the text of its note: the text is printed once",
    "embedded player": "HTML in the TEI (players, scripts) is left out",
    "running head": "a head that repeats the title for the top of the page is left out",
    "other reading": "of sic and corr, orig and reg, abbr and expan one is shown, the other is an attribute",
    "description of an image": "figDesc becomes the image's alternative text",
    "title made": "a document without a head takes its title from the header or from its first words",
    "address shown": "a reference without text shows what it points at",
}

_IN_LINE = frozenset(
    "hi persName gloss ref ptr pb date time placeName orgName geogName term title name rs seg del add unclear "
    "supplied anchor foreign emph num measure affiliation abbr corr sic orig reg choice subst surplus damage idno "
    "author editor publisher pubPlace docDate forename surname roleName note gap settlement country q quote bibl "
    "milestone label uh-oh sponsor".split()
)
_WORD = re.compile(r"\w+")
_HTML = "{http://www.w3.org/1999/xhtml}"
_BLOCK_CHILDREN = frozenset(("p", "list", "table", "lg", "quote", "figure", "div", "ab"))


class Counts(msgspec.Struct):
    """What is in a document: words, other signs, notes, page breaks, references."""

    words: Counter[str]
    signs: Counter[str]
    notes: int = 0
    pages: int = 0
    references: int = 0


class Difference(msgspec.Struct):
    """What one document lost or gained, and what was excepted, by the exceptions' names."""

    document: str
    lost: Counter[str]
    gained: Counter[str]
    counts: list[str]
    excepted: Counter[str]


# The TEI side


class _Source:
    """The text of an element of TEI: the running text and, apart from it, each note."""

    def __init__(self) -> None:
        self.texts: list[list[str]] = []
        self.notes = 0
        self.pages = 0
        self.references = 0
        self.excepted: Counter[str] = Counter()

    def walk(self, element: Any, out: list[str]) -> None:
        name = etree.QName(element).localname
        out.append(element.text or "")
        for child in element:
            if isinstance(child.tag, str):
                self._child(child, name, out)
            out.append(child.tail or "")

    def _child(self, e: Any, parent: str, out: list[str]) -> None:
        name = etree.QName(e).localname
        if e.tag.startswith(_HTML):
            self.excepted["embedded player"] += len(_WORD.findall("".join(e.itertext())))
            self.references += any(
                c.get("src") and etree.QName(c).localname in ("iframe", "video") for c in e.iter("{*}*")
            )
            return
        if name == "teiHeader":
            return
        if name == "head" and "running" in e.get("type", ""):
            self.excepted["running head"] += len(_WORD.findall("".join(e.itertext())))
            return
        if name == "figDesc":
            self.excepted["description of an image"] += len(_WORD.findall("".join(e.itertext())))
            return
        if name == "choice" or name == "app":
            names = {etree.QName(c).localname for c in e}
            for shown, hidden in (("corr", "sic"), ("reg", "orig"), ("abbr", "expan"), ("lem", "rdg")):
                if {shown, hidden} <= names:
                    for c in e:
                        if etree.QName(c).localname == hidden:
                            self.excepted["other reading"] += len(_WORD.findall("".join(c.itertext())))
                        else:
                            self.walk(c, out)
                    return
        if name == "pb":
            self.pages += 1
            if e.get("break") == "no":
                _glue(out)
        elif name == "lb" and e.get("break") == "no":
            _glue(out)
        elif name in ("ref", "ptr"):
            target = e.get("target")
            self.references += target is not None and not re.match(r"(?!https?:|mailto:)[A-Za-z]+:", target.strip())
        if name == "note" and not _is_line(e, parent):
            target = (e.get("target") or "").lstrip("#")
            if target and not e.get("{http://www.w3.org/XML/1998/namespace}id"):
                same = e.getroottree().xpath("//*[@xml:id=$id]", id=target)
                text = "".join(e.itertext()).split()
                if same and (not text or "".join(same[0].itertext()).split() == text):
                    self.excepted["note given twice"] += len(_WORD.findall(" ".join(text)))
                    return
            self.notes += 1
            note: list[str] = []
            self.texts.append(note)
            self.walk(e, note)
            return
        separate = name not in _IN_LINE or _is_line(e, parent) or (name in ("quote", "q", "label", "bibl", "seg") and _stands_alone(e, parent))  # fmt: skip
        separate = separate and not (name == "lb" and e.get("break") == "no")
        if separate:
            out.append(" ")
        self.walk(e, out)
        if separate:
            out.append(" ")


def _glue(out: list[str]) -> None:
    """Mark that the word goes on: the white space around is taken out afterwards."""
    out.append("\0")


def _is_line(note: Any, parent: str) -> bool:
    """Whether a note is a line of its own."""
    if etree.QName(note).localname != "note":
        return False
    id = note.get("{http://www.w3.org/XML/1998/namespace}id")
    return "inline" in note.get("rend", "") or (
        note.get("type") == "source" and not note.get("n") and not id and parent in ("div", "attachment", "body")
    )


def _stands_alone(e: Any, parent: str) -> bool:
    inside = any(isinstance(c.tag, str) and etree.QName(c).localname in _BLOCK_CHILDREN for c in e)
    return inside or "blockquote" in e.get("rend", "") or parent in ("div", "attachment", "list", "item", "opener", "postscript", "closer", "listBibl", "body", "section")  # fmt: skip


def of_source(root: Any) -> tuple[Counts, Counter[str]]:
    """What an element of TEI holds, and the words that are excepted, by the exceptions' names."""
    source = _Source()
    text: list[str] = []
    source.texts.append(text)
    source.walk(root, text)
    return _counts(source.texts, source.notes, source.pages, source.references), source.excepted


def _counts(texts: Iterable[list[str]], notes: int, pages: int, references: int) -> Counts:
    words: Counter[str] = Counter()
    signs: Counter[str] = Counter()
    for pieces in texts:
        text = re.sub(r"\s*\0\s*", "", "".join(pieces))
        words.update(_WORD.findall(text))
        signs.update(_WORD.sub("", "".join(text.split())))
    return Counts(words, signs, notes, pages, references)


# The model's side


def of_document(document: Document) -> Counts:
    """What a document holds: source line, title with its printed number, date line, body, notes."""
    pieces: list[str] = []
    counter: Counter[str] = Counter()

    def walk(nodes: Iterable[Node]) -> None:
        for node in nodes:
            block = node.kind in BLOCKS
            if block or node.kind == "line_break":
                pieces.append(" ")
            counter[node.kind] += 1
            pieces.append(f"{node.attrs['label']} " if node.kind == "item" and "label" in node.attrs else "")
            pieces.append(node.text)
            walk(node.children)
            if block:
                pieces.append(" ")

    made_title = document.title
    for nodes in (document.source_line, made_title, document.dateline, document.body):
        walk(nodes)
        pieces.append(" ")
    pieces.append(document.metadata.printed_number + " ")
    for note in document.notes:
        walk(note.children)
        pieces.append(" ")
    return _counts([pieces], len(document.notes), counter["page_break"], counter["reference"] + counter["link"])


class _Page(HTMLParser):
    """The words of a rendered page, without its marks and labels."""

    _silent = ("page-break", "note-ref", "note-back", "note-label", "no-image")

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self.counter: Counter[str] = Counter()
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        classes = (dict(attrs).get("class") or "").split()
        for name in ("page-break", "note-label", "ref"):
            self.counter[name] += name in classes
        self.counter["link"] += tag == "a" and not classes
        if tag in ("br", "img", "hr", "input"):
            self.pieces.append(" ")
            return
        self._open.append(any(name in classes for name in self._silent))
        if tag not in _PHRASES:
            self.pieces.append(" ")

    def handle_endtag(self, tag: str) -> None:
        self._open.pop()
        if tag not in _PHRASES:
            self.pieces.append(" ")

    def handle_data(self, data: str) -> None:
        if not any(self._open):
            self.pieces.append(data)


_PHRASES = frozenset("a span em strong u sup sub del ins abbr code b i small".split())
_MESSAGES: Mapping[str, str] = dict.fromkeys(("page", "page_mark", "footnote", "back_to_reference", "notes", "image"), "") | {"page_mark": "[{label}]"}  # fmt: skip


def of_page(document: Document) -> Counts:
    """What the rendered page holds. The printed number of the title is the page template's to show."""
    rendered: Rendered = render(document, Around(), _MESSAGES)
    page = _Page()
    parts = (rendered.source_line, rendered.title, rendered.dateline, rendered.body, rendered.notes)
    page.feed(" <p></p> ".join(parts))
    page.close()
    page.pieces.append(f" {document.metadata.printed_number}")
    count = page.counter
    # A gap shows "[…]", which the source has not.
    counts = _counts([page.pieces], count["note-label"], count["page-break"], count["ref"] + count["link"])
    return counts


# The comparison


def compare(part: Part, document: Document, *, pages: bool = True) -> Difference:
    """Compare a part's source with its document and, with ``pages``, with its rendered page."""
    context = msgspec.json.decode(part.context, type=Context)
    names = "".join(f' xmlns{":" + p if p else ""}="{u}"' for p, u in context.namespaces.items())
    data = part.data if context.whole else f"<part{names}>".encode() + part.data + b"</part>"
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True))
    source, excepted = of_source(root)
    source.pages += len(context.marks) + len(context.after)
    made = of_document(document)
    found = Difference(f"{part.file} {part.id}", Counter(), Counter(), [], excepted)
    untitled = _made_title(root, document, context)
    if untitled:
        made.words -= Counter(_WORD.findall(untitled))
        made.signs -= Counter(_WORD.sub("", "".join(untitled.split())))
        excepted["title made"] += len(_WORD.findall(untitled))
    _addresses(document, made, excepted)
    _take(found, "", source, made)
    if pages and not found.lost and not found.gained:
        shown = of_page(document)
        if untitled:
            shown.words -= Counter(_WORD.findall(untitled))
            shown.signs -= Counter(_WORD.sub("", "".join(untitled.split())))
        _addresses(document, shown, Counter())
        shown.references = made.references = source.references
        gaps = sum(1 for n in _all(document) if n.kind == "gap" and not n.children)
        shown.signs -= Counter({"[": gaps, "…": gaps, "]": gaps})
        _take(found, "on the page: ", source, shown)
    return found


def _take(found: Difference, where: str, source: Counts, made: Counts) -> None:
    for want, have in ((source.words, made.words), (source.signs, made.signs)):
        found.lost.update({where + w: n for w, n in (want - have).items()})
        found.gained.update({where + w: n for w, n in (have - want).items()})
    for name in ("notes", "pages", "references"):
        want_n, have_n = getattr(source, name), getattr(made, name)
        if want_n != have_n:
            found.counts.append(f"{where}{name}: {want_n} in the TEI, {have_n} here")


def _all(document: Document) -> Iterator[Node]:
    waiting = [*document.source_line, *document.title, *document.dateline, *document.body]
    waiting += [node for note in document.notes for node in note.children]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.children)


def _addresses(document: Document, counts: Counts, excepted: Counter[str]) -> None:
    """References that print nothing show what they point at."""
    for node in _all(document):
        if node.kind in ("reference", "link") and len(node.children) == 1 and node.children[0].kind == "text":
            text, line = node.children[0].text, node.children[0].line
            if line == 0 and text in (node.attrs.get("url"), node.attrs.get("value"), node.attrs.get("document"), node.attrs.get("volume")):  # fmt: skip
                counts.words -= Counter(_WORD.findall(text))
                counts.signs -= Counter(_WORD.sub("", text))
                excepted["address shown"] += 1


def _made_title(root: Any, document: Document, context: Context) -> str:
    """The title, if the source has no head to take it from."""
    if len(document.title) and document.title[0].line == 0 and document.title[0].kind == "text":
        return document.title[0].text
    return ""


class Total(msgspec.Struct):
    """Sums over many documents."""

    documents: int = 0
    parts: int = 0
    words: int = 0
    notes: int = 0
    pages: int = 0
    references: int = 0
    lost: int = 0
    gained: int = 0
    wrong_counts: int = 0
    excepted: Counter[str] = msgspec.field(default_factory=Counter)
    seconds: float = 0.0


def check_file(path: Path, file: str, volume: str, total: Total, *, pages: bool = True) -> list[Difference]:
    """Check one file; add to ``total``; return the documents that differ."""
    data = path.read_bytes()
    started = time.process_time()
    split = tei.split(file, volume, data)
    total.seconds += time.process_time() - started
    out: list[Difference] = []
    marks = notes = 0
    for part in split.parts:
        started = time.process_time()
        reading = tei.read(part)
        total.seconds += time.process_time() - started
        assert reading.document is not None, reading.diagnostics
        document = reading.document
        found = compare(part, document, pages=pages)
        counts = of_document(document)
        total.parts += 1
        total.documents += document.role == "document"
        total.words += sum(counts.words.values())
        total.notes += counts.notes
        total.pages += counts.pages
        total.references += counts.references
        total.lost += sum(found.lost.values())
        total.gained += sum(found.gained.values())
        total.wrong_counts += len(found.counts)
        total.excepted += found.excepted
        marks += counts.pages
        notes += counts.notes
        if found.lost or found.gained or found.counts:
            out.append(found)
    out += _whole(path, data, split.parts, marks, total)
    return out


def _whole(path: Path, data: bytes, parts: Iterable[Part], marks: int, total: Total) -> list[Difference]:
    """Check that the parts together are the file: every word outside the printed contents is in one of them."""
    root = etree.fromstring(data, etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True))
    for toc in root.xpath("//*[local-name()='div'][@type='toc']"):
        for mark in toc.xpath(".//*[local-name()='pb']"):
            mark.tail = None
            toc.addprevious(mark)
        toc.getparent().remove(toc)
    want, _ = of_source(root)
    have: Counter[str] = Counter()
    for part in parts:
        context = msgspec.json.decode(part.context, type=Context)
        names = "".join(f' xmlns{":" + p if p else ""}="{u}"' for p, u in context.namespaces.items())
        text = part.data if context.whole else f"<part{names}>".encode() + part.data + b"</part>"
        element = etree.fromstring(text, etree.XMLParser(resolve_entities=False, remove_comments=True, remove_pis=True))
        have += of_source(element)[0].words
    found = Difference(f"{path.name} (the whole file)", want.words - have, Counter(), [], Counter())
    if want.pages != marks:
        found.counts.append(f"page breaks: {want.pages} in the file, {marks} in its parts")
    total.lost += sum(found.lost.values())
    total.wrong_counts += len(found.counts)
    return [found] if found.lost or found.counts else []


def main(arguments: list[str]) -> int:
    """Check the files named; print what differs and the sums; 1 if anything was lost."""
    total = Total()
    bad = 0
    paths = [
        p for name in arguments for p in (sorted(Path(name).rglob("*.xml")) if Path(name).is_dir() else [Path(name)])
    ]
    for path in paths:
        root = etree.parse(str(path)).getroot()
        single = not root.xpath("boolean(//*[local-name()='titlePage'])")
        volume = path.parent.name if single else path.stem
        file = f"content/{volume}/{path.name}" if single else f"content/{path.name}"
        for found in check_file(path, file, volume, total):
            bad += 1
            if bad <= 40:
                print(f"{found.document}: lost {dict(found.lost.most_common(12))} gained {dict(found.gained.most_common(12))} {found.counts}")  # fmt: skip
    print(
        f"{len(paths)} files, {total.documents} documents, {total.parts} parts: {total.words} words, {total.notes} notes, "
        f"{total.pages} page breaks, {total.references} references"
    )
    print(f"lost {total.lost}, gained {total.gained}, wrong counts {total.wrong_counts}; differing {bad}")
    print("excepted words:", dict(total.excepted) or "none")
    print(f"split and read: {total.seconds:.2f} s CPU, {total.seconds / max(1, total.parts) * 1000:.2f} ms a part")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
