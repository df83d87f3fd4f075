"""A picture of a title, for other sites to show beside a link: drawn with the one typeface that comes with Pillow.

That face has the letters of English and no more. Letters with the accents of western languages are put together from it;
a line in another script is left out, and where that is the title the picture has its ornament alone.
"""

from __future__ import annotations

import io
import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

WIDTH, HEIGHT = 1200, 630

_PAPER, _INK, _QUIET, _ACCENT, _LINE = "#fdfcf9", "#1f1c18", "#665f55", "#7c2d1e", "#d8d1c4"
_MARGIN = 96
_FACES = (76, 66, 58, 50, 44, 38)
"""Sizes of a title, the largest first: the first in which it takes few enough lines is taken."""


class Card(msgspec.Struct, frozen=True):
    """What a picture shows: a title, what stands below it, what above (series and number), and at the foot."""

    title: str
    subtitle: str = ""
    above: str = ""
    foot: str = ""


def draw(card: Card) -> bytes:
    """Return the picture as PNG; the same card gives the same picture."""
    # Only where something is to be drawn: Pillow takes longer to load than a small edition to look at.
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (WIDTH, HEIGHT), _PAPER)
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 0, 20, HEIGHT), fill=_ACCENT)
    pen.line((_MARGIN, HEIGHT - 120, WIDTH - _MARGIN, HEIGHT - 120), fill=_LINE, width=2)
    room = WIDTH - 2 * _MARGIN
    top = 84
    if above := writable(card.above):
        top += _lines(pen, _wrapped(above, 32, room)[:1], 32, top, _QUIET) + 26
    title, subtitle = writable(card.title), writable(card.subtitle)
    if title:
        lines, size = _fitted(title, room, 4 if subtitle else 5)
        top += _lines(pen, lines, size, top, _INK) + 22
    else:
        _ornament(pen)
    if subtitle and title:
        _lines(pen, _wrapped(subtitle, 34, room)[:2], 34, top, _QUIET)
    if foot := writable(card.foot):
        _lines(pen, _wrapped(foot, 30, room)[:1], 30, HEIGHT - 92, _QUIET)
    out = io.BytesIO()
    image.quantize(64, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(out, "PNG")
    return out.getvalue()


_PLAIN = str.maketrans({
    "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "„": "“", "«": "“",
    "»": "”", "‹": "‘", "›": "’", "‚": "‘", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "þ": "th", "Þ": "Th", "ı": "i", "×": "x", "·": "-", "•": "-",
    "\u00ad": "", "\u200b": "",
})  # fmt: skip
_HAS = frozenset(map(chr, range(0x20, 0x7F))) | frozenset("“”‘’…")
_ACCENTS = {"\u0301", "\u0300", "\u0308", "\u0302", "\u0303", "\u0327", "\u030c", "\u030a", "\u0304", "\u0328", "\u030b", "\u0307"}  # fmt: skip


def writable(text: str) -> str:
    """Return ``text`` in the signs that can be drawn, accents apart from their letters; nothing if it has others."""
    apart = unicodedata.normalize("NFD", " ".join(text.translate(_PLAIN).split()))
    return apart if all(sign in _HAS or sign in _ACCENTS for sign in apart) else ""


def _fitted(text: str, room: int, most: int) -> tuple[list[str], int]:
    """The lines of a title and their size."""
    for size in _FACES:
        lines = _wrapped(text, size, room)
        if len(lines) * size * 1.2 < 68 * most and len(lines) <= most:
            return lines, size
    lines = _wrapped(text, _FACES[-1], room)
    if len(lines) > most + 1:
        lines = [*lines[:most], lines[most].rsplit(" ", 1)[0] + " …"]
    return lines, _FACES[-1]


def _wrapped(text: str, size: int, room: int) -> list[str]:
    font = _face(size)
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(_bare(longer)) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _lines(pen: ImageDraw, lines: list[str], size: int, top: int, colour: str) -> int:
    """Draw lines from ``top`` on; return how much room they take."""
    font = _face(size)
    for n, line in enumerate(lines):
        y = top + round(n * size * 1.2)
        pen.text((_MARGIN, y), _bare(line), font=font, fill=colour)
        for at, sign in enumerate(line):
            if sign in _ACCENTS:
                _accent(pen, font, line[:at], sign, y, colour)
    return round(len(lines) * size * 1.2)


def _accent(pen: ImageDraw, font: FreeTypeFont, before: str, sign: str, y: int, colour: str) -> None:
    """Put an accent on the last letter of ``before``, which stands at ``y``."""
    plain = _bare(before)
    letter = plain[-1:]
    right = _MARGIN + font.getlength(plain)
    width = font.getlength(letter)
    middle = right - width / 2
    _, above, _, below = font.getbbox(letter)
    unit = font.size / 16
    high, low = y + above - 2.4 * unit, y + below
    thick = max(2, round(unit * 1.1))

    def line(*points: tuple[float, float]) -> None:
        pen.line([(middle + x * unit, high + dy * unit) for x, dy in points], fill=colour, width=thick)

    def dot(x: float, dy: float) -> None:
        centre = (middle + x * unit, high + dy * unit)
        pen.ellipse((centre[0] - unit * 0.7, centre[1] - unit * 0.7, centre[0] + unit * 0.7, centre[1] + unit * 0.7), fill=colour)  # fmt: skip

    match sign:
        case "\u0301":
            line((-0.6, 1.6), (1.2, 0))
        case "\u0300":
            line((-1.2, 0), (0.6, 1.6))
        case "\u030b":
            line((-1.6, 1.6), (-0.2, 0))
            line((0.6, 1.6), (2, 0))
        case "\u0308":
            dot(-1.6, 0.8)
            dot(1.6, 0.8)
        case "\u0307":
            dot(0, 0.8)
        case "\u0302":
            line((-1.8, 1.6), (0, 0), (1.8, 1.6))
        case "\u030c":
            line((-1.8, 0), (0, 1.6), (1.8, 0))
        case "\u0303":
            line((-2, 1.2), (-0.9, 0.4), (0.7, 1.2), (2, 0.4))
        case "\u0304":
            line((-1.8, 0.8), (1.8, 0.8))
        case "\u030a":
            pen.ellipse((middle - 1.3 * unit, high - 0.8 * unit, middle + 1.3 * unit, high + 1.8 * unit), outline=colour, width=thick)  # fmt: skip
        case _:  # a cedilla or ogonek
            pen.line([(middle, low), (middle + 0.4 * unit, low + 1.2 * unit), (middle - 0.8 * unit, low + 2.2 * unit)], fill=colour, width=thick)  # fmt: skip


def _ornament(pen: ImageDraw) -> None:
    """An open book."""
    x, y = WIDTH / 2, HEIGHT / 2 - 40
    for side in (-1, 1):
        pen.line([(x, y + 90), (x + side * 150, y + 60), (x + side * 150, y - 90), (x, y - 60)], fill=_ACCENT, width=5)
        for n in range(4):
            pen.line([(x + side * 26, y - 28 + n * 28), (x + side * 122, y - 48 + n * 28)], fill=_LINE, width=4)
    pen.line([(x, y - 60), (x, y + 90)], fill=_ACCENT, width=5)


def _bare(text: str) -> str:
    return "".join(sign for sign in text if sign not in _ACCENTS)


@lru_cache(maxsize=16)
def _face(size: int) -> FreeTypeFont:
    from PIL import ImageFont

    face = ImageFont.load_default(size)
    assert isinstance(face, ImageFont.FreeTypeFont), "Pillow was built without FreeType"
    return face
