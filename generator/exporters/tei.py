"""A document as a TEI P5 file of its own, complete with its header, from any reader.

What is marked up in the source is marked up here; what the program found by itself (names, references in prose) bears
``resp="#edition"``, so that a reader can tell it apart and this program finds it anew. A reference that leads somewhere
points at that page of the site, seen from the file beside the document's own page.
"""

from __future__ import annotations

import re

from generator.document import Document
from generator.exporters import tei_blocks, tei_lines
from generator.exporters.record import Record
from generator.exporters.tei_header import header
from generator.exporters.tei_writer import Writer, escape

TEI = "http://www.tei-c.org/ns/1.0"

_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""Characters that no XML file may hold, however they are written."""


def to_tei(document: Document, record: Record) -> str:
    """Return the TEI file of ``document``."""
    base = f' xml:base="{escape(record.base_url + record.path.rpartition("/")[0])}/"' if record.base_url else ""
    writer = Writer(document, record.targets, tei_blocks.ELEMENTS, tei_lines.ELEMENTS)
    writer.document()
    text = "".join((
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        f'<TEI xmlns="{TEI}" xml:lang="{escape(record.language)}"{base}>\n',
        header(document, record),
        "<text>\n<body>\n",
        *writer.out,
        "</body>\n</text>\n</TEI>\n",
    ))  # fmt: skip
    return _FORBIDDEN.sub("", text)
