"""Exporters: a Document of the model, or what is known of it, written down in another format. All are pure.

``EXPORTERS`` are those that make the files beside each document's page. An exporter is loaded when it is first used: a
build that has nothing to write is done before.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from generator.document import Document
from generator.exporters.record import Record


class Exporter(msgspec.Struct, frozen=True):
    """A format: the end of the file's name (``xml``), the type it is served as, what makes the text of the file, and
    whether that holds the document's text or only says what it is. The document has the names that were found in it
    marked."""

    suffix: str
    media_type: str
    make: Callable[[Document, Record], str]
    has_text: bool = True


def _markdown(document: Document, record: Record) -> str:
    from generator.exporters import markdown

    return markdown.to_markdown(document)


def _plain_text(document: Document, record: Record) -> str:
    from generator.exporters import plaintext

    return plaintext.to_plain_text(document)


def _tei(document: Document, record: Record) -> str:
    from generator.exporters import tei

    return tei.to_tei(document, record)


def _json(document: Document, record: Record) -> str:
    from generator.exporters import document_json

    return document_json.to_json(document, record)


def _ris(document: Document, record: Record) -> str:
    from generator.exporters import reference_files

    return reference_files.ris(document, record)


def _bibtex(document: Document, record: Record) -> str:
    from generator.exporters import reference_files

    return reference_files.bibtex(document, record)


def _csl_json(document: Document, record: Record) -> str:
    from generator.exporters import reference_files

    return reference_files.csl_json(document, record)


EXPORTERS = (
    Exporter("md", "text/markdown; charset=utf-8", _markdown),
    Exporter("txt", "text/plain; charset=utf-8", _plain_text),
    Exporter("xml", "application/tei+xml; charset=utf-8", _tei),
    Exporter("json", "application/json", _json),
    Exporter("ris", "application/x-research-info-systems; charset=utf-8", _ris, has_text=False),
    Exporter("bib", "application/x-bibtex; charset=utf-8", _bibtex, has_text=False),
    Exporter("csl.json", "application/vnd.citationstyles.csl+json", _csl_json, has_text=False),
)
"""All formats in which a document can lie beside its page."""

BY_SUFFIX = {exporter.suffix: exporter for exporter in EXPORTERS}
