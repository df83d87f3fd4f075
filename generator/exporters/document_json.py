"""A document as JSON, for programs: what is known of it, its text by paragraphs with their anchors and pages, its notes,
and where in all of these the page marks, references and names stand. docs/downloads.md tells the shape, which
``VERSION`` counts.

The texts are plain. Where something stands in them is told beside them: ``at`` points to the text (as RFC 6901 has it,
``/text/3``), ``start`` and ``end`` count its characters (Unicode code points) from 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urljoin

import msgspec

from generator import urls
from generator.document import BLOCKS, Document, Node, Party, Target, reference_of
from generator.exporters.record import Record

VERSION = 1
"""Raised when a program that reads the files would have to be changed; what is added only does not count."""

_CONTAINERS = frozenset(("opener", "closer", "postscript", "attachment", "section", "quote", "figure", "list"))
_BLANKS = re.compile(r"\s+")
_encode = msgspec.json.Encoder().encode
_NAMES = frozenset(("person", "term", "place"))


def to_json(document: Document, record: Record) -> str:
    """Return the JSON file of ``document``, with a line's end at its end."""
    meta, volume, edition = document.metadata, record.volume, record
    walk = _Walk(document, record)
    date = meta.date
    told: dict[str, Any] = {
        "version": VERSION,
        "volume": document.volume,
        "id": document.id,
        "url": record.base_url + urls.address(record.path) if record.base_url else "",
        "number": meta.number,
        "printed_number": meta.printed_number,
        "title": walk.title,
        "source_line": walk.source_line,
        "dateline": walk.dateline,
        "date": _kept(
            edtf=date.edtf, start=date.start, end=date.end, time=date.time, approximate=date.approximate, uncertain=date.uncertain
        ) if date else {},
        "place": meta.place,
        "kind": meta.kind,
        "classification": meta.classification,
        "from": [_party(party) for party in meta.sender],
        "to": [_party(party) for party in meta.addressee],
        "topics": meta.topics,
        "summary": meta.summary,
        "language": record.language,
        "pages": _kept(first=record.first_page, last=record.last_page, first_inferred=record.first_page_inferred),
        "in_volume": _kept(
            title=volume.title, subtitle=volume.subtitle, subseries=volume.subseries, number=volume.number, editors=volume.editors,
            general_editor=volume.general_editor, publisher=volume.publisher, place=volume.place, year=volume.year,
        ),
        "in_edition": _kept(title=edition.edition, url=edition.base_url, publisher=edition.publisher, licence=edition.licence),
        "text": walk.text,
        "notes": walk.notes,
        "page_marks": walk.pages,
        "note_references": walk.note_refs,
        "references": walk.references,
        "names": walk.names,
        "links": walk.links,
    }  # fmt: skip
    return "{\n" + ",\n".join(f'"{name}": {_written(value)}' for name, value in told.items() if value) + "\n}\n"


def _written(value: Any) -> str:
    """A value as JSON: the items of a list on lines of their own, all else on one."""
    if isinstance(value, list):
        return "[\n" + ",\n".join([_encode(item).decode() for item in value]) + "\n]"
    return _encode(value).decode()


def _kept(**values: Any) -> dict[str, Any]:
    """What is known: nothing empty."""
    return {name: value for name, value in values.items() if value}


def _party(party: Party) -> dict[str, str]:
    return {"name": party.name, "person": party.person} if party.person else {"name": party.name}


class _Walk:
    """One pass over the document in reading order. ``page`` is the printed page in force."""

    def __init__(self, document: Document, record: Record) -> None:
        self.targets = dict(record.targets)
        self.base = record.base_url + urls.address(record.path) if record.base_url else ""
        self.page = record.first_page
        self.text: list[dict[str, Any]] = []
        self.notes: list[dict[str, Any]] = []
        self.pages: list[dict[str, Any]] = []
        self.note_refs: list[dict[str, Any]] = []
        self.references: list[dict[str, Any]] = []
        self.names: list[dict[str, Any]] = []
        self.links: list[dict[str, Any]] = []
        self.source_line = self.line(document.source_line, "/source_line")
        self.title = self.line(document.title, "/title")
        self.dateline = self.line(document.dateline, "/dateline")
        self.flow(document.body, ())
        in_force = self.page
        for number, note in enumerate(document.notes):
            text = self.line(note.children, f"/notes/{number}")
            kind = {} if note.kind == "foot" else {"kind": note.kind}
            self.notes.append({"id": note.id, "label": note.label, **kind, "text": text})
        self.page = in_force

    def flow(self, nodes: Sequence[Node], within: tuple[str, ...]) -> None:
        """Take down what stands among blocks; ``within`` says in what, outermost first."""
        run: list[Node] = []
        for node in nodes:
            kind = node.kind
            if kind not in BLOCKS:
                run.append(node)
                continue
            if run:
                self.block(Node("paragraph", tuple(run)), within)
                run = []
            if kind == "table":
                self.table(node, within)
            elif kind in _CONTAINERS or (kind != "cell" and any(child.kind in BLOCKS for child in node.children)):
                around = within if kind == "paragraph" else (*within, kind)
                if label := node.attrs.get("label"):
                    self.block(Node("label", (Node("text", (), {}, label),)), around)
                self.flow(node.children, around)
            else:
                self.block(node, within)
        if run:
            self.block(Node("paragraph", tuple(run)), within)

    def block(self, node: Node, within: tuple[str, ...]) -> None:
        attrs = node.attrs
        page = self.page
        marks = len(self.pages)
        at = f"/text/{len(self.text)}"
        text = self.line(node.children, at, node.text)
        if marks < len(self.pages) and not self.pages[marks]["start"]:
            page = self.pages[marks]["label"]
        if not text and not attrs.get("id") and marks == len(self.pages) and node.kind != "rule":
            return
        told: dict[str, Any] = {"kind": node.kind}
        for name, key in (("id", "anchor"), ("n", "number"), ("label", "label"), ("level", "level")):
            if attrs.get(name):
                told[key] = attrs[name]
        if within:
            told["within"] = within
        if page:
            told["page"] = page
        told["text"] = text
        self.text.append(told)

    def table(self, node: Node, within: tuple[str, ...]) -> None:
        """A table, a row at a time; the cells of a row stand between tabs."""
        for row in node.children:
            if row.kind != "row":
                self.flow((row,), within)
                continue
            cells: list[Node] = []
            for number, cell in enumerate(row.children):
                cells += [_TAB, cell] if number else [cell]
            self.block(Node("row", tuple(cells), row.attrs), (*within, "table"))

    def line(self, nodes: Iterable[Node], at: str, before: str = "") -> str:
        """The words of ``nodes``, with single blanks; what stands among them is taken down."""
        run = _Run(at)
        if before:
            run.add(before)
        self.words(nodes, run)
        return "".join(run.out).rstrip()

    def words(self, nodes: Iterable[Node], run: _Run) -> None:
        for node in nodes:
            kind = node.kind
            if kind == "text":
                run.add(node.text)
            elif node is _TAB:
                run.end("\t")
            elif kind == "page_break":
                self.page = node.attrs.get("label", "")
                self.pages.append({"label": self.page, "anchor": node.attrs.get("id", ""), "at": run.at, "start": run.length})  # fmt: skip
            elif kind == "note_ref":
                attrs = node.attrs
                self.note_refs.append({"note": attrs.get("note", ""), "anchor": attrs.get("id", ""), "at": run.at, "start": run.length})  # fmt: skip
            elif kind == "line_break":
                run.end("\n")
            elif kind in BLOCKS:
                if kind != "cell":
                    run.end("\n")
                run.add(node.text)
                self.words(node.children, run)
                if kind != "cell":
                    run.end("\n")
            else:
                start = run.begin()
                run.add(node.text)
                self.words(node.children, run)
                if kind == "reference" or kind in _NAMES or kind == "link":
                    self.mark(node, kind, run, start)

    def mark(self, node: Node, kind: str, run: _Run, start: int) -> None:
        """Take down a reference, a name or a link, from ``start`` on."""
        attrs = node.attrs
        text = "".join(run.out)[start:]
        end = start + len(text.rstrip())
        place = {"at": run.at, "start": min(start, end), "end": end, "text": text.strip()}
        if kind == "link":
            self.links.append({**place, "url": attrs.get("url", "")})
        elif kind == "reference":
            named = reference_of(node)
            target = self.targets.get(named, Target("", "broken"))
            if named.certainty and target.status not in ("resolved", "elsewhere"):
                return
            url = target.href
            if url and self.base and target.status == "resolved":
                url = urljoin(self.base, url).replace("/index.html", "/")
            found = {"found": True} if named.certainty else {}
            self.references.append({
                **place,
                **_kept(kind=target.kind, status=target.status, url=url, title=target.title, certainty=target.certainty),
                **_kept(volume=named.volume, document=named.document, part=named.part, value=named.value),
                **found,
            })  # fmt: skip
        elif attrs.get(kind):
            found = {"found": True} if "found" in attrs else {}
            self.names.append({"kind": kind, "id": attrs[kind], **place, **found})


class _Run:
    """A text while it is put together: white space is single, none is at the beginning."""

    __slots__ = ("at", "length", "out")

    def __init__(self, at: str) -> None:
        self.at = at
        self.out: list[str] = []
        self.length = 0

    def add(self, text: str) -> None:
        if not text:
            return
        if "  " in text or "\n" in text or "\t" in text or "\r" in text:
            text = _BLANKS.sub(" ", text)
        if text[0] == " " and (not self.out or self.out[-1][-1] in " \n\t"):
            text = text[1:]
            if not text:
                return
        self.out.append(text)
        self.length += len(text)

    def begin(self) -> int:
        return self.length

    def end(self, sign: str) -> None:
        """A line or cell ends."""
        while self.out and self.out[-1][-1] == " ":
            self.out[-1] = self.out[-1][:-1]
            self.length -= 1
            if not self.out[-1]:
                self.out.pop()
        if sign == "\n" and (not self.out or self.out[-1][-1] in "\n\t"):
            return
        self.out.append(sign)
        self.length += 1


_TAB = Node("span")
"""What parts the cells of a row."""
