"""The list of readers, and which of them takes a file."""

from __future__ import annotations

from generator.readers import Reader, Split

SUFFIXES = {"markdown": (".md",), "tei": (".xml",)}
"""The readers by name, with the suffixes of the files they take. A reader is loaded when first used: a build that has
nothing to read is done before Markdown and XML are at hand."""


def reader_for(name: str) -> str:
    """Return the name of the reader that takes a file called ``name``, or an empty string."""
    return next((reader for reader, suffixes in SUFFIXES.items() if name.endswith(suffixes)), "")


def by_name(name: str) -> Reader:
    """Return the reader called ``name``. Raises KeyError."""
    reader: Reader
    if name == "markdown":
        from generator.readers import markdown as reader
    elif name == "tei":
        from generator.readers import tei as reader
    else:
        raise KeyError(name)
    return reader


def split_again(name: str, before: bytes, split: Split, data: bytes) -> Split | None:
    """Return what the reader's ``split`` would make of ``data``, found faster from what it made of ``before``; None if
    there is no faster way."""
    if name != "tei":
        return None
    from generator.readers import tei

    return tei.split_again(before, split, data)
