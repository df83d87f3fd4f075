"""People, terms and places of a volume's lists, found by name in the text of its documents.

``find`` says where they stand and who had what part in a document; ``apply`` puts the marks into the text, for pages.
What the source itself marks stays as it is, and helps to tell who is meant.
"""

from __future__ import annotations

import msgspec

from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import Document, MentionFact, RoleFact, SourceNote
from generator.mentions.finder import Finder, first_in_each_block
from generator.mentions.hits import Hit
from generator.mentions.lexicon import Fault, Lexicon
from generator.mentions.marking import Mark, apply
from generator.mentions.roles import Roles
from generator.mentions.text import Text

__all__ = ["Fault", "Lexicon", "Mark", "Mentions", "apply", "find"]

_LISTS = frozenset(("persons", "terms", "places", "index", "contents", "toc"))
"""Sections that are lists of names themselves."""

_ELEMENTS = {"person": "persName", "term": "gloss", "place": "placeName"}


class Mentions(msgspec.Struct, frozen=True, array_like=True):
    """Where the entries of the lists are named in a document: ``marks`` the first place in each block; ``persons``,
    ``terms`` and ``places`` each entry once, with its first place (line 0: in what is said about the document);
    ``roles`` who had what part in it; ``faults`` what an editor should know."""

    marks: tuple[Mark, ...] = ()
    persons: tuple[MentionFact, ...] = ()
    terms: tuple[MentionFact, ...] = ()
    places: tuple[MentionFact, ...] = ()
    roles: tuple[RoleFact, ...] = ()
    faults: tuple[Diagnostic, ...] = ()


def find(document: Document, lexicon: Lexicon, file: str, source: SourceNote | None = None) -> Mentions:
    """Find the entries of ``lexicon`` in ``document``, read from ``file``; ``source`` is what its source note says.

    Marks of the source are not found again: neither in the block in which they stand, nor as facts."""
    if document.id in _LISTS or document.role == "page":
        return Mentions()
    roles = Roles(document, lexicon, source)
    text = Text(document, roles.asides)
    marked = {(kind, id) for block in text.marking for kind, id, _, _ in block.marked}
    finder = Finder(text, lexicon, {id for kind, id in marked if kind == "person"} | roles.known)
    hits = finder.find()
    facts: dict[str, dict[str, MentionFact]] = {"person": {}, "term": {}, "place": {}}
    marks: list[Mark] = []
    for hit in first_in_each_block(hits, text):
        id, start = hit.ids[0], text.starts[hit.node]
        marks.append(Mark(hit.node, hit.start - start, hit.end - start, hit.kind, id))
        if (hit.kind, id) not in marked and id not in facts[hit.kind]:
            facts[hit.kind][id] = MentionFact(id, *text.place_in_source(hit.start))
    written_in = lexicon.places.get(document.metadata.place.casefold())
    if written_in and ("place", written_in) not in marked:
        facts["place"].setdefault(written_in, MentionFact(written_in))
    parts = roles.of(text, hits)
    for part in parts:
        if ("person", part.person) not in marked:
            facts["person"].setdefault(part.person, MentionFact(part.person))
    return Mentions(
        tuple(marks),
        tuple(facts["person"].values()),
        tuple(facts["term"].values()),
        tuple(facts["place"].values()),
        parts,
        tuple(_undecided(hit, text, file) for hit in finder.undecided.values()),
    )


def _undecided(hit: Hit, text: Text, file: str) -> Diagnostic:
    """What is said of words that may mean several entries."""
    words = " ".join(text.raw[hit.start : hit.end].split())
    said = ", ".join(f'"{id}"' for id in hit.ids)
    line, column = text.place_in_source(hit.start)
    id = hit.ids[0]
    marked = f'<{_ELEMENTS[hit.kind]} corresp="#{id}">' if file.endswith(".xml") else f"[{words}]{{{hit.kind}={id}}}"
    return diagnostic(
        Rule.UNCERTAIN_NAME,
        f'"{words}" may be any of {said}; it is left as it is',
        Span(file, line, column),
        hint=f"{'Name who is meant more fully once, or mark' if hit.kind == 'person' else 'Mark'} the place: {marked}.",
    )
