"""Pictures of the printed pages: the pattern of ``facsimile`` in volume.toml, and the address it makes for a page.

A pattern is an address, or a path in the volume's own folder, with slots: ``{page}`` is the page as printed,
``{image}`` the number of its picture where that is another (``facsimile_images``), ``{facs}`` what TEI says of it,
``{volume}`` the volume's id; ``{page:04}`` has four digits at least. An address that ends as IIIF's do
(``/info.json``, or ``/full/max/0/default.jpg``) is that of an image service.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from generator.diagnostics import did_you_mean
from generator.document import ImageRun, is_safe_url

SLOTS: Final = ("page", "image", "facs", "volume")
_OF_THE_PAGE: Final = frozenset(("page", "image", "facs"))
_SLOT = re.compile(r"\{(\w+)(?::0?([1-9]))?\}")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?/")
_PICTURE = re.compile(r"\.(?:png|jpe?g|gif|webp|avif|svg)$", re.IGNORECASE)
_SERVICE = re.compile(r"/info\.json$")
_WHOLE: Final = "/full/max/0/default.jpg"
_IIIF = re.compile(
    r"/(?:full|square|pct:[\d.,]+|[\d,]+)/[^/]+/!?\d+(?:\.\d+)?/(?:default|color|gray|bitonal|native)\.\w+$"
)
_NUMBER = re.compile(r"\d+")


class Runs(msgspec.Struct, frozen=True):
    """Which number of image each page has. ``numbered`` holds, by kind of number (arabic, roman), the value of the page
    and the image with which each run begins, from the last on; ``named`` the images of single pages."""

    numbered: Mapping[bool, tuple[tuple[int, int, str], ...]] = {}
    named: Mapping[str, str] = {}

    def image(self, label: str) -> str | None:
        """Return the image of a page, empty if the page has none; None if nothing is said of it."""
        found = self.run(label)
        return None if found is None else found[0]

    def run(self, label: str) -> tuple[str, str] | None:
        """Return the image of a page, and the page with which its run begins."""
        if label in self.named:
            return self.named[label], label
        value = page_value(label)
        if value is not None:
            for start, image, page in self.numbered.get(label.isdecimal(), ()):
                if value >= start:
                    return str(image + value - start), page
        return None


def runs(given: Iterable[ImageRun]) -> Runs:
    """Return ``facsimile_images`` in the form in which they are looked up."""
    numbered: dict[bool, list[tuple[int, int, str]]] = {}
    named = {}
    for run in given:
        value = page_value(run.page)
        if isinstance(run.image, int) and value is not None:
            numbered.setdefault(run.page.isdecimal(), []).append((value, run.image, run.page))
        else:
            named[run.page] = str(run.image)
    return Runs({kind: tuple(sorted(found, reverse=True)) for kind, found in numbered.items()}, named)


def fault(pattern: str) -> tuple[str, str]:
    """Return what is wrong with a pattern, and a hint; empty if nothing is."""
    example = 'For example: facsimile = "https://example.org/scans/{page}.jpg"'
    slots = [name for name, _ in _SLOT.findall(pattern)]
    for name in slots:
        if name not in SLOTS:
            hint = did_you_mean(name, SLOTS) or "There are: {page}, {image}, {facs} and {volume}."
            return f'there is no slot "{{{name}}}" here', hint
    rest = _SLOT.sub("", pattern)
    if "{" in rest or "}" in rest:
        return f'"{pattern}" has a brace that is no slot', "Slots are written {page}, or {page:04} for four digits."
    if not _OF_THE_PAGE.intersection(slots):
        return "every page would have the same picture: the pattern does not say where its number comes", example
    tried = _SLOT.sub("1", pattern)
    if "://" in pattern or pattern.startswith("//") or not is_safe_url(tried):
        if not _ADDRESS.match(pattern) or not is_safe_url(tried) or re.search(r"[\"'<>]", pattern):
            return f'"{pattern}" is no address that begins with https:// and a host', example
        return "", ""
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", tried):
        return f'"{pattern}" is no address that begins with https:// and a host', example
    if pattern.startswith("/") or ".." in pattern.split("/") or not _PICTURE.search(pattern):
        hint = 'A path is that of a picture below the volume\'s folder: facsimile = "scans/{page}.jpg"'
        return f'"{pattern}" is neither an address nor a picture in the volume\'s folder', hint
    return "", ""


def needs_images(pattern: str) -> bool:
    """Whether a pattern asks for the number of the image."""
    return any(name == "image" for name, _ in _slots(pattern))


def is_outside(address: str) -> bool:
    """Whether an address leads to another site, rather than being a path in the volume's folder."""
    return "://" in address


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """Return the address, or the path in the volume's folder, that ``values`` make; empty if a slot has no value."""
    outside = is_outside(pattern)

    def put(found: re.Match[str]) -> str:
        value = values.get(found[1], "")
        digits = _NUMBER.match(value)
        if digits and found[2]:
            value = digits[0].zfill(int(found[2])) + value[digits.end() :]
        return quote(value, safe="") if outside else value

    if not all(values.get(name) for name, _ in _slots(pattern)):
        return ""
    return _SERVICE.sub(_WHOLE, _SLOT.sub(put, pattern))


def given(facs: str) -> str:
    """Return what TEI's ``facs`` says if it is an address or a picture itself, else nothing."""
    if _ADDRESS.match(facs) and is_safe_url(facs):
        return _SERVICE.sub(_WHOLE, facs)
    return facs if _PICTURE.search(facs) and is_safe_url(facs) and not is_outside(facs) else ""


def is_service(address: str) -> bool:
    """Whether an address is that of an image on a IIIF service."""
    return bool(_IIIF.search(address))


def origin(address: str) -> str:
    """Return scheme and host of an outside address, as a content security policy names them."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


_ROMAN: Final = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}


def page_value(label: str) -> int | None:
    """The value of an arabic or roman page label, None for any other."""
    if label.isdecimal():
        return int(label)
    low = label.lower()
    if not low or any(c not in _ROMAN for c in low):
        return None
    values = [_ROMAN[c] for c in low]
    return sum(-v if v < max(values[i:], default=0) else v for i, v in enumerate(values))


@lru_cache(maxsize=64)
def _slots(pattern: str) -> tuple[tuple[str, str], ...]:
    return tuple(_SLOT.findall(pattern))
