"""The words of a document as one run of text, in the form in which names are compared, and the way back to its nodes.

Every change of form keeps the length, so that a place in the run is a place in the document: typographic quotation
marks, apostrophes and dashes become plain ones, letters lose their accents, all blanks become spaces. Blocks and lines
are divided by ``END``.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from enum import IntEnum

from generator.document import BLOCKS, Document, Node

END = "\0"
"""Stands between blocks and lines, and for a dash between clauses, so that no name runs from one into the other."""

_FEW = 24
"""So many words are looked for one by one; with more it is faster to go through all words of the text."""

_APART = re.compile(r"[^\x00-\x7f]")
_SMALL_WORD = re.compile(r"[a-z0-9][^\W_]*")
_CLOSED = frozenset(("reference", "link"))
_NAMED = frozenset(("person", "term", "place"))


def _plain_letters() -> dict[str, str]:
    found = {}
    for code in (*range(0xA1, 0x250), *range(0x1E00, 0x1F00)):
        letter = chr(code)
        base = unicodedata.normalize("NFKD", letter)[0]
        if base.isascii() and base.isalpha() and letter.isalpha():
            found[letter] = base
    found |= dict(zip("ıøØłŁđĐðÐħĦŧŦ", "ioOlLdDdDhHtT", strict=True))
    found |= dict.fromkeys("’‘‛ʼʻʾʿˈ′`´", "'") | dict.fromkeys("“”„‟″", '"')
    found |= dict.fromkeys("‐‑‒–−", "-") | dict.fromkeys("—―", END) | {"…": "."}
    blanks = "\u00a0\u1680\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\u0085"
    return found | dict.fromkeys((*blanks, "\n", "\t"), " ")


_PLAIN = _plain_letters()
_USUAL = tuple((letter, _PLAIN[letter]) for letter in "\n’“”–—\t")
"""Those that most texts have: after them most texts are plain."""


def plain(text: str) -> str:
    """Return ``text`` in the form in which names are compared; its length stays."""
    for letter, made in _USUAL:
        if letter in text:
            text = text.replace(letter, made)
    if not text.isascii():
        for letter in set(_APART.findall(text)):
            text = text.replace(letter, _PLAIN.get(letter) or (letter if letter.isalnum() else "*"))
    return text


def lowered(text: str) -> str:
    """Return ``text`` in small letters; its length stays."""
    low = text.lower()
    return low if len(low) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


class State(IntEnum):
    """What may be found in a piece of text."""

    OPEN = 0
    SHORT_FORM = 1  # of cables, known by itself: a term of the editor's own list takes its place
    PLACE_NAME = 2  # marked as such, without an entry: a place of the list takes its place
    CLOSED = 3
    ASIDE = 4  # no text of the document but words about it, searched for the people in them


_OPEN = State.OPEN


class Block:
    """A paragraph, item, cell, title: ``kind`` is that of its node, ``in_list`` the type of the list around it;
    ``marked`` are the entries that the source itself marks in it: kind, id, and the bounds in the run."""

    __slots__ = ("in_list", "kind", "marked")

    def __init__(self, kind: str, in_list: str) -> None:
        self.kind = kind
        self.in_list = in_list
        self.marked: list[tuple[str, str, int, int]] = []


class _Walk:
    """Gathers the pieces of a run."""

    __slots__ = ("at", "marking", "parts", "pieces")

    def __init__(self) -> None:
        self.at = 0
        self.parts: list[str] = []
        self.pieces: list[tuple[int, State, Block, Node]] = []
        self.marking: list[Block] = []

    def end(self) -> None:
        self.parts.append(END)
        self.at += 1

    def gather(self, nodes: tuple[Node, ...], block: Block, state: State, in_list: str) -> None:
        for node in nodes:
            kind = node.kind
            if kind == "text":
                text = node.text
                self.pieces.append((self.at, state, block, node))
                self.parts.append(text)
                self.at += len(text)
            elif not node.children:
                if kind == "line_break" or kind in BLOCKS:
                    self.end()
            elif kind in BLOCKS:
                self.end()
                inner = node.attrs.get("type", "") if kind == "list" else in_list
                self.gather(node.children, Block(kind, inner), state, inner)
                self.end()
            elif kind in _NAMED:
                self._named(node, block, state, in_list)
            elif kind in _CLOSED:
                self.gather(node.children, block, State.CLOSED, in_list)
            elif kind == "abbreviation" and state is _OPEN:
                # One that somebody explained needs no other explanation.
                is_ours = "found" in node.attrs or not node.attrs.get("expansion")
                self.gather(node.children, block, State.SHORT_FORM if is_ours else State.CLOSED, in_list)
            else:
                self.gather(node.children, block, state, in_list)

    def _named(self, node: Node, block: Block, state: State, in_list: str) -> None:
        id = node.attrs.get(node.kind, "")
        start = self.at
        inside = State.PLACE_NAME if node.kind == "place" and not id and state is _OPEN else State.CLOSED
        self.gather(node.children, block, inside, in_list)
        if id:
            if not block.marked:
                self.marking.append(block)
            block.marked.append((node.kind, id, start, self.at))


class Text:
    """The run of a document: its title, date line, body and notes, and behind them ``asides``, words about it.

    ``raw`` is the run as it stands, ``plain`` in the form for comparing, ``low`` the same in small letters with spaces
    for hyphens. Of each text node, in their order, ``starts`` has the place, ``states`` what may be found in it,
    ``blocks`` its block, and ``nodes`` the node itself. ``title_end`` is where the title ends; ``marking`` are the blocks
    in which the source marks entries.
    """

    def __init__(self, document: Document, asides: Iterable[str] = ()) -> None:
        walk = _Walk()
        walk.gather(document.title, Block("title", ""), State.OPEN, "")
        walk.end()
        self.title_end = walk.at
        walk.gather(document.dateline, Block("dateline", ""), State.OPEN, "")
        walk.end()
        walk.gather(document.body, Block("", ""), State.OPEN, "")
        for note in document.notes:
            walk.end()
            walk.gather(note.children, Block("note", ""), State.OPEN, "")
        for aside in asides:
            walk.end()
            walk.gather((Node("text", text=aside),), Block("", ""), State.ASIDE, "")
        # Whoever looks at what stands behind a word need not ask whether the text has come to its end.
        walk.parts.append(END * 3)
        self.starts = [piece[0] for piece in walk.pieces]
        self.states = [piece[1] for piece in walk.pieces]
        self.blocks = [piece[2] for piece in walk.pieces]
        self.nodes = [piece[3] for piece in walk.pieces]
        self.marking = walk.marking
        self.raw = "".join(walk.parts)
        self.plain = plain(self.raw)
        self.low = lowered(self.plain).replace("-", " ")

    def node_at(self, place: int) -> int:
        """Return the number of the text node at ``place`` of the run."""
        return bisect_right(self.starts, place) - 1

    def block_at(self, place: int) -> Block:
        """Return the block at ``place`` of the run."""
        return self.blocks[bisect_right(self.starts, place) - 1]

    def place_in_source(self, place: int) -> tuple[int, int]:
        """Return line and column of a place of the run; zeros where they are not known."""
        number = self.node_at(place)
        return place_within(self.nodes[number], place - self.starts[number])

    def places_of(self, words: Collection[str]) -> Iterator[tuple[int, str]]:
        """Yield where ``words``, in small letters, stand in the text as they are."""
        if len(words) > _FEW:
            yield from ((found.start(), found[0]) for found in _SMALL_WORD.finditer(self.plain) if found[0] in words)
            return
        # A few words are found faster one by one.
        for word in words:
            at = -1
            while (at := self.plain.find(word, at + 1)) >= 0:
                if not self.plain[at + len(word)].isalnum():
                    yield at, word

    def has_small(self, word: str) -> bool:
        """Whether ``word``, in small letters, stands in the text as it is."""
        at = -1
        while (at := self.plain.find(word, at + 1)) >= 0:
            if not (at and self.plain[at - 1].isalnum()) and not self.plain[at + len(word)].isalnum():
                return True
        return False


def place_within(node: Node, offset: int) -> tuple[int, int]:
    """Return line and column of a place in a text node; zeros where they are not known."""
    if not node.line:
        return 0, 0
    before = node.text[:offset]
    lines = before.count("\n")
    if lines:
        return node.line + lines, len(before) - before.rfind("\n")
    return node.line, node.column + offset if node.column else 0
