"""Lists of the files of a table, by which the browser finds the one that has a row.

The lists that every query needs stand in the root. Of the others a short one stands there too, which spares the reader
a round of requests; a long one is a file of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from generator.search import tables
from generator.search.layouts import COLUMNS, term_of

FOLDER = "lists"

IN_ROOT = 8_000
"""A list stands in the root while it is shorter than this."""


class Lists(msgspec.Struct, frozen=True):
    """What the root says of the lists, by table: a list, or the name of its file; and the files, by path."""

    in_root: dict[str, Any]
    files: dict[str, bytes]


def of(all_tables: Mapping[str, tables.State]) -> Lists:
    """Return the lists of the tables that not every query needs."""
    made = Lists({}, {})
    listed = {"places": by_term(all_tables["places"]), **{kind: by_document(all_tables[kind]) for kind in COLUMNS}}
    for kind, one in listed.items():
        data = msgspec.json.encode(one)
        name = tables.name(data)
        made.in_root[kind] = one if len(data) < IN_ROOT else name
        if len(data) >= IN_ROOT:
            made.files[tables.path(FOLDER, name)] = tables.script(name, data)
    return made


def by_term(table: tables.State) -> list[str]:
    """Return what finds the file of a term: the first terms of the files, then the terms that have files of their own,
    and the names of these and those."""
    parts = (table.files, table.alone)
    return [*(" ".join(term_of(file.first) for file in files) for files in parts), *map(names, parts)]


def by_document(table: tables.State) -> tuple[list[int], str]:
    """Return what finds the file of a document: code and slot of the first of each file, and the names."""
    firsts = [number for file in table.files for number in (int(file.first[:6]), int(file.first[6:]))]
    return firsts, names(table.files)


def names(files: Iterable[tables.File]) -> str:
    """Return the names of files in one text, each ten letters."""
    return "".join(file.name for file in files)
