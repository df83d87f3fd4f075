"""Whole numbers as text that needs no escaping in JSON or JavaScript, over printable ASCII.

The last digit of a number is one of 70 signs, the digits before it are of 21 others, so numbers need nothing between
them: up to 69 they are one sign, up to 1539 two, up to 32409 three (the split that came out smallest, compressed). ``SEPARATOR`` is in no number, nor are
``"``, ``\\`` and ``<``. The twin of ``decode`` is in assets/search-engine.js.
"""

from __future__ import annotations

import re

SEPARATOR = "~"
_SIGNS = "".join(chr(code) for code in range(0x20, 0x7E) if chr(code) not in '"\\<')
CONTINUING, FINAL = _SIGNS[:21], _SIGNS[21:]
_LOW, _HIGH = len(FINAL), len(CONTINUING)


class _Encoded(dict[int, str]):
    """Number -> text, computed when first asked for."""

    def __missing__(self, number: int) -> str:
        text = FINAL[number % _LOW]
        rest = number // _LOW
        while rest:
            rest -= 1  # no two texts are then the same number
            text = CONTINUING[rest % _HIGH] + text
            rest //= _HIGH
        if number < 1 << 17:
            self[number] = text
        return text


ENCODED: dict[int, str] = _Encoded()
"""Number (0 and above) -> its text. A mapping, because looking up is faster than calling."""

NUMBER = re.compile(f"[{re.escape(CONTINUING)}]*[{re.escape(FINAL)}]")
"""One number."""

_VALUES = {sign: value for signs in (CONTINUING, FINAL) for value, sign in enumerate(signs)}
_ENDS = frozenset(FINAL)


def decode(text: str) -> list[int]:
    """Return the numbers of ``text``."""
    numbers = []
    number = 0
    for sign in text:
        if sign in _ENDS:
            numbers.append(number * _LOW + _VALUES[sign])
            number = 0
        else:
            number = number * _HIGH + _VALUES[sign] + 1
    return numbers
