"""The tables of the index and what their rows look like in a file. assets/search-engine.js reads the same."""

from __future__ import annotations

import re
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
        return msgspec.json.encode([_documents(rows), *columns])

    def decode(self, data: bytes) -> list[Row]:
        documents, *columns = msgspec.json.decode(data, type=list[str])
        return [
            (*document, *lengths)
            for document, lengths in zip(
                _from_documents(documents), zip(*map(decode, columns), strict=True), strict=True
            )
        ]


class Records(msgspec.Struct, frozen=True):
    """Rows of a document (code of its block, slot) and what is shown of it: JSON, as bytes."""

    folder: str = "records"
    target: int = 6_000
    alone: int = 1 << 30

    def key(self, row: Row) -> str:
        return document_key(row[0], row[1])

    def size(self, row: Row) -> int:
        return len(row[2]) + 1

    def encode(self, rows: list[Row]) -> bytes:
        return msgspec.json.encode([_documents(rows), *(msgspec.Raw(row[2]) for row in rows)])

    def decode(self, data: bytes) -> list[Row]:
        documents, *shown = msgspec.json.decode(data, type=list[msgspec.Raw])
        listed = _from_documents(msgspec.json.decode(documents, type=str))
        return [(*document, bytes(raw)) for document, raw in zip(listed, shown, strict=True)]


def _documents(rows: list[Row]) -> str:
    """Which documents the rows are of, as runs of a block: its code (less the previous one's and one), then the gap to
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
