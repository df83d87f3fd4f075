"""The words of a language pack ready to be looked up, and what slots are made of."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Set

import msgspec

from generator.elsewhere import series_name
from generator.phrases.language import Language
from generator.phrases.names import Item, VolumeName
from generator.phrases.tokens import Stream, Token


class Number(msgspec.Struct, frozen=True):
    """One number of a list: its value, where it stands, what follows it (``n`` or nothing); ``falls``: it ends a
    range and is lower than its beginning."""

    value: str
    start: int
    end: int
    mark: str = ""
    falls: bool = False


class Piece(msgspec.Struct, frozen=True):
    """What a slot found between ``start`` and ``end``. ``open``: it is right only if more of the phrase follows
    (the title of a volume, before its page)."""

    slot: str
    start: int
    end: int
    numbers: tuple[Number, ...] = ()
    volume: VolumeName | None = None
    item: Item | None = None
    text: str = ""
    open: bool = False


Ends = list[tuple[int, Piece]]
"""Where a slot may end (the number of the next token) and what it found; the shortest first."""


def _variants(series: str) -> tuple[str, ...]:
    """The names of a series as they stand and as they are often misprinted: without the last s, in small letters."""
    out: list[str] = []
    for name in filter(None, (name.strip() for name in series.split("|"))):
        first, *rest = name.split()
        low = " ".join((first, *(word.lower() for word in rest)))
        out += (name, name.removesuffix("s"), low, low.removesuffix("s")) if rest else (name,)
    return tuple(out)


class Lexicon:
    """The words of one language by category, with the names of the series. ``words`` are the words themselves,
    ``months`` the numbers of months by name, ``files`` the form of file numbers."""

    def __init__(self, language: Language, series: tuple[str, ...]) -> None:
        self.language = language
        self.words = {
            **language.words,
            "post": language.posts,
            "series": tuple(dict.fromkeys(v for name in series for v in _variants(name))),
        }
        self._by_first: defaultdict[str, dict[str, list[tuple[str, ...]]]] = defaultdict(dict)
        self._categories: dict[str, set[str]] = {}
        for category, given in self.words.items():
            by_first = self._by_first[category]
            for parts in sorted((tuple(phrase.split()) for phrase in given), key=len, reverse=True):
                by_first.setdefault(parts[0], []).append(parts)
                self._categories.setdefault(parts[0], set()).add(category)
        # How a series is written to its name; the first one goes without saying.
        self._others = {v.lower(): series_name(name) for name in reversed(series[1:]) for v in _variants(name)}
        self.months = {name.lower(): at for at, given in enumerate(language.months, 1) for name in given}
        self.files = re.compile("|".join(language.files) or r"(?!)")

    def word(self, category: str, stream: Stream, at: int) -> int:
        """How many tokens from ``at`` on make a word of ``category``, its abbreviating full stop included; 0: none."""
        token = stream.at(at)
        by_first = self._by_first[category]
        for key in (token.text, token.low) if token.low != token.text else (token.text,):
            for parts in by_first.get(key, ()):
                if all(p in (stream.at(at + n).text, stream.at(at + n).low) for n, p in enumerate(parts[1:], 1)):
                    n = len(parts)
                    stop = stream.at(at + n).text == "." and stream.touches(at + n)
                    return n + 1 if stop and len(parts[-1]) <= 5 else n
        return 0

    def other_series(self, stream: Stream, at: int, taken: int) -> str:
        """The series that the words from ``at`` on name, if it is not the first of the edition; else empty."""
        if not self._others:
            return ""
        return self._others.get(" ".join(stream.at(at + n).low for n in range(taken)).removesuffix(" ."), "")

    def categories(self, token: Token) -> Set[str]:
        """The categories of the words that begin with a token."""
        own: Set[str] = self._categories.get(token.text, frozenset())
        return own if token.text == token.low else own | self._categories.get(token.low, frozenset())

    def is_plural(self, token: Token) -> bool:
        return token.low in self.language.plural
