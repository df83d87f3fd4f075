"""What the index holds of the other forms of words (``variants``): those that stand in some document.

The table is made of the forms and of which terms there are, so it is the same whatever was edited before. Making it
is cheap, and needed only when a list changes, or when a term that a form has comes into the index or leaves it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from generator.search import lists, tables
from generator.search.layouts import order_key, term_of
from generator.search.variants import Given, searched

FOLDER = "variants"
SEPARATOR = "|"
Row = tuple[str, str]
"""The terms of what is typed, and its other forms with ``SEPARATOR`` between."""


class Variants(msgspec.Struct, frozen=True):
    """The layout of the files: rows of what is typed and its other forms."""

    folder: str = FOLDER
    target: int = 4_000
    alone: int = 1 << 30

    def key(self, row: tables.Row) -> str:
        return order_key(row[0])

    def size(self, row: tables.Row) -> int:
        return len(row[0]) + len(row[1]) + 6

    def encode(self, rows: list[tables.Row]) -> bytes:
        return msgspec.json.encode([text for row in rows for text in row])

    def decode(self, data: bytes) -> list[tables.Row]:
        flat = msgspec.json.decode(data, type=list[str])
        return list(zip(flat[::2], flat[1::2], strict=True))


class Known(msgspec.Struct, frozen=True, array_like=True):
    """What is remembered between two updates: the key of the forms, which of their terms the index has, and the rows, if
    they are so few that they stand in the root."""

    key: bytes = b""
    present: dict[str, bool] = {}
    rows: tuple[Row, ...] = ()


def made(given: Given, has: Callable[[str], bool], tag: str) -> tuple[Known, tables.Table]:
    """Return the table of the forms of ``given`` that an index in the language of ``tag`` has; ``has`` tells of a term."""
    present: dict[str, bool] = {}
    rows: list[Row] = []

    def is_there(form: str) -> bool:
        needed = searched(form, tag)
        for term in needed:
            if term not in present:
                present[term] = has(term)
        return all(present[term] for term in needed)

    for typed in sorted(given.forms, key=order_key):
        if there := [form for form in given.forms[typed] if is_there(form)]:
            rows.append((typed, SEPARATOR.join(there)))
    table = tables.Table(Variants())
    few = sum(map(table.layout.size, rows)) < lists.IN_ROOT
    if not few:
        table.build(rows)
    return Known(given.key, present, tuple(rows) if few else ()), table


def changed(
    known: Known, given: Given, terms: Mapping[str, bool], has: Callable[[str], bool], tag: str
) -> tuple[Known, tables.Table] | None:
    """Return the table anew; None if it is as it was. ``terms`` came into the index (True) or left it (False)."""
    if known.key == given.key and not any(known.present.get(term, there) != there for term, there in terms.items()):
        return None
    present = {**known.present, **terms}
    return made(given, lambda term: present[term] if term in present else has(term), tag)


def in_root(known: Known, table: tables.State) -> dict[str, Any]:
    """Return what the root says: the rows themselves, or the first row of each file, and the names."""
    if table.files:
        return {"firsts": [term_of(file.first) for file in table.files], "names": lists.names(table.files)}
    return {"rows": [text for row in known.rows for text in row]}
