"""Volumes of other editions: the outside addresses of what this edition does not hold.

An entry of ``references.elsewhere`` in the edition file says which volumes a site has, how a volume that is named in
words is called there, and where its documents and pages stand. Both are patterns: text with slots in braces, and
pieces in square brackets that are left out where a slot in them has nothing to say, as in
``frus{years}[v{number:2}][p{part}]``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlsplit

import msgspec

from generator.diagnostics import did_you_mean
from generator.document import is_safe_url


class Elsewhere(msgspec.Struct, frozen=True):
    """One outside site. ``address`` is the pattern of a volume's address; ``volumes`` the ids it has, with ``*`` for
    any letters; ``series`` the series whose volumes it has; ``volume`` the pattern of an id made of a name, and
    ``titled`` pairs of words and the pattern for volumes with these in their title or years, the first that fits;
    ``parts`` the ids, without a part, of volumes that are in parts, which their number alone does not find.
    ``document``, ``page``, ``note``, ``anchor`` are patterns of addresses in a volume; what has none leads to what it
    stands in. ``name`` is what readers are told."""

    address: str
    name: str = ""
    series: tuple[str, ...] = ()
    volumes: tuple[str, ...] = ()
    volume: str = ""
    titled: tuple[tuple[str, str], ...] = ()
    parts: tuple[str, ...] = ()
    document: str = ""
    page: str = ""
    note: str = ""
    anchor: str = ""


class Registry(msgspec.Struct, frozen=True):
    """The outside sites of an edition, the first that has a volume first, and the edition's own ``series``: that of
    volumes which are named with their years alone."""

    sites: tuple[Elsewhere, ...] = ()
    series: str = ""


class Place(msgspec.Struct, frozen=True):
    """Where something stands on an outside site: the site, the volume's id there, the address."""

    site: str
    volume: str
    href: str


FOREIGN_RELATIONS: Final = "Foreign Relations|Foreign Relations of the United States|FRUS"
"""A series with its other names."""

SITES: Final[Mapping[str, Elsewhere]] = {
    "history.state.gov": Elsewhere(
        address="https://history.state.gov/historicaldocuments/{volume}",
        name="history.state.gov",
        series=(FOREIGN_RELATIONS,),
        volumes=("frus*",),
        volume="frus{years}[v{number:2}][p{part}]",
        titled=(
            ("1917–1972", "frus1917-72PubDip[v{number:2}]"),
            ("Cairo", "frus1943CairoTehran"),
            ("Malta", "frus1945Malta"),
            ("Conference Berlin", "frus1945Berlin[v{number:2}]"),
            ("Potsdam", "frus1945Berlin[v{number:2}]"),
            ("Casablanca", "frus1941-43"),
            ("Quebec 1944", "frus1944Quebec"),
            ("Quebec 1943", "frus1943"),
            ("Paris Peace", "frus1919Paris[v{number:2}]"),
            ("supp 1 1917", "frus1917Supp01v01"),
            ("supp 1", "frus{years}Supp01[v{number:2}]"),
            ("supp 2", "frus{years}Supp02[v{number:2}]"),
            ("supp 1914", "frus{years}Supp"),
            ("supp 1915", "frus{years}Supp"),
            ("supp 1916", "frus{years}Supp"),
            ("supp", "frus{years}v{number:2}mSupp"),
            ("Russia", "frus{years}Russia[v{number:2}]"),
            ("China", "frus{years}China"),
            ("Guatemala", "frus{years}Guat"),
            ("Iran", "frus{years}Iran"),
            ("Emergence Intelligence", "frus{years}Intel"),
            ("Intelligence Community", "frus{years}Intel"),
        ),
        parts=tuple(
            f"frus{years}v{number}"
            for years, numbers in (
                ("1948", "01 05"),
                ("1949", "07"),
                ("1951", "03 04 06 07"),
                ("1952-54", "01 02 05 06 07 09 11 12 13 14 15"),
                ("1955-57", "23"),
                ("1958-60", "07 10"),
                ("1964-68", "29"),
                ("1969-76", "19 e05 e09 e15"),
            )
            for number in numbers.split()
        ),
        document="{address}/{document}",
        page="{address}/pg_{page}",
        anchor="{address}/{anchor}",
    ),
}
"""Sites that an edition can name instead of describing them."""

IN_VOLUME: Final = ("years", "from", "to", "number", "part")
"""The slots of ``volume`` and ``titled``: ``1952-54``, ``1952``, ``1954``, ``5`` (``e5`` of an electronic volume), ``2``.
``{number:2}`` has two digits at least."""

IN_ADDRESS: Final = ("volume",)

IN_PLACE: Final = ("address", "volume", "document", "number", "page", "note", "anchor")
"""The slots of ``document``, ``page``, ``note`` and ``anchor``: the volume's address and id, the document's id (``d12``)
and number (``12``), the page as printed, the note's label, an id of TEI."""

_PIECE = re.compile(r"\[(?P<optional>[^\[\]]*)\]|\{(?P<slot>\w+)(?::(?P<digits>[1-9]))?\}|(?P<text>[^\[\]{}]+)")
_HOST = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d+)?(?:[/?#]|$)")
_VOLUMES = re.compile(r"[A-Za-z0-9._*-]+")


def on_site(registry: Registry, volume: str, document: str, part: str, value: str) -> Place | None:
    """Return where a volume of this id, and what is cited in it, stands; None where no site has it."""
    site = next((site for site in registry.sites if _has(site, volume)), None)
    return Place(site.name, volume, href(site, volume, document, part, value)) if site else None


def volume_of(registry: Registry, name: Mapping[str, str], series: str, home: tuple[str, str], whole: bool) -> str:
    """Return the id on an outside site of a volume named in words (``years``, ``number``, ``part``, ``title``), empty
    if none has it. ``home`` is the id and the title of the volume in which it is named: a name without a ``series``
    means one of its series. Of a volume in parts, named without one, the first is meant if it is meant as a
    ``whole``; which one a page of it is in is not known."""
    for site in registry.sites:
        if series in map(series_name, site.series) if series else _of_site(site, *home):
            id = volume_id(site, name)
            if id in site.parts:
                id = volume_id(site, {**name, "part": "1"}) if whole else ""
            if id and (not site.volumes or _has(site, id)):
                return id
    return ""


def volume_id(site: Elsewhere, name: Mapping[str, str]) -> str:
    """Return the id that a volume named in words has on a site, empty if none can be made. A pattern without a place
    for a number or part that is given is passed over."""
    first, _, last = name["years"].partition("–")
    short = f"{first}-{last[-2:]}" if last else first
    values = {"years": short, "from": first, "to": last or first, "number": name["number"].lower(), "part": name["part"]}  # fmt: skip
    told = _words(f"{name['title']} {name['years']}")
    for wanted, pattern in (*site.titled, ("", site.volume)):
        lost = any(values[slot] and f"{{{slot}" not in pattern for slot in ("number", "part"))
        if not lost and _words(wanted) <= told:
            return fill(pattern, values)
    return ""


def href(site: Elsewhere, volume: str, document: str, part: str, value: str) -> str:
    """Return the outside address of a volume (``document`` and ``part`` empty), or of what is cited in it."""
    address = fill(site.address, {"volume": quote(volume, safe="")})
    given = {"volume": volume, "document": document, "number": document.removeprefix("d")}
    if part == "page-notes":
        part = "page"
    if part in ("page", "note", "anchor"):
        given[part] = value
    values = {**{slot: quote(text, safe="") for slot, text in given.items()}, "address": address}
    wanted = {"page": (site.page,), "note": (site.note, site.document), "anchor": (site.anchor, site.document)}
    for pattern in wanted.get(part, (site.document,)):
        if made := fill(pattern, values):
            return made
    return address


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """Return ``pattern`` with ``values`` in its slots; empty if one outside square brackets has no value."""
    out = ""
    for found in _pieces(pattern):
        if found["optional"] is not None:
            out += fill(found["optional"], values)
        elif found["slot"] is None:
            out += found["text"]
        else:
            value = values.get(found["slot"], "")
            if not value:
                return ""
            letters = value.rstrip("0123456789")
            out += letters + value[len(letters) :].zfill(int(found["digits"] or 0))
    return out


def fault(pattern: str, slots: Iterable[str]) -> tuple[str, str]:
    """Return what is wrong with a pattern that may have these ``slots``, and a hint; empty if nothing is."""
    at = 0
    while at < len(pattern):
        found = _PIECE.match(pattern, at)
        if not found:
            return f'"{pattern[at:]}" is no slot, nor closed', "Slots are written {volume}, pieces that may be missing [v{number}]."  # fmt: skip
        if found["optional"] is not None:
            wrong = fault(found["optional"], slots)
            if wrong[0]:
                return wrong
        elif found["slot"] is not None and found["slot"] not in slots:
            hint = did_you_mean(found["slot"], slots) or f"There are: {', '.join(sorted(slots))}."
            return f'there is no slot "{{{found["slot"]}}}" here', hint
        at = found.end()
    return "", ""


def address_fault(pattern: str) -> tuple[str, str]:
    """Return what is wrong with the pattern of a volume's address, and a hint; empty if nothing is."""
    wrong = fault(pattern, IN_ADDRESS)
    if wrong[0]:
        return wrong
    # What a text says may only come after the host.
    if not _HOST.match(pattern) or not is_safe_url(fill(pattern, {"volume": "v"})):
        return f'"{pattern}" is no address', 'For example: address = "https://example.org/edition/{volume}"'
    return "", ""


def volumes_fault(pattern: str) -> tuple[str, str]:
    """Return what is wrong with a pattern of ids, and a hint; empty if nothing is."""
    if _VOLUMES.fullmatch(pattern):
        return "", ""
    return f'"{pattern}" is no id of a volume', "Ids are letters, digits, dots, hyphens and underscores; * stands for any of them."  # fmt: skip


def series_name(series: str) -> str:
    """The name by which a series goes, of the several that it may be written with (``A|B``): the first."""
    return series.partition("|")[0].strip()


def host(address: str) -> str:
    """The host of an address: what a site is called that has no name."""
    return urlsplit(address).netloc


@lru_cache(maxsize=256)
def _pieces(pattern: str) -> tuple[re.Match[str], ...]:
    return tuple(_PIECE.finditer(pattern))


@lru_cache(maxsize=256)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.casefold()))


@lru_cache(maxsize=64)
def _ids(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", r"[A-Za-z0-9._-]*"))


def _has(site: Elsewhere, volume: str) -> bool:
    return any(_ids(pattern).fullmatch(volume) for pattern in site.volumes)


def _of_site(site: Elsewhere, volume: str, title: str) -> bool:
    """Whether a volume of this edition belongs to a series of the site."""
    return _has(site, volume) or any(_words(series_name(series)) <= _words(title) for series in site.series)
