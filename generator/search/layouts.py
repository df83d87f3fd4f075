"""The tables of the index and what their rows look like in a file. assets/search-engine.js reads the same."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

import msgspec

from generator.search.analyser import FIELDS
from generator.search.digits import ENCODED, SEPARATOR, decode
from generator.search.tables import Row

_HIGH = re.compile("[\ue000-\uffff\U0010ffff]")
_ESCAPED = re.compile("\U0010ffff(.)", re.DOTALL)


def order_key(term: str) -> str:
    """Return what sorts terms in Python as JavaScript sorts them, by UTF-16 code units."""
    if term.isascii():
        return term
    # Beyond U+FFFF a character is two units, which sort before U+E000.
    return _HIGH.sub(lambda match: "\U0010ffff" + match[0].replace("\U0010ffff", "\x00"), term)


def term_of(key: str) -> str:
    """Return the term of an ``order_key``."""
    return key if key.isascii() else _ESCAPED.sub(lambda match: match[1].replace("\x00", "\U0010ffff"), key)


def document_key(code: int, slot: int) -> str:
    """Return what sorts documents by block and slot."""
    return f"{code:06}{slot:08}"


class ByTerm(msgspec.Struct, frozen=True):
    """Rows of a term and one text for each field: its postings, or its places."""

    folder: str
    target: int
    alone: int

    def key(self, row: Row) -> str:
        return order_key(row[0])

    def size(self, row: Row) -> int:
        return sum(map(len, row)) + 3 * len(row)

    def encode(self, rows: list[Row]) -> bytes:
        return msgspec.json.encode([text for row in rows for text in row])

    def decode(self, data: bytes) -> list[Row]:
        flat = msgspec.json.decode(data, type=list[str])
        step = len(FIELDS) + 1
        return [tuple(flat[at : at + step]) for at in range(0, len(flat), step)]


class Words(msgspec.Struct, frozen=True):
    """Rows of nothing but a term, sorted by length: what fuzzy words and words with a star inside are compared with."""

    folder: str = "words"
    target: int = 24_000
    alone: int = 1 << 30

    def key(self, row: Row) -> str:
        return f"{length(row[0]):06}{order_key(row[0])}"

    def size(self, row: Row) -> int:
        return len(row[0]) + 1

    def encode(self, rows: list[Row]) -> bytes:
        # A term holds no space.
        return msgspec.json.encode(" ".join([row[0] for row in rows]))

    def decode(self, data: bytes) -> list[Row]:
        return [(term,) for term in msgspec.json.decode(data, type=str).split(" ")]


def length(term: str) -> int:
    """Return the length of ``term`` as JavaScript counts it."""
    return len(term) if term.isascii() else len(term.encode("utf-16-le")) // 2


class Lengths(msgspec.Struct, frozen=True):
    """Rows of a document (code of its block, slot) and how many words each of its fields has."""

    folder: str = "lengths"
    target: int = 16_000
    alone: int = 1 << 30

    def key(self, row: Row) -> str:
        return document_key(row[0], row[1])

    def size(self, row: Row) -> int:
        return 2 + len(FIELDS)

    def encode(self, rows: list[Row]) -> bytes:
        columns = ["".join([ENCODED[row[2 + number]] for row in rows]) for number in range(len(FIELDS))]
        return msgspec.json.encode([documents(rows), *columns])

    def decode(self, data: bytes) -> list[Row]:
        listed, *columns = msgspec.json.decode(data, type=list[str])
        return [
            (*document, *lengths)
            for document, lengths in zip(_from_documents(listed), zip(*map(decode, columns), strict=True), strict=True)
        ]


COLUMNS = {
    "facets": ("date", "kind", "classification"),
    "mentions": ("person", "term", "place"),
    "jumps": ("page", "file", "item"),
}
"""The tables of values by which results are counted and narrowed and documents looked up, and what their columns hold. A
date is an ISO day, or the first and the last with a ``/`` between; a page its label, in brackets if it has no mark in the
text, with ``#`` and the mark's anchor if that is not ``pg_`` and the label; an item ``telegram 1831``."""


class Columns(msgspec.Struct, frozen=True):
    """Rows of a document (code of its block, slot) and for each column the tuple of its values.

    In a file a column is the list of its distinct values, in order, and a text: for each document and each of its
    values the value's number, doubled, plus one if another follows, plus one; or 0 if there is none.
    """

    folder: str
    target: int = 16_000
    alone: int = 1 << 30

    def key(self, row: Row) -> str:
        return document_key(row[0], row[1])

    def size(self, row: Row) -> int:
        return 2 + sum(4 + 4 * len(values) for values in row[2:])

    def encode(self, rows: list[Row]) -> bytes:
        columns = [_column([row[2 + number] for row in rows]) for number in range(len(COLUMNS[self.folder]))]
        return msgspec.json.encode([documents(rows), *columns])

    def decode(self, data: bytes) -> list[Row]:
        listed, *columns = msgspec.json.decode(data)
        return [
            (*document, *values)
            for document, values in zip(
                _from_documents(listed), zip(*map(_from_column, columns), strict=True), strict=True
            )
        ]


def _column(held: list[tuple[str, ...]]) -> tuple[list[str], str]:
    values = sorted({value for one in held for value in one})
    number = {value: 2 * at + 1 for at, value in enumerate(values)}
    signs = []
    for one in held:
        if not one:
            signs.append(ENCODED[0])
        for left, value in zip(range(len(one) - 1, -1, -1), one, strict=True):
            signs.append(ENCODED[number[value] + (left > 0)])
    return values, "".join(signs)


def _from_column(column: tuple[list[str], str]) -> list[tuple[str, ...]]:
    values, text = column
    held: list[tuple[str, ...]] = []
    one: list[str] = []
    for number in decode(text):
        if number:
            one.append(values[(number - 1) >> 1])
            if (number - 1) & 1:
                continue
        held.append(tuple(one))
        one = []
    return held


def documents(rows: Iterable[Row]) -> str:
    """Return which documents the rows are of, as runs of a block: its code (less the previous one's and one), then the gap to
    the slot before, less one, for each document."""
    before = -1
    runs = []
    for code, group in groupby(rows, key=lambda row: int(row[0])):
        last = -1
        signs = [ENCODED[code - before - 1]]
        for row in group:
            signs.append(ENCODED[row[1] - last - 1])
            last = row[1]
        runs.append("".join(signs))
        before = code
    return SEPARATOR.join(runs)


def _from_documents(text: str) -> list[tuple[int, int]]:
    listed = []
    code = -1
    for run in text.split(SEPARATOR):
        first, *gaps = decode(run)
        code += first + 1
        slot = -1
        for gap in gaps:
            slot += gap + 1
            listed.append((code, slot))
    return listed
