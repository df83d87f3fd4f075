"""Tables of the index: sorted rows, cut into files named by their content, and changed in place.

A table's files hold all its rows in order; a row that is large by itself has a file of its own. Which rows stand in which
file is a function of the rows alone (see ``partition``), so a table that was changed again and again is the same,
byte for byte, as one made anew; and a change writes the files of the rows it changes, and now and then a neighbour.
"""

from __future__ import annotations

import base64
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, Protocol

import msgspec

from generator import digest
from generator.search import partition

Row = tuple[Any, ...]
Read = Callable[[str], bytes | None]
"""Returns the bytes of a file that was written before, by its path, or None if it cannot be read."""


class Layout(Protocol):
    """What sets one table apart from another."""

    @property
    def folder(self) -> str:
        """Where its files stand in the folder of the index."""

    @property
    def target(self) -> int:
        """The size that makes a file too large."""

    @property
    def alone(self) -> int:
        """The size from which a row has a file of its own."""

    def key(self, row: Row) -> str:
        """What rows are sorted by, unique."""

    def size(self, row: Row) -> int:
        """About how many bytes the row takes in a file."""

    def encode(self, rows: list[Row]) -> bytes:
        """The rows as JSON."""

    def decode(self, data: bytes) -> list[Row]:
        """The rows of JSON."""


class File(msgspec.Struct, frozen=True, array_like=True):
    """A file of a table: the key of its first row, the size of its rows, its name."""

    first: str
    size: int
    name: str


class State(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered of a table: its files in order, and those of single large rows, in order too."""

    files: tuple[File, ...] = ()
    alone: tuple[File, ...] = ()

    def names(self) -> set[str]:
        """Return the names of all files."""
        return {file.name for file in (*self.files, *self.alone)}


class Damaged(Exception):
    """A file written before cannot be read, or is not as it was written; the argument is its path."""


def name(content: bytes) -> str:
    """Return the name of a file: 50 bits of the digest, in small letters, as some disks do not tell them apart."""
    return base64.b32encode(digest.of_bytes(content)).decode("ascii")[:10].lower()


def path(folder: str, named: str) -> str:
    """Return where a data file stands below the folder of the index."""
    return f"{folder}/{named}.js"


def script(named: str, data: bytes) -> bytes:
    """Return the file of a page's data script: browsers let a page that was opened from a disk load no other."""
    return b'editionData("%b",%b);\n' % (named.encode(), data)


def unwrapped(named: str, content: bytes) -> bytes:
    """Return the data of a script."""
    return content[len(named) + 15 : -3]


class Table:
    """A table being made or changed. ``written`` are the new files: path -> bytes."""

    def __init__(self, layout: Layout, state: State = State(), read: Read | None = None) -> None:  # noqa: B008
        self.layout = layout
        self.state = state
        self.written: dict[str, bytes] = {}
        self._read = read
        self._firsts = [file.first for file in state.files]
        self._alone = {file.first: file for file in state.alone}
        self._opened: dict[str, dict[str, Row]] = {}

    def row(self, key: str) -> Row | None:
        """Return the row with ``key``, if there is one. Raises Damaged."""
        if file := self._alone.get(key):
            return self._rows(file)[key]
        at = self._at(key)
        return self._rows(self.state.files[at]).get(key) if at >= 0 else None

    def build(self, rows: Iterable[Row]) -> None:
        """Make the table of ``rows``, which are in order."""
        sequence = []
        alone = []
        for row in rows:
            size = self.layout.size(row)
            key = self.layout.key(row)
            if size >= self.layout.alone:
                alone.append(self._file([row]))
            else:
                sequence.append((key, size, row))
        cuts = partition.cuts(
            [size for _, size, _ in sequence], [partition.priority(key) for key, _, _ in sequence], self.layout.target
        )
        edges = [0, *cuts, len(sequence)] if sequence else [0]
        files = [self._file([row for _, _, row in sequence[a:b]]) for a, b in pairwise(edges)]
        self.state = State(tuple(files), tuple(alone))

    def change(self, changes: Mapping[str, Row | None]) -> None:
        """Put rows by their keys; None takes one away. Raises Damaged."""
        alone = dict(self._alone)
        opened: dict[int, _Opened] = {}
        for key, row in changes.items():
            alone.pop(key, None)
            if row is not None and self.layout.size(row) >= self.layout.alone:
                alone[key] = self._file([row])
                row = None
            self._open(opened, self._at(key)).put(key, row, self.layout)
        # Where the first row of a file went, what stands before it may have lost its edge.
        for at in sorted(opened):
            if at > 0 and self._firsts[at] not in opened[at].rows:
                self._open(opened, at - 1).grown = True
        self.state = State(self._cut(opened), tuple(alone[key] for key in sorted(alone)))

    def _open(self, opened: dict[int, _Opened], at: int) -> _Opened:
        if at not in opened:
            file = self.state.files[at] if at >= 0 else None
            opened[at] = _Opened(dict(self._rows(file)) if file else {}, file.size if file else 0)
        return opened[at]

    def _cut(self, opened: Mapping[int, _Opened]) -> tuple[File, ...]:
        """Cut the sequence anew, of which only the files at the indexes ``opened`` have to be looked into."""
        pieces: list[_Piece] = []
        for at in range(-1 if -1 in opened else 0, len(self.state.files)):
            if at not in opened:
                file = self.state.files[at]
                pieces.append(_Piece(file.first, file.size, None, file))
                continue
            found = opened[at]
            rows = found.rows
            if not found.grown and found.size <= self.layout.target and (at < 0 or self._firsts[at] in rows):
                # No row in it has a higher priority than its edges, so it can only be cut if it is too large.
                pieces.append(_Piece(self._firsts[at], found.size, [rows[key] for key in sorted(rows)], None))
            else:
                pieces += [_Piece(key, self.layout.size(rows[key]), [rows[key]], None) for key in sorted(rows)]
        sizes = [piece.size for piece in pieces]
        cuts = partition.cuts(sizes, [partition.priority(piece.key) for piece in pieces], self.layout.target)
        edges = [0, *cuts, len(pieces)] if pieces else [0]
        files = []
        for a, b in pairwise(edges):
            only = pieces[a].file if b - a == 1 else None
            files.append(only or self._file([row for piece in pieces[a:b] for row in self._rows_of(piece)]))
        return tuple(files)

    def _rows_of(self, piece: _Piece) -> list[Row]:
        if piece.rows is not None:
            return piece.rows
        assert piece.file
        rows = self._rows(piece.file)
        return [rows[key] for key in sorted(rows)]

    def _at(self, key: str) -> int:
        """The index of the file that ``key`` stands in or would stand in; -1 if there is none."""
        return max(bisect_right(self._firsts, key) - 1, 0) if self._firsts else -1

    def _rows(self, file: File) -> dict[str, Row]:
        if file.name not in self._opened:
            where = path(self.layout.folder, file.name)
            content = self._read(where) if self._read else None
            data = unwrapped(file.name, content) if content else b""
            if name(data) != file.name:
                raise Damaged(where)
            self._opened[file.name] = {self.layout.key(row): row for row in self.layout.decode(data)}
        return self._opened[file.name]

    def _file(self, rows: list[Row]) -> File:
        data = self.layout.encode(rows)
        named = name(data)
        self.written[path(self.layout.folder, named)] = script(named, data)
        return File(self.layout.key(rows[0]), sum(map(self.layout.size, rows)), named)


class _Opened:
    """A file being changed: its rows by key, their size, and whether there are keys that it did not have."""

    def __init__(self, rows: dict[str, Row], size: int) -> None:
        self.rows, self.size, self.grown = rows, size, False

    def put(self, key: str, row: Row | None, layout: Layout) -> None:
        old = self.rows.pop(key, None)
        if old is not None:
            self.size -= layout.size(old)
        if row is not None:
            self.rows[key] = row
            self.size += layout.size(row)
            self.grown = self.grown or old is None


class _Piece(msgspec.Struct, frozen=True):
    """Rows that stay together when the sequence is cut: their first key, size, and themselves, or the file that holds
    them unchanged."""

    key: str
    size: int
    rows: list[Row] | None
    file: File | None
