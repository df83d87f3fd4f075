"""The text of a document as it is searched: the words of reading, a line for each paragraph, item, cell or note."""

from __future__ import annotations

from collections.abc import Iterable

from generator.document import BLOCKS, Document, Node, plain_text

_SILENT = frozenset(("note_ref", "page_break"))


def fields_of(document: Document) -> dict[str, str]:
    """Return the texts of a document's fields, for ``analyser.take_apart``. They hold the words of ``plain_text``; a
    page mark or a reference to a note breaks neither word nor line."""
    title = (document.source_line, document.title, document.dateline)
    lines = [document.metadata.printed_number, *map(plain_text, title)]
    return {
        "title": "\n".join(filter(None, lines)),
        "text": _lines(document.body),
        "notes": "\n".join(_lines(note.children) for note in document.notes),
    }


def _lines(nodes: Iterable[Node]) -> str:
    out: list[str] = []
    _collect(nodes, out)
    return "\n".join(filter(None, (" ".join(line.split()) for line in "".join(out).split("\n"))))


def _collect(nodes: Iterable[Node], out: list[str]) -> None:
    for node in nodes:
        kind = node.kind
        if kind == "text":
            # A break of the source's lines is none of the text's.
            out.append(node.text.replace("\n", " ") if "\n" in node.text else node.text)
        elif kind in _SILENT:
            continue
        elif kind in BLOCKS:
            out.append("\n")
            out.append(node.text)
            _collect(node.children, out)
            out.append("\n")
        elif kind == "line_break":
            out.append(" ")
        else:
            out.append(node.text.replace("\n", " "))
            _collect(node.children, out)
