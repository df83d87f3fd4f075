"""Readers turn source bytes into documents. ``registry`` knows them by name.

A reader works in two steps, so that an edit in a volume of hundreds of documents re-reads one:
``split`` cuts a file into parts, one a document; ``read`` turns one part into a document. Both are pure
functions of their argument. A part is remembered by its digest, which leaves out where in the file it stands.
"""

from __future__ import annotations

from typing import Protocol

import msgspec

from generator.diagnostics import Diagnostic
from generator.document import Document, Volume


class Part(msgspec.Struct, frozen=True):
    """One document's own bytes, and what it inherits from the file around it.

    ``file`` is relative to the edition; ``line`` is the line of the file on which ``data`` begins (1 for a
    file of its own). ``context`` holds what else decides its reading, encoded by the reader as it likes.
    """

    reader: str
    volume: str
    id: str
    file: str
    data: bytes
    line: int = 1
    context: bytes = b""


class Split(msgspec.Struct, frozen=True):
    """What a file yields: parts in order, the volume it describes (TEI only), diagnostics."""

    parts: tuple[Part, ...] = ()
    volume: Volume | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


class Reading(msgspec.Struct, frozen=True):
    """The outcome of reading a part: a document, or None if there is no making sense of it, and diagnostics
    whose lines count within the part."""

    document: Document | None
    diagnostics: tuple[Diagnostic, ...] = ()


class Reader(Protocol):
    """What a reader module offers. ``NAME`` stands in parts; ``SUFFIXES`` are the file names it takes."""

    NAME: str
    SUFFIXES: tuple[str, ...]

    def split(self, file: str, volume: str, data: bytes) -> Split:
        """Cut ``data``, the bytes of ``file`` (a path relative to the edition), into parts of ``volume``."""

    def read(self, part: Part) -> Reading:
        """Read one part. Never raises for a fault in the text."""
