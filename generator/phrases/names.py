"""What references name when they give no id: volumes by series, years and number, documents by what they are.

Such a name stands in ``Reference.volume`` or ``Reference.document`` as text that no id can look like, since ids
hold no colon:

``vol:1952–1954;7;2;``        volume VII, Part 2, of 1952–1954 (no years: of this volume's; last: words of its title)
``ibid:;2;;``                 the same with what is not given taken from the last source cited before the document
``previous:`` ``next:``       the documents before and after this one
``on:1014;NSC 152/2``         the document on page 1014 whose title has these words
``item:1039;despatch;1714;London;--11-10``   the document on page 1039 that is this despatch
``cable:telegram;1831;;1953-10-07``          the telegram of this number, post and day
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec

from generator.document import Facts, Volume
from generator.phrases.tokens import numeral, roman, words

PREVIOUS = "previous:"
NEXT = "next:"


class VolumeName(msgspec.Struct, frozen=True):
    """A volume named in words. ``years`` as ``1952–1954``; ``number`` and ``part`` as arabic numbers or ``E15``;
    ``title`` is what else tells it from others, such as ``Russia`` or ``supp 2``; ``same``: what is not given is as in
    the source cited last before the document (*ibid.* in its first note); ``series``: its series, if that is not the
    edition's first."""

    years: str = ""
    number: str = ""
    part: str = ""
    title: str = ""
    same: bool = False
    series: str = ""

    def __str__(self) -> str:
        series = f";{self.series.replace(';', ',')}" if self.series else ""
        return f"{'ibid' if self.same else 'vol'}:{self.years};{self.number};{self.part};{self.title.replace(';', ',')}{series}"

    def in_words(self) -> str:
        """As an editor would print it: ``1952–1954, vol. VII, Part 2``."""
        number = f"vol. {numeral(int(self.number)) if self.number.isdecimal() else self.number}" if self.number else ""
        part = f"Part {self.part}" if self.part else ""
        return ", ".join(filter(None, (self.series, self.years, self.title, number, part)))


class Item(msgspec.Struct, frozen=True):
    """A telegram or the like: its kind (``telegram``, ``Polto``), number, the post it names, its date in ISO 8601
    (``--11-10`` where no year is given). All but the number may be empty."""

    kind: str = ""
    number: str = ""
    post: str = ""
    date: str = ""

    def __str__(self) -> str:
        return ";".join((self.kind, self.number, self.post, self.date))


def volume_name(text: str) -> VolumeName | None:
    """Read back ``vol:...`` or ``ibid:...``; None for anything else, such as an id."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in ("vol", "ibid"):
        return None
    years, number, part, title, series = (rest.split(";", 4) + ["", "", "", ""])[:5]
    return VolumeName(years, number, part, title, kind == "ibid", series)


def ibid(before: VolumeName, given: VolumeName) -> VolumeName:
    """Return the volume that *ibid.* means after ``before`` was cited, with what is ``given`` anew."""
    if given.years:
        return VolumeName(given.years, given.number, given.part, given.title, series=before.series)
    if given.number:
        title = given.title or before.title
        return VolumeName(before.years, given.number, given.part, title, before.same, before.series)
    if given.title:
        return VolumeName(before.years, "", given.part, given.title, before.same, before.series)
    return msgspec.structs.replace(before, part=given.part or before.part)


def item(text: str) -> Item:
    """Read back what ``str`` made of an item."""
    kind, number, post, date = (text.split(";", 3) + ["", "", ""])[:4]
    return Item(kind, number, post, date)


def years(first: str, last: str = "") -> str:
    """Return years in one form: ``1952-54`` is ``1952–1954``."""
    return f"{first}–{first[: len(first) - len(last)]}{last}" if last else first


_YEARS = re.compile(r"(1[789]\d\d|20\d\d)(?:\s?[–-]\s?(\d{2,4}))?")
_NUMBER = re.compile(r"(?:E[–-])?(\d+|[IVXLC]+)(?:\W+(?:[Pp]art|[Pp]t\.?)\s*(\d+|[IVX]+))?")


def name_of(volume: Volume) -> VolumeName:
    """Return how a volume of the edition is named: from its ``subseries`` and ``number``."""
    found = _YEARS.search(volume.subseries) or _YEARS.search(volume.title)
    number = _NUMBER.search(volume.number)
    span = years(found[1], found[2] or "") if found else ""
    title = " ".join((volume.subseries, volume.title, volume.subtitle))
    if number is None:
        return VolumeName(span, title=title)
    value = number[1] if number[1].isdecimal() else str(roman(number[1]) or number[1])
    part = number[2] or ""
    electronic = "E" if number[0].startswith("E") else ""
    return VolumeName(span, electronic + value, part if part.isdecimal() or not part else str(roman(part)), title)


_NO_TITLE = frozenset(("the", "conference", "conferences", "at", "and", "of"))


def named(name: VolumeName, home: VolumeName, volumes: Iterable[tuple[str, VolumeName]]) -> list[str]:
    """Return the ids of the volumes that ``name``, used in the volume called ``home``, may mean. Years that are not
    given are those of ``home``; a part that is not given leaves all parts; a volume of another series than the
    edition's first is known by its title."""
    wanted = name.years or home.years
    title = frozenset(words(name.title)) - _NO_TITLE
    series = frozenset(words(name.series))
    out = []
    for id, own in volumes:
        if name.number != own.number or (name.part and name.part != own.part):
            continue
        if not name.number and not title:
            continue
        if (title or series) and not title | series <= frozenset(words(own.title)):
            continue
        known = own.years or name.years  # years that are written are never those of a volume that has none
        if wanted and known and wanted != own.years and not (title and wanted in own.title):
            continue
        out.append(id)
    return out


_CABLE = frozenset(
    ("telegram", "despatch", "dispatch", "airgram", "cable", "instruction", "message", "circular telegram")
)
_TITLE = re.compile(
    r"(?:telegram|desp?atch|dispatch|airgram|cable|instruction|message)\s+(?:No\.\s*)?"
    r"(?:[A-Z][A-Za-z]*[ –-])?(?P<number>\d{1,6}(?:/\d+)?)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"(?:[A-Z][A-Za-z]+[ –-]){0,2}(?P<number>\d{1,6}(?:/\d+)?)\.\s")


def item_of(facts: Facts) -> Item | None:
    """Return what a document is called as a telegram or despatch, from its kind, number, place and day;
    None if it is no such thing. The number stands in its title or at its beginning. The post is the place it was sent from and the words of its title."""
    kind = facts.metadata.kind.lower()
    if kind not in _CABLE:
        return None
    number = facts.paragraphs[0].number if facts.paragraphs else ""
    found = _TITLE.match(facts.title) or _OPENING.search(facts.opening[:160])
    if found:
        number = found["number"]
    if not number:
        return None
    date = facts.metadata.date.start if facts.metadata.date else ""
    return Item(kind, number, f"{facts.metadata.place or facts.dateline} {facts.title}", date)


def same_day(wanted: str, date: str) -> bool:
    """Whether a day as cited (``--11-10`` or ``1953-11-10``) is ``date``."""
    return bool(wanted) and bool(date) and (date == wanted or (wanted.startswith("--") and date[4:] == wanted[1:]))


def has_words(wanted: str, text: str) -> bool:
    """Whether ``text`` holds the words of ``wanted`` one after another."""
    sought, held = " ".join(words(wanted)), " ".join(words(text))
    return bool(sought) and f" {sought} " in f" {held} "
