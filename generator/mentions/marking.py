"""Marks put into the text of a document: nodes around the words that name a person, term or place."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from generator.document import Document, Kind, Node
from generator.mentions.text import place_within


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """Words that name an entry: ``node`` is the number of the text node they stand in, counted from 0 through title,
    date line, body and notes; ``start`` and ``end`` are their bounds within it; ``kind`` is person, term or place."""

    node: int
    start: int
    end: int
    kind: str
    id: str


def apply(document: Document, marks: tuple[Mark, ...]) -> Document:
    """Return ``document`` with nodes around the words of ``marks``, which stand in the order of the text and do not
    overlap. The words stay; what no mark touches stays the same object."""
    if not marks:
        return document
    marking = _Marking(marks)
    title = marking.nodes(document.title)
    dateline = marking.nodes(document.dateline)
    body = marking.nodes(document.body)
    notes = tuple(
        note if (children := marking.nodes(note.children)) is note.children else msgspec.structs.replace(note, children=children)
        for note in document.notes
    )  # fmt: skip
    return msgspec.structs.replace(document, title=title, dateline=dateline, body=body, notes=notes)


class _Marking:
    """One walk through all text nodes; ``count`` is the number of the next, ``mark`` the next mark."""

    def __init__(self, marks: tuple[Mark, ...]) -> None:
        self.count = 0
        self.rest: Iterator[Mark] = iter(marks)
        self.mark: Mark | None = next(self.rest, None)

    def nodes(self, nodes: tuple[Node, ...]) -> tuple[Node, ...]:
        out: list[Node] | None = None
        for number, node in enumerate(nodes):
            if node.kind == "text":
                made: tuple[Node, ...] = (node,)
                if self.mark is not None and self.mark.node == self.count:
                    made = tuple(self._text(node))
                self.count += 1
            elif node.children:
                made = self._parent(node)
            else:
                made = (node,)
            if out is None:
                if len(made) == 1 and made[0] is node:
                    continue
                out = list(nodes[:number])
            out += made
        return nodes if out is None else tuple(out)

    def _parent(self, node: Node) -> tuple[Node, ...]:
        children = self.nodes(node.children)
        if children is node.children:
            return (node,)
        if len(children) == 1 and _gives_way(node, children[0]):
            return children
        return (Node(node.kind, children, node.attrs, node.text, node.line, node.column),)

    def _text(self, node: Node) -> Iterator[Node]:
        at = 0
        while self.mark is not None and self.mark.node == self.count:
            mark = self.mark
            if mark.start > at:
                yield _piece(node, at, mark.start)
            words = _piece(node, mark.start, mark.end)
            yield Node(_KINDS[mark.kind], (words,), {mark.kind: mark.id, "found": "1"}, "", words.line, words.column)
            at = mark.end
            self.mark = next(self.rest, None)
        if at < len(node.text):
            yield _piece(node, at, len(node.text))


_KINDS: dict[str, Kind] = {"person": "person", "term": "term", "place": "place"}


def _gives_way(node: Node, found: Node) -> bool:
    """Whether a node says less than the mark that fills it: a short form known by itself, a place without an entry."""
    if node.kind == "abbreviation":
        return (
            found.kind == "term" and "found" in found.attrs and ("found" in node.attrs or "expansion" not in node.attrs)
        )
    return node.kind == "place" == found.kind and "found" in found.attrs and not node.attrs.get("place")


def _piece(node: Node, start: int, end: int) -> Node:
    """A part of a text, with its own place in the source."""
    return Node("text", (), {}, node.text[start:end], *place_within(node, start))
