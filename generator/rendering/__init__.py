"""The HTML of a document: the one place where nodes of the model become elements.

It knows the model and nothing else: which references lead where, and what the labels say in the language of
the edition, is given to it. Whatever a reader yields, the result is valid HTML: blocks never stand in a ``p``,
links never in links, nothing but items in lists and nothing but cells in rows; ids occur once.
"""

from __future__ import annotations

from collections.abc import Mapping

from generator.document import Document
from generator.rendering import blocks, inline
from generator.rendering.writer import Around, Rendered, Writer

__all__ = ["Around", "Rendered", "render"]

_KINDS = {**blocks.KINDS, **inline.KINDS}


def render(document: Document, around: Around, messages: Mapping[str, str]) -> Rendered:
    """Return the HTML of ``document``.

    ``messages`` has the words around the text, each with ``{label}`` where the label of a page or note belongs: page
    ("Page {label}"), page_mark ("[Page {label}]"), footnote, back_to_reference, notes, image (with ``{alt}``),
    image_unnamed, cited_here_1, cited_here_n and documents_n (with
    ``{n}``), document_1; and under ``direction`` which way they are written (``ltr`` if not said).
    """
    writer = Writer(around, messages, _KINDS, document.metadata.lang)
    return Rendered(
        source_line=writer.line(document.source_line),
        title=writer.line(document.title),
        dateline=writer.line(document.dateline),
        body=writer.body(document.body),
        notes=writer.notes(document.notes) if document.notes else "",
    )
