"""A document as a file of the Markdown dialect (docs/markdown.md), so that editors can go on in text.

Everything the dialect can say is said. What it cannot say keeps every word in the nearest form and is reported. What
was written and read again is written with the same bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import Document, Metadata, Node, Note, Party
from generator.exporters.markdown_blocks import Blocks
from generator.exporters.markdown_lines import Lines
from generator.readers.frontmatter import KEYS
from generator.readers.markdown_writer import note_label, plain_or_quoted, quoted

_LABEL = re.compile(r"[^\]\[\s\\]{1,20}")
_PRINTED = re.compile(r"(?:No|Nr|Doc|Document)\b\.?\s*", re.IGNORECASE)


class Simplified(msgspec.Struct, frozen=True):
    """Something that the dialect has no form for: what, how often it was met, in which line of the source first."""

    what: str
    count: int
    line: int = 0


class Written(msgspec.Struct, frozen=True):
    """A document file, and what is simplified in it."""

    text: str
    simplified: tuple[Simplified, ...] = ()


def to_markdown(document: Document) -> str:
    """Return the document file for ``document``."""
    return write(document).text


def write(document: Document, names: Mapping[str, str] | None = None) -> Written:
    """Return the document file, and what was simplified in it.

    ``names`` says by which name a reference finds the notes of other documents, by their ids (see ``note_names``).
    """
    writer = _Writer(document, names or {})
    text = writer.document_file()
    return Written(text, tuple(Simplified(what, *found) for what, found in writer.simplified.items()))


def diagnostics(simplified: Iterable[Simplified], file: str) -> tuple[Diagnostic, ...]:
    """Return what was simplified as messages about the source ``file``."""
    return tuple(
        diagnostic(
            Rule.IMPORT_SIMPLIFIED,
            f"{s.what} has no form in Markdown and is written more simply"
            + (f" ({s.count} times)" if s.count > 1 else ""),
            Span(file, s.line),
        )
        for s in simplified
    )


def note_names(document: Document) -> dict[str, str]:
    """Return by which name a reference finds each note of the written document, by the note's id in ``document``:
    its label, or with its number if the label is repeated (``12-2``)."""
    return _names(_labels(document, _in_order(document)))


def _names(labels: Mapping[str, str]) -> dict[str, str]:
    names: dict[str, str] = {}
    used: dict[str, int] = {}
    for id, label in labels.items():
        used[label] = used.get(label, 0) + 1
        names[id] = label if used[label] == 1 else f"{label}-{used[label]}"
    return names


class _Writer:
    """One document while it is written."""

    def __init__(self, document: Document, names: Mapping[str, str]) -> None:
        self.document = document
        self.simplified: dict[str, tuple[int, int]] = {}
        self.notes = _in_order(document)
        self.labels = _labels(document, self.notes)
        self.lines = Lines(document.id, self.labels, {**names, **_names(self.labels)}, self.say)
        self.blocks = Blocks(self.lines, self.say)
        for note in self.notes:
            if self.labels[note.id] != note.label:
                self.say("the label of a note", note.line)

    def say(self, what: str, line: int) -> None:
        count, first = self.simplified.get(what, (0, line))
        self.simplified[what] = (count + 1, first)

    def document_file(self) -> str:
        parts = [self.front_matter(), self.blocks.body(self.document.body)]
        parts += (self.note(note) for note in self.notes)
        return "\n\n".join(part for part in parts if part) + "\n"

    def front_matter(self) -> str:
        """The keys in the order in which editors like to see them."""
        d, m = self.document, self.document.metadata
        title = self.lines.value(d.title) or "Untitled"
        values = {
            "title": _inline(title),
            "number": self.number(m, title),
            "date": plain_or_quoted(m.date.edtf) if m.date else "",
            "dateline": _inline(self.lines.value(d.dateline)),
            "place": plain_or_quoted(m.place),
            "kind": plain_or_quoted(m.kind),
            "classification": plain_or_quoted(m.classification),
            "source_line": _inline(self.lines.value(d.source_line)),
            "from": _parties(m.sender),
            "to": _parties(m.addressee),
            "persons": _list(m.persons),
            "topics": _list(m.topics),
            "first_page": plain_or_quoted(m.first_page),
            "status": m.status if m.status != "published" else "",
            "aliases": _list(m.aliases),
            "summary": plain_or_quoted(m.summary),
            "updated": m.updated,
            "lang": plain_or_quoted(m.lang),
            "order": str(m.order) if m.order else "",
            "role": d.role if "role" in KEYS and d.role in ("section", "chapter") else "",
        }
        lines = [f"{key}: {value}" for key, value in values.items() if value and value != '""']
        return "\n".join(["---", *lines, "---"])

    def number(self, metadata: Metadata, title: str) -> str:
        number, printed = metadata.number, metadata.printed_number
        if not number:
            return ""
        if printed and printed != f"{number}." and _PRINTED.sub("", printed).rstrip(".") == number and printed != number:  # fmt: skip
            return quoted(printed)
        return quoted(number if printed == f"{number}." else f"[{number}]")

    def note(self, note: Note) -> str:
        blocks = [block.text for block in self.blocks.flow(note.children)]
        text = re.sub(r"\n(?=[^\n])", "\n    ", "\n\n".join(blocks))
        return f"[^{note_label(self.labels[note.id])}]: {text}".rstrip()


def _labels(document: Document, notes: Iterable[Note]) -> dict[str, str]:
    """The labels of the notes in the file, by their ids.

    Notes with the same label are told apart by the order of their references; where one of them is referred to
    twice, or never, that does not do, and they get labels of their own.
    """
    labels = {note.id: _label(note.label) for note in notes}
    by_label: dict[str, list[str]] = {}
    for id, label in labels.items():
        by_label.setdefault(label, []).append(id)
    if len(by_label) == len(labels):
        return labels
    uses: dict[str, list[str]] = {}
    for id in _references(document, notes):
        uses.setdefault(labels[id], []).append(id)
    for label, ids in by_label.items():
        if len(ids) > 1 and uses.get(label) != ids:
            labels.update({id: f"{label}-{number}" for number, id in enumerate(ids[1:], 2)})
    return labels


def _label(label: str) -> str:
    """A note's label as the dialect can have it."""
    if _LABEL.fullmatch(label):
        return label
    return re.sub(r"[\]\[\s\\]+", "-", label.strip())[:20] or "x"


def _in_order(document: Document) -> list[Note]:
    """The notes in the order in which a reader of the file meets their references; others last."""
    by_id = {note.id: note for note in document.notes}
    if len(by_id) < 2:
        return list(document.notes)
    out: dict[str, Note] = {}
    for nodes in (document.source_line, document.title, document.dateline, document.body):
        for id in _refs(nodes):
            if id in by_id:
                out.setdefault(id, by_id[id])
    queue = list(out.values())
    for rest in (queue, document.notes):
        for note in rest:
            out.setdefault(note.id, note)
            for id in _refs(note.children):
                if id in by_id and id not in out:
                    out[id] = by_id[id]
                    queue.append(by_id[id])
    return list(out.values())


def _references(document: Document, notes: Iterable[Note]) -> Iterator[str]:
    """The notes' ids at every reference to them, in the same order."""
    known = {note.id for note in document.notes}
    for nodes in (document.source_line, document.title, document.dateline, document.body, *(n.children for n in notes)):
        yield from (id for id in _refs(nodes) if id in known)


def _refs(nodes: Iterable[Node]) -> Iterator[str]:
    for node in nodes:
        if node.kind == "note_ref":
            yield node.attrs.get("note", "")
        elif node.children:
            yield from _refs(node.children)


# Values of the front matter


def _inline(words: str) -> str:
    """A value that may hold the ends of printed lines: those stand on lines of their own."""
    if "\n" not in words:
        return quoted(words)
    return "|-\n" + "\n".join(f"  {line}".rstrip() for line in words.split("\n"))


def _list(values: Iterable[str]) -> str:
    found = ", ".join(quoted(value) for value in values)
    return f"[{found}]" if found else ""


def _parties(parties: tuple[Party, ...]) -> str:
    if not parties:
        return ""
    if len(parties) == 1 and not parties[0].person:
        return quoted(parties[0].name)
    return "\n" + "\n".join(
        f"  - {{name: {quoted(p.name)}, person: {quoted(p.person)}}}" if p.person else f"  - {quoted(p.name)}"
        for p in parties
    )
