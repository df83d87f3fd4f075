"""What a language pack is: the words of each category, the phrases, and the words that tell scope.

``english`` is the one there is. Another language is another module with one ``Language``, put into ``LANGUAGES``
of ``generator.phrases.grammar``; nothing else knows a word. In an edition of any other language nothing is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Certainty = Literal["certain", "likely", "suggestion"]


class Phrase(msgspec.Struct, frozen=True):
    """A pattern and the rule it is known by. ``text`` is made of slots (``{document}``), words, commas, optional
    parts ``[...]`` and alternatives ``(to|of)``; a pattern may stand for several."""

    rule: str
    text: str
    certainty: Certainty = "certain"


class Language(msgspec.Struct, frozen=True):
    """``words``: the words of each category; one written with a capital is only taken with it, one in small
    letters either way. ``plural``: those that a list of numbers may follow. ``months``: names and short forms,
    January first. ``outside`` are the names of works, and ``archives`` of holdings, whose pages and files are
    never the edition's; ``items``: nouns for what an edition prints, so that a page after them is its own;
    ``leads``: words after which a bare page is the edition's; ``of``: words which, after a number, say that it
    counts in something else; ``owners``: words which, before one, say so."""

    tag: str
    words: Mapping[str, tuple[str, ...]]
    plural: frozenset[str]
    months: tuple[tuple[str, ...], ...]
    phrases: tuple[Phrase, ...]
    outside: tuple[str, ...]
    archives: tuple[str, ...]
    items: frozenset[str]
    leads: frozenset[str]
    own: tuple[str, ...]
    """Words that say of the page after them that it is of the same volume: ante, post."""
    clauses: tuple[str, ...]
    """Words that a citation begins with, in small letters: see, cf."""
    of: frozenset[str]
    owners: frozenset[str]
    cited: frozenset[str]
    """Words that lead from a thing to the book it is printed in."""
    units: frozenset[str]
    """Words that claim the number before them: percent, days."""
    led: frozenset[str]
    """Words after which a number in a document's own text may still be the editors'."""
    own_notes: frozenset[str]
    """The words for a note that need no other to be a note of the same document."""
    not_notes: frozenset[str]
    """Words which, after ``note 25``, say that it is a paper."""
    article: str
    """The word that makes ``the Document 471 procedure`` a name."""
    editorial: str
    """How titles of the editors' own texts begin, in small letters."""
    original: tuple[str, ...]
    """Words that say of a note that it stands in the document itself, not in the edition."""
    bodies: frozenset[str]
    """Words before the name of a series that make it another thing: the Senate Committee on ..."""
    files: tuple[str, ...]
    """The forms of archival file numbers, as regular expressions."""
    small: frozenset[str]
    """Words without a capital that stand within titles and names."""
    posts: tuple[str, ...]
    """Places that telegrams are named after: ``Geneva 11751``."""


NONE: Final = Language(
    tag="", words={}, plural=frozenset(), months=(), phrases=(), outside=(), archives=(), items=frozenset(),
    leads=frozenset(), own=(), clauses=(), of=frozenset(), owners=frozenset(), cited=frozenset(), units=frozenset(), led=frozenset(),
    own_notes=frozenset(), not_notes=frozenset(), article="", editorial="", original=(), bodies=frozenset(), files=(),
    small=frozenset(), posts=(),
)  # fmt: skip
"""The pack of a language that has none: nothing is found."""
