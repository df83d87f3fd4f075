"""Runs of text across inline markup, and references put around parts of them.

A run is the text of one block as a reader sees it: emphasis and names are passed through, page marks and references to notes have no
width. What is found in it by place is put back as ``reference`` nodes, which never hold a page mark or
another link.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from operator import is_

import msgspec

from generator.document import BLOCKS, Document, Node

_SILENT = frozenset(("note_ref", "page_break"))
_LINKS = frozenset(("reference", "link"))
_CLOSED = frozenset(("code",))
_NOT_READ = frozenset(("code_block", "heading", "figure"))


class Run(msgspec.Struct):
    """The text of one block. ``leaning`` are the bounds of emphasis; ``links`` those of references and links that are
    there already, with their nodes; ``line`` and ``column`` where it begins; ``number``: the number printed before
    its paragraph."""

    text: str
    leaning: list[tuple[int, int]]
    links: list[tuple[int, int, Node]]
    line: int
    column: int
    number: str = ""


class Mark(msgspec.Struct, frozen=True):
    """What is to be put around ``start`` to ``end`` of a run: the attributes of a reference."""

    start: int
    end: int
    attrs: Mapping[str, str]


def tag(nodes: tuple[Node, ...], find: Callable[[Run], list[Mark]]) -> tuple[Node, ...]:
    """Return ``nodes`` with what ``find`` found in each of their runs, in reading order; the same object if that is
    nothing."""
    return _blocks(nodes, find, "")


def document(given: Document, find: Callable[[Run], list[Mark]], notes: Callable[[Run], list[Mark]]) -> Document:
    """Return the document with its source line, title and body searched by ``find`` and its notes by ``notes``."""
    source_line, body = tag(given.source_line, find), tag(given.body, find)
    made = tuple(
        note if (children := tag(note.children, notes)) is note.children else msgspec.structs.replace(note, children=children)
        for note in given.notes
    )  # fmt: skip
    if source_line is given.source_line and body is given.body and all(map(is_, made, given.notes)):  # fmt: skip
        return given
    return msgspec.structs.replace(given, source_line=source_line, body=body, notes=made)


def _blocks(nodes: tuple[Node, ...], find: Callable[[Run], list[Mark]], number: str) -> tuple[Node, ...]:
    if BLOCKS.isdisjoint([node.kind for node in nodes]):
        return _inline(nodes, find, number)
    made: list[Node] = []
    for are_blocks, run in groupby(nodes, key=lambda node: node.kind in BLOCKS):
        if are_blocks:
            made += [_block(node, find, number) for node in run]
        else:
            made += _inline(tuple(run), find, number)
    return nodes if len(made) == len(nodes) and all(map(is_, made, nodes)) else tuple(made)


def _block(node: Node, find: Callable[[Run], list[Mark]], number: str) -> Node:
    if not node.children or node.kind in _NOT_READ:
        return node
    children = _blocks(node.children, find, node.attrs.get("n", "") if node.kind == "paragraph" else number)
    return node if children is node.children else _with(node, children)


def _inline(nodes: tuple[Node, ...], find: Callable[[Run], list[Mark]], number: str) -> tuple[Node, ...]:
    parts: list[str] = []
    run = Run("", [], [], 0, 0, number)
    _flatten(nodes, parts, 0, run)
    run.text = "".join(parts)
    marks = find(run) if run.text else []
    return _wrapped(nodes, 0, sorted(marks, key=lambda m: m.start))[0] if marks else nodes


def _flatten(nodes: tuple[Node, ...], parts: list[str], at: int, run: Run) -> int:
    for node in nodes:
        kind = node.kind
        if kind == "text":
            if not run.line:
                run.line, run.column = node.line, node.column
            parts.append(node.text)
            at += len(node.text)
        elif kind in _SILENT:
            continue
        elif kind == "line_break":
            parts.append(" ")
            at += 1
        elif kind in _CLOSED:
            # Its letters must not make a phrase, nor bring the words around it together.
            parts.append("\x00" * len(node.text))
            at += len(node.text)
        else:
            start = at
            at = _flatten(node.children, parts, at, run)
            if kind in _LINKS:
                run.links.append((start, at, node))
            elif kind == "emphasis" and node.attrs.get("rend", "") in ("", "italic", "underline"):
                run.leaning.append((start, at))
    return at


def _length(node: Node) -> int:
    if node.kind in ("text", "code"):
        return len(node.text)
    if node.kind in _SILENT:
        return 0
    if node.kind == "line_break":
        return 1
    return sum(_length(child) for child in node.children)


def _with(node: Node, children: tuple[Node, ...]) -> Node:
    return Node(node.kind, children, node.attrs, node.text, node.line, node.column)


def _wrapped(
    nodes: tuple[Node, ...], at: int, marks: list[Mark], done: set[int] | None = None
) -> tuple[tuple[Node, ...], int]:
    """``nodes``, which begin at ``at`` of the run, with the marks that touch them put around their parts."""
    done = set() if done is None else done
    out: list[Node] = []
    held: list[Node] = []
    mark: Mark | None = None

    def close() -> None:
        nonlocal mark
        if mark is not None and held:
            # A phrase with a page mark in it becomes two links; the second is no reference of its own.
            attrs = dict(mark.attrs) if mark.start not in done else {**mark.attrs, "continued": "1"}
            done.add(mark.start)
            first = next((n for n in held if n.line), held[0])
            out.append(Node("reference", tuple(held), attrs, "", first.line, first.column))
            held.clear()
        mark = None

    for node in nodes:
        length = _length(node)
        end = at + length
        touching = [m for m in marks if m.start < end and m.end > at] if length else []
        if not touching:
            close()
            out.append(node)
        elif node.kind == "text":
            rest, place = node, at
            for m in touching:
                start, stop = max(m.start, at), min(m.end, end)
                if start > place:
                    close()
                    piece, rest = _cut(rest, start - place)
                    out.append(piece)
                if mark is not m:
                    close()
                    mark = m
                piece, rest = _cut(rest, stop - start)
                held.append(piece)
                place = stop
            if place < end:
                close()
                out.append(rest)
        elif len(touching) == 1 and touching[0].start <= at and touching[0].end >= end and not _holds_silent(node):
            if mark is not touching[0]:
                close()
                mark = touching[0]
            held.append(node)
        else:
            close()
            out.append(_with(node, _wrapped(node.children, at, touching, done)[0]))
        at = end
    close()
    return tuple(out), at


def _holds_silent(node: Node) -> bool:
    return any(child.kind in _SILENT or _holds_silent(child) for child in node.children)


def _cut(node: Node, at: int) -> tuple[Node, Node]:
    """A text cut in two, with the place of the second."""
    first, rest = node.text[:at], node.text[at:]
    if not node.line:
        return Node("text", (), {}, first), Node("text", (), {}, rest)
    lines = first.count("\n")
    column = len(first) - first.rfind("\n") if lines else node.column + at
    return Node("text", (), {}, first, node.line, node.column), Node("text", (), {}, rest, node.line + lines, column)
