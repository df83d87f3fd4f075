"""Text cut into the tokens that phrases are made of: numbers, words, dashes, signs.

Tokens are made from where a phrase may begin, and only as far as the grammar looks, so that a long text costs
what its phrases cost.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:[A-Za-z](?![A-Za-z]))?)|(?P<word>[^\W\d_]+(?:[’'.&](?=[^\W\d_])[^\W\d_]+)*)|(?P<dash>[–—-])|(?P<sign>\S))"
)

DASHES: Final = "–—-"


class Token(msgspec.Struct, frozen=True, gc=False):
    """A piece of text: ``kind`` is number, word, dash, sign or end; ``low`` the text in lower case."""

    kind: str
    text: str
    low: str
    start: int
    end: int


class Stream:
    """The tokens of ``text`` from one place on, made as they are asked for."""

    def __init__(self, text: str, start: int) -> None:
        self.text = text
        self._tokens: list[Token] = []
        self._next = start

    def at(self, index: int) -> Token:
        """The token ``index`` places on; of kind end behind the last one."""
        tokens = self._tokens
        while index >= len(tokens):
            found = _TOKEN.match(self.text, self._next)
            if found is None:
                end = len(self.text)
                return Token("end", "", "", end, end)
            kind = found.lastgroup or "sign"
            start, self._next = found.span(kind)
            text = found[kind]
            tokens.append(Token(kind, text, text.lower(), start, self._next))
        return tokens[index]

    def touches(self, index: int) -> bool:
        """Whether a token follows the one before it without a space."""
        return index > 0 and self.at(index).start == self.at(index - 1).end


_NUMERALS: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}
_ROMAN = re.compile(r"(?=[ivxlcdm])m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,4})$")


def roman(text: str) -> int:
    """Return the value of a roman numeral in either case, 0 if it is none."""
    low = text.lower()
    if not _ROMAN.match(low):
        return 0
    values = [_NUMERALS[letter] for letter in low]
    return sum(-v if v < max(values[at:]) else v for at, v in enumerate(values))


def numeral(value: int) -> str:
    """Return ``value`` as a roman numeral in capitals."""
    out = ""
    for number, letters in (
        (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
    ):  # fmt: skip
        out += letters * (value // number)
        value %= number
    return out


def words(text: str) -> list[str]:
    """Return the words and numbers of ``text`` in lower case."""
    stream, out = Stream(text, 0), []
    at = 0
    while (token := stream.at(at)).kind != "end":
        if token.kind in ("word", "number"):
            out.append(token.low)
        at += 1
    return out
