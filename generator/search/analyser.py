"""From the text of a document to its search terms, exactly as lunr.js takes the same text apart.

The browser analyses what a reader types with lunr.js and with ``fold`` of assets/search-engine.js. A term that this module
makes differently can never be found, so each step here has its twin there, and tests/test_search.py
compares the two on the same texts:

1. ``fold`` (ours, twin in assets/search-engine.js): accents, curly quotes, dashes, odd spaces, the possessive ``'s``;
2. lunr's tokenizer: lower case, cut at white space and hyphens;
3. lunr's trimmer: whatever is not ``[A-Za-z0-9_]`` is cut off at both ends;
4. the stop words and 5. the stemmer of the language (``languages``), which for English are lunr's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import pairwise

import msgspec

from generator.search.digits import ENCODED
from generator.search.languages import language

FIELDS = ("title", "text", "notes")
"""The fields of a document, in the order of the index. title: source line, number, title and dateline;
text: what is read below it; notes: the texts of its notes."""


class FieldTerms(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The terms of one field: ``length`` counts every token but stop words, as lunr does; ``terms`` are the distinct
    terms with a space between, in UTF-16 order; ``frequencies`` says how often each stands in the field."""

    length: int = 0
    terms: str = ""
    frequencies: tuple[int, ...] = ()

    def split(self) -> list[str]:
        """Return the distinct terms, in the order of ``frequencies``."""
        return self.terms.split(" ") if self.terms else []

    def items(self) -> Iterator[tuple[str, int]]:
        """Yield each term with its frequency."""
        return zip(self.split(), self.frequencies, strict=True)


class DocumentTerms(msgspec.Struct, frozen=True, array_like=True):
    """What the index needs to know of one document, and depends on no other: remembered until its text changes.
    One entry for each of ``FIELDS``."""

    fields: tuple[FieldTerms, ...]


class DocumentPositions(msgspec.Struct, frozen=True, array_like=True):
    """Where the terms of a document stand, for phrases: one entry for each of ``FIELDS``, with the places of each term
    in the order of ``FieldTerms.terms``, ``"`` between. The places of a term are numbers (see ``digits``): the first,
    and for each further one how many lie between. How many there are, its frequency says."""

    fields: tuple[str, ...]


def analyse(fields: Mapping[str, str], tag: str = "en") -> DocumentTerms:
    """Return the terms of a document in the language of ``tag``. ``fields`` gives the text of some of ``FIELDS``; others
    are empty.

    The text is that of reading: no page marks, no note references, and white space where a block ends.
    """
    return take_apart(fields, tag)[0]


def take_apart(fields: Mapping[str, str], tag: str = "en") -> tuple[DocumentTerms, DocumentPositions]:
    """Return the terms of a document and their places. ``fields`` and ``tag`` as for ``analyse``; a phrase does not run
    across the end of a line, so a line should be a paragraph, or a note."""
    term_of = _term_of(language(tag).code)
    taken = [_field(fields.get(name, ""), term_of) for name in FIELDS]
    return DocumentTerms(tuple(terms for terms, _ in taken)), DocumentPositions(tuple(places for _, places in taken))


ROOM = 64
"""The places of each line begin at a multiple of this: a word more or less changes the places in its own line only."""


TermOf = Callable[[str], str | None]


def _field(text: str, term_of: TermOf) -> tuple[FieldTerms, str]:
    if not text:
        return FieldTerms(), ""
    # After fold, white space means the same to Python and to JavaScript.
    tokens: list[str] = []
    places: list[int] = []
    start = 0
    for line in fold(text).lower().replace("-", " ").split("\n"):
        found = line.split()
        if found:
            tokens += found
            places += range(start, start + len(found))
            start += ROOM * (len(found) // ROOM + 1)
    held: dict[str | None, list[int]] = defaultdict(list)
    for term, place in zip(map(term_of, tokens), places, strict=True):
        held[term].append(place)
    length = len(tokens) - len(held.pop(None, ()))
    # A token without a letter or digit is a term to lunr, the empty one: it lengthens the field, but nothing finds it.
    held.pop("", None)
    terms = in_utf16_order(held)  # type: ignore[arg-type]  # None is gone
    lists = [held[term] for term in terms]
    written = '"'.join([ENCODED[one[0]] if len(one) == 1 else _gaps(one) for one in lists])
    return FieldTerms(length, " ".join(terms), tuple(map(len, lists))), written


def _gaps(places: list[int]) -> str:
    return ENCODED[places[0]] + "".join([ENCODED[b - a - 1] for a, b in pairwise(places)])


def in_utf16_order(terms: Iterable[str]) -> list[str]:
    """Return ``terms`` sorted as JavaScript sorts strings: by UTF-16 code units."""
    ordered = sorted(terms)
    if not "".join(ordered).isascii():
        ordered.sort(key=lambda term: term.encode("utf-16-be", "surrogatepass"))
    return ordered


_EDGES = re.compile(r"^\W+|\W+\Z", re.ASCII)


@cache
def _term_of(code: str) -> TermOf:
    """Return the function that gives the term of a token in lower case: empty if nothing is left of it, None if it is a
    stop word of the language."""
    spoken = language(code)
    stem, stop_words = spoken.stemmer(), spoken.stop_words

    def term_of(token: str) -> str | None:
        trimmed = token if token.isalnum() and token.isascii() else _EDGES.sub("", token)
        if trimmed in stop_words:
            return None
        if not trimmed.isascii() and max(trimmed) > "\uffff":
            # JavaScript counts such a character as two, and stemmers count letters.
            return _join_surrogates(stem(_split_surrogates(trimmed)))
        return stem(trimmed)

    return _Terms(term_of).__getitem__


class _Terms(dict[str, str | None]):
    """Token -> term, made when first asked for: a dictionary, since most of the time goes into looking up."""

    def __init__(self, make: TermOf) -> None:
        self._make = make

    def __missing__(self, token: str) -> str | None:
        if len(self) >= _MOST_TERMS:
            self.clear()
        term = self[token] = self._make(token)
        return term


_MOST_TERMS = 1 << 18
"""So many terms are held at once, in some 50 MB."""


def _split_surrogates(text: str) -> str:
    units = memoryview(text.encode("utf-16-le")).cast("H")
    return "".join(map(chr, units))


def _join_surrogates(text: str) -> str:
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


# Everything from here on has its twin under "fold" in assets/search-engine.js.

_FOLDED: dict[str, str] = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc\u02bd\u00b4", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u2026\u0085\u2028\u2029", " "),
    **dict.fromkeys("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff", ""),
    "\u2044": "/",
    "\u00df": "ss",
    "\u1e9e": "SS",
    "\u00e6": "ae",
    "\u00c6": "AE",
    "\u0153": "oe",
    "\u0152": "OE",
    "\u00f8": "o",
    "\u00d8": "O",
    "\u0111": "d",
    "\u0110": "D",
    "\u00f0": "d",
    "\u00d0": "D",
    "\u0142": "l",
    "\u0141": "L",
    "\u00fe": "th",
    "\u00de": "Th",
    "\u0131": "i",
}
"""What Unicode does not take apart, or takes apart otherwise than a reader would type it."""

_TO_FOLD = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\u036f\u1e00-\u1eff\u2000-\u218f\u3000\ud800-\udfff\ufb00-\ufb06\ufeff\uff01-\uff5e]+"
)
"""Controls, and the blocks of Latin letters, marks, punctuation and their compatibility forms. A closed list, because
the blocks' decompositions are the same in every version of Unicode that a browser or a Python may have."""

_POSSESSIVE = re.compile(r"(?<=\w)'[sS]\b", re.ASCII)


def fold(text: str) -> str:
    """Return ``text`` in the form in which it is searched, whichever way it was typed.

    Accents go (``é`` is ``e``), typographic quotes become straight ones, dashes other than the hyphen and the
    ellipsis become spaces, a possessive ``'s`` goes, ligatures and full-width forms become plain letters.
    """
    if not text.isascii() or not text.isprintable():
        text = _TO_FOLD.sub(lambda run: _fold_run(run.group()), text)
    return _POSSESSIVE.sub("", text) if "'" in text else text


@lru_cache(maxsize=1 << 12)
def _fold_run(run: str) -> str:
    return "".join(map(_fold_character, run))


def _fold_character(character: str) -> str:
    if character in _FOLDED:
        return _FOLDED[character]
    if character < " " or "\x7f" <= character < "\xa0" or "\ud800" <= character <= "\udfff":
        return " "
    parts = unicodedata.normalize("NFKD", character)
    return "".join(_FOLDED.get(part, part) for part in parts if not "\u0300" <= part <= "\u036f")
