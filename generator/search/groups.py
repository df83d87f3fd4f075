"""The files of what results show: the records of documents, a few to a file.

A reader needs those of ten documents from anywhere in the edition, so the files are small, and a list of their names would
be larger than what is read of them. So the documents whose slots begin alike are a group, and the names of its files are
one: the digest of all that the group holds, with the number of the file. A record that changes renames the files of its group.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from generator.search import tables
from generator.search.layouts import documents

FOLDER = "records"
SLOTS = 128
"""Slots of a group."""

EACH = 4
"""Slots of a file."""


class Group(msgspec.Struct, frozen=True, array_like=True):
    """The files of a group: its number within the block, the name that they share, the numbers of the files."""

    number: int
    name: str
    files: tuple[int, ...]

    def paths(self) -> Iterator[str]:
        """Yield the paths of the files."""
        return (tables.path(FOLDER, _stem(self.name, file)) for file in self.files)


def of_block(code: int, records: Iterable[tuple[int, bytes]]) -> Iterator[tuple[Group, dict[str, bytes]]]:
    """Yield the groups of a block and their files (path -> bytes). ``records`` are the slots of the documents, in order,
    and what is shown of each, as JSON."""
    for number, in_group in groupby(records, key=lambda record: record[0] // SLOTS):
        files = {
            file: _data(code, list(in_file))
            for file, in_file in groupby(in_group, key=lambda record: record[0] % SLOTS // EACH)
        }
        group = Group(number, name(list(files.values())), tuple(files))
        scripts = map(tables.script, (_stem(group.name, file) for file in files), files.values())
        yield group, dict(zip(group.paths(), scripts, strict=True))


def name(files: Sequence[bytes]) -> str:
    """Return the name of a group whose files hold this data."""
    return tables.name(b"\n".join(files))


def in_root(blocks: Iterable[tuple[int, Sequence[Group]]]) -> tuple[list[int], str]:
    """Return what finds the group of a document: code of the block and number of each group, and the names."""
    blocks = list(blocks)
    numbers = [number for code, groups in blocks for group in groups for number in (code, group.number)]
    return numbers, "".join(group.name for _, groups in blocks for group in groups)


def _stem(name: str, file: int) -> str:
    return f"{name}{file:02}"


def _data(code: int, records: list[tuple[int, bytes]]) -> bytes:
    listed = documents([(code, slot) for slot, _ in records])
    return msgspec.json.encode([listed, *(msgspec.Raw(record) for _, record in records)])
