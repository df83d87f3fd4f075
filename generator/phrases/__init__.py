"""References in prose: "see footnote 5, Document 211" becomes a link without markup.

``tag`` wraps the phrases of a document that refer to something into ``reference`` nodes, which say what is meant,
not whether it exists; ``generator.links`` looks that up. References and links that are there already are left alone.
"""

from __future__ import annotations

import msgspec

from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import Document
from generator.phrases import inline
from generator.phrases.finder import Finder, numbers
from generator.phrases.grammar import Grammar, compiled, phrase
from generator.phrases.language import Phrase

__all__ = ["Grammar", "Phrase", "Tagged", "phrase", "tag"]


class Tagged(msgspec.Struct, frozen=True):
    """A document with its phrases made references, and what an editor should know of them (lines as in the
    document's own source)."""

    document: Document
    diagnostics: tuple[Diagnostic, ...] = ()


def tag(document: Document, grammar: Grammar, file: str = "") -> Tagged:
    """Return ``document``, read from ``file``, with the phrases that refer made into references."""
    ready = compiled(grammar)
    printed = numbers(document.body)
    text = Finder(ready, document, printed, notes=False)
    notes = Finder(ready, document, printed, notes=True)
    tagged = inline.document(document, text.find, notes.find)
    found = tuple(
        diagnostic(Rule.DOUBTFUL_REFERENCE, fault.message, Span(file, fault.line, fault.column), hint=fault.hint)
        for fault in (*text.faults, *notes.faults)
    )
    return Tagged(tagged, found)
