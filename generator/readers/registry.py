"""The list of readers, and which of them takes a file."""

from __future__ import annotations

from generator.readers import Reader, Split, markdown, tei

READERS: tuple[Reader, ...] = (markdown, tei)


def reader_for(name: str) -> str:
    """Return the name of the reader that takes a file called ``name``, or an empty string."""
    for reader in READERS:
        if name.endswith(reader.SUFFIXES):
            return reader.NAME
    return ""


def by_name(name: str) -> Reader:
    """Return the reader called ``name``. Raises KeyError."""
    return {reader.NAME: reader for reader in READERS}[name]


def split_again(name: str, before: bytes, split: Split, data: bytes) -> Split | None:
    """Return what the reader's ``split`` would make of ``data``, found faster from what it made of ``before``; None if
    there is no faster way."""
    return tei.split_again(before, split, data) if name == tei.NAME else None
