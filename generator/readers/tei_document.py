"""From one part of a TEI file to a Document: title, source line, date line, body, notes, and what is known of it."""

from __future__ import annotations

import re

import msgspec
from lxml import etree

from generator.diagnostics import Diagnostic
from generator.document import Document, Metadata, Node, Party, plain_text
from generator.readers.tei_builder import XML_ID, XML_LANG, Builder, Element, local
from generator.readers.tei_elements import HANDLERS, is_inline_source, is_running_head
from generator.readers.tei_metadata import (
    classification,
    correspondence,
    date_of,
    kind_of,
    number,
    opening_words,
    place_of,
    title_of_header,
    updated,
    without_number,
    words_of,
)
from generator.readers.tei_pointers import key


class Context(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a part inherits from its file; nothing in it changes when another document is edited.

    ``whole`` says that the part is the whole file. ``marks`` are the page breaks (n, xml:id, facs) just before
    the part, ``after`` those behind the last part of the file; ``page`` is the printed page in force where the
    part begins. ``title`` stands in where the element has none. ``renamed`` has the documents of this file
    whose ids in the edition are not their xml:id; ``updated`` is the day on which the header says it was last changed.
    """

    role: str = "document"
    whole: bool = False
    namespaces: dict[str, str] = {}
    lang: str = ""
    marks: tuple[tuple[str | None, str | None, str | None], ...] = ()
    after: tuple[tuple[str | None, str | None, str | None], ...] = ()
    page: str = ""
    title: str = ""
    renamed: dict[str, str] = {}
    updated: str = ""


def build(root: Element, file: str, volume: str, id: str, context: Context) -> tuple[Document, tuple[Diagnostic, ...]]:
    """Return the document that ``root`` (a division, or the TEI element of a whole file) holds."""
    builder = Builder(file, id, HANDLERS, context.renamed)
    header = next((c for c in root if local(c) == "teiHeader"), None)
    parts = _parts(root)
    main = next((part for part, is_main in parts if is_main), root)
    _prepare(builder, root, header)
    document = _Text(builder)
    for mark in context.marks:
        builder.page_break(*mark, 1, document.body)
    for part, is_main in parts:
        document.read(part, is_main)
    for mark in context.after:
        builder.page_break(*mark, 0, document.body)
    builder.gather(document.body)
    own_number, printed = number(main, id, document.title, context.role)
    title = tuple(without_number(document.title, printed))
    if not plain_text(title):
        # Page marks and references to notes stay, whatever the title is taken from.
        words = title_of_header(header) or context.title or opening_words(document.body)
        title = (Node("text", text=words), *(n for n in title if n.kind in ("page_break", "note_ref")))
    notes = builder.finished_notes()
    letter = correspondence(header)
    date, problem = date_of(main, header, file)
    body = tuple(document.body)
    starts_on_mark = bool(context.marks)
    metadata = Metadata(
        number=own_number,
        printed_number=printed,
        date=date or letter.date,
        place=document.place or letter.place,
        kind=kind_of(plain_text(title), plain_text(document.source_line), body) if context.role == "document" else "",
        classification=classification(notes, body) if context.role == "document" else "",
        sender=document.sender or letter.sender,
        addressee=document.addressee or letter.addressee,
        first_page="" if starts_on_mark else context.page,
        updated=context.updated or max(updated(header).values(), default=""),
        lang=root.get(XML_LANG) or main.get(XML_LANG) or context.lang,
    )
    made = Document(
        volume=volume,
        id=id,
        title=title,
        body=body,
        metadata=metadata,
        source_line=tuple(document.source_line),
        dateline=tuple(document.dateline),
        notes=notes,
        role=context.role,
    )
    return made, (*problem, *builder.finished_diagnostics())


def _parts(root: Element) -> list[tuple[Element, bool]]:
    """The elements to read one after the other, and which of them has the title: the division itself, or of a
    whole file what stands in its text, where a division that stands alone in the body is the document."""
    if local(root) not in ("TEI", "TEI.2", "teiCorpus"):
        return [(root, True)]
    text = next((c for c in root if local(c) == "text"), root)
    out: list[tuple[Element, bool]] = []
    for child in text:
        name = local(child)
        if name == "body":
            out += _parts_of_body(child)
        elif name and name != "teiHeader":
            out.append((child, False))
    return out or [(text, True)]


def _parts_of_body(body: Element) -> list[tuple[Element, bool]]:
    inside = [c for c in body if local(c)]
    divisions = [c for c in inside if local(c).startswith("div") and c.tag == body.tag.replace("body", local(c))]
    documents = [c for c in divisions if c.get("type") == "document"]
    chosen = documents if len(documents) == 1 else divisions if len(inside) == 1 else []
    if not chosen or (body.text or "").strip() or any((c.tail or "").strip() for c in inside):
        return [(body, True)]
    return [(c, c is chosen[0]) for c in inside]


def _prepare(builder: Builder, root: Element, header: Element | None) -> None:
    """Take down what can be known only from the part as a whole: ids, labels of notes, notes tied to places."""
    builder.in_source = {id.strip() for id in _IDS(root)}
    builder.languages = _HAS_LANGUAGES(root)
    notes = [e for e in root.iter("{*}note") if not is_inline_source(e)]
    if header is not None:
        notes = [e for e in notes if not any(a is header for a in e.iterancestors())]
    builder.labels = {" ".join(n.split()) for e in notes if (n := e.get("n"))}
    tied = [e for e in notes if e.get("target") or e.get("corresp")]
    called = [e for e in root.iter("{*}ref", "{*}ptr") if "ote" in e.get("type", "")] if notes else []
    if not tied and not called:
        return
    by_id = {id.strip(): e for e in root.iter() if (id := e.get(XML_ID)) is not None}
    builder.note_elements = {id: e for id, e in by_id.items() if local(e) == "note" and e in notes}
    for call in called:
        note = builder.note_elements.get((call.get("target") or "").strip().lstrip("#"))
        if note is not None:
            builder.detached.add(note)
    for note in tied:
        if note in builder.detached:
            continue
        # "#a #b" and "range(#a,#b)" are the two ends of a passage: the reference stands at its end.
        names = re.findall(r"#?([^\s#,()]+)", (note.get("target") or note.get("corresp") or "").replace("range(", " "))
        place = by_id.get(names[-1]) if names else None
        if place is not None and local(place) not in _NO_PLACE and not any(a is note for a in place.iterancestors()):
            builder.attached.setdefault(place.get(XML_ID), []).append(note)
            builder.detached.add(note)


_IDS = etree.XPath("descendant-or-self::*/@xml:id", smart_strings=False)
_HAS_LANGUAGES = etree.XPath("boolean(.//*/@xml:lang)")
_NO_PLACE = frozenset(("note", "p", "ab", "div", "list", "item", "table", "row", "cell", "head", "TEI", "text", "body", "lg", "pb", "lb"))  # fmt: skip


class _Text:
    """The parts of a document as they are met: first title, source line and date line, then its body."""

    def __init__(self, builder: Builder) -> None:
        self.builder = builder
        self.title: list[Node] = []
        self.source_line: list[Node] = []
        self.dateline: list[Node] = []
        self.body: list[Node] = []
        self.place = ""
        self.sender: tuple[Party, ...] = ()
        self.addressee: tuple[Party, ...] = ()
        self._leading = True
        self._titled = False

    def read(self, part: Element, main: bool) -> None:
        """Read one element's content; only that of the ``main`` one can hold the title."""
        b = self.builder
        if not main:
            b.handler(part.tag)(b, part, self.body)
            b.gather(self.body)
            return
        if text := part.text:
            b.text(text, self.body, part)
        for child in part:
            self._child(child)
            if b.attached:
                b.refer_from(child, self.body)
            if tail := child.tail:
                b.text(tail, self.body, child)
        b.end_line(self.body)

    def _child(self, e: Element) -> None:
        b, name = self.builder, local(e)
        if name == "head" and not self._titled and not is_running_head(e):
            self._titled = True
            self._head(e)
        elif not self._leading:
            self._block(e)
        elif name == "note" and e not in b.detached:
            if is_inline_source(e) and not self.source_line:
                self.source_line.extend(b.children(e, self.body))
            elif self._titled and not is_inline_source(e):
                HANDLERS["note"](b, e, self.title)
            else:
                self._leading = False
                self._block(e)
        elif name == "dateline" and not self.dateline:
            self._dateline(e)
        elif name == "opener" and not self.dateline and any(local(c) == "dateline" for c in e):
            self._opener(e)
        else:
            self._leading = name in ("pb", "head", "opener", "") and self._leading
            self._block(e)

    def _block(self, e: Element) -> None:
        self.builder.handler(e.tag)(self.builder, e, self.body)

    def _head(self, e: Element) -> None:
        self.title.extend(self.builder.children(e, self.body))
        self.place = self.place or place_of(e)
        for name in e.iter():
            if local(name) in ("persName", "gloss", "rs", "name", "orgName") and name.get("type") in ("from", "to"):
                party = Party(" ".join(words_of(name).split()), key(name.get("corresp")))
                if not party.name:
                    continue
                if name.get("type") == "from":
                    self.sender = (*self.sender, party)
                else:
                    self.addressee = (*self.addressee, party)

    def _dateline(self, e: Element) -> None:
        self.dateline.extend(self.builder.children(e, self.body))
        self.place = place_of(e) or self.place

    def _opener(self, e: Element) -> None:
        """An opener: its date line goes to its own place, the rest stays."""
        b = self.builder
        b.end_line(self.body)
        rest: list[Node] = []
        if e.text:
            b.text(e.text, rest, e)
        for child in e:
            if local(child) == "dateline" and not self.dateline:
                b.end_line(rest)
                self._dateline(child)
                b.end_line(rest)
            else:
                b.handler(child.tag)(b, child, rest)
            if child.tail:
                b.text(child.tail, rest, child)
        b.end_line(rest)
        if rest:
            self.body.append(Node("opener", tuple(rest), {}, "", e.sourceline))
