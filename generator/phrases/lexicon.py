"""The words of a language pack ready to be looked up, and what slots are made of."""

from __future__ import annotations

import re

import msgspec

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


def _variants(name: str) -> tuple[str, ...]:
    """The name of a series as it stands and as it is often misprinted: without its last s, in small letters."""
    first, *rest = name.split()
    low = " ".join((first, *(word.lower() for word in rest)))
    return (name, name.removesuffix("s"), low, low.removesuffix("s")) if rest else (name,)


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
        self._first: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for category, given in self.words.items():
            for phrase in given:
                parts = tuple(phrase.split())
                self._first.setdefault(parts[0], []).append((category, parts))
        for found in self._first.values():
            found.sort(key=lambda entry: -len(entry[1]))
        self.months = {name.lower(): at for at, given in enumerate(language.months, 1) for name in given}
        self.files = re.compile("|".join(language.files) or r"(?!)")

    def word(self, category: str, stream: Stream, at: int) -> int:
        """How many tokens from ``at`` on make a word of ``category``, its abbreviating full stop included; 0: none."""
        token = stream.at(at)
        for key in (token.text, token.low) if token.low != token.text else (token.text,):
            for found, parts in self._first.get(key, ()):
                if found == category and all(
                    stream.at(at + n).text == p or stream.at(at + n).low == p for n, p in enumerate(parts)
                ):
                    n = len(parts)
                    stop = stream.at(at + n).text == "." and stream.touches(at + n)
                    return n + 1 if stop and len(parts[-1]) <= 5 else n
        return 0

    def categories(self, token: Token) -> set[str]:
        """The categories of the words that begin with a token."""
        return {found for key in (token.text, token.low) for found, _ in self._first.get(key, ())}

    def is_plural(self, token: Token) -> bool:
        return token.low in self.language.plural
