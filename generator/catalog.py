"""The catalog: the facts of all documents in their order, and what can be looked up in them.

It is built anew from facts at every build, is never changed, and knows nothing of sources or pages of the site.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from operator import itemgetter
from typing import Any

import msgspec

from generator import source_notes, urls
from generator.document import Division, Facts, Volume
from generator.elsewhere import Registry
from generator.facsimiles import page_value
from generator.phrases import names


class PageRange(msgspec.Struct, frozen=True):
    """The printed pages of a document. ``inferred``: the first one carries no mark in the text."""

    first: str = ""
    last: str = ""
    inferred: bool = False

    def __str__(self) -> str:
        """``[1018]–1020``: an inferred first page in brackets, as editors mark what they supply."""
        if not self.first:
            return ""
        first = f"[{self.first}]" if self.inferred else self.first
        return first if self.first == self.last else f"{first}–{self.last}"


class PagePlace(msgspec.Struct, frozen=True):
    """Where a printed page stands: the document's id and the anchor of its mark (empty: at its top)."""

    document: str
    anchor: str


class VolumeCatalog:
    """One volume: ``documents`` (role document) in order, the ids of those and of all else in ``order``, all
    facts in ``by_id``, the tree of parts in ``contents``."""

    def __init__(self, volume: Volume, facts: Iterable[Facts]) -> None:
        self.volume = volume
        self.by_id: dict[str, Facts] = {f.id: f for f in facts}
        self.contents = _contents(volume.contents, self.by_id)
        order = [id for id in _leaves(self.contents) if id in self.by_id]
        self.order = tuple(order)
        self.documents = tuple(self.by_id[id] for id in order if self.by_id[id].role == "document")

    @cached_property
    def name(self) -> names.VolumeName:
        """How references in prose name the volume."""
        return names.name_of(self.volume)

    @cached_property
    def is_whole(self) -> bool:
        """Whether its documents are numbered without a gap, from 1 unless it is a part: then none of it is missing."""
        given = (f.metadata.number or f.id.removeprefix("d") for f in self.documents)
        numbers = {int(number) for number in given if number.isdecimal()}
        if len(numbers) < 2 or max(numbers) - min(numbers) >= len(numbers):
            return False
        return min(numbers) == 1 or bool(self.name.part)

    @cached_property
    def parts_around(self) -> Mapping[str, tuple[Division, ...]]:
        """The parts of the contents that hold each document, section or part, outermost first."""
        out: dict[str, tuple[Division, ...]] = {}

        def visit(divisions: tuple[Division, ...], around: tuple[Division, ...]) -> None:
            for division in divisions:
                if division.id:
                    out.setdefault(division.id, around)
                visit(division.children, (*around, division))

        visit(self.contents, ())
        return out

    @cached_property
    def pages(self) -> Mapping[str, tuple[PagePlace, ...]]:
        """Every printed page by its label, in the order of the text, with the places it stands at. A page that
        only a note reaches counts if no text does."""
        out: dict[str, list[PagePlace]] = {}
        in_notes: dict[str, list[PagePlace]] = {}
        for id in self.order:
            facts = self.by_id[id]
            span = page_range(facts)
            if span.inferred:
                out.setdefault(span.first, []).append(PagePlace(facts.id, ""))
            for page in facts.pages:
                if page.label:
                    (in_notes if page.in_note else out).setdefault(page.label, []).append(
                        PagePlace(facts.id, page.anchor)
                    )
        for label, places in in_notes.items():
            out.setdefault(label, places)
        return {label: tuple(places) for label, places in out.items()}

    @cached_property
    def marks(self) -> Mapping[str, PagePlace]:
        """Where a reference to a page leads, by the label in lower case: its mark, else the document that
        begins on it."""
        out: dict[str, PagePlace] = {}
        for label, places in self.pages.items():
            marked = [p for p in places if p.anchor]
            out.setdefault(label.lower(), (marked or places)[0])
        return out

    @cached_property
    def anchors(self) -> Mapping[str, str]:
        """Every named anchor of the volume, with the id of the document that holds it."""
        out: dict[str, str] = {}
        for facts in self.by_id.values():
            for anchor in facts.anchors:
                out.setdefault(anchor, facts.id)
            for page in facts.pages:
                out.setdefault(page.anchor, facts.id)
            for note in facts.notes:
                out.setdefault(note.anchor, facts.id)
        return out

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The place of each document in ``documents``."""
        return {f.id: i for i, f in enumerate(self.documents)}

    def range(self, text: str) -> list[str]:
        """The documents that ``text`` names: ``d3``, or all from ``d1`` to ``d9`` for ``d1-d9``."""
        return _range(text, self.by_id, self._by_name)

    @cached_property
    def _by_name(self) -> list[str]:
        return sorted(self.by_id, key=urls.natural)

    @cached_property
    def updated(self) -> tuple[Facts, ...]:
        """Its documents of which the edition says when they were changed."""
        return tuple(f for f in self.documents if f.metadata.updated)

    @cached_property
    def dated(self) -> tuple[tuple[tuple[str, str, str], Facts], ...]:
        """Its dated documents by date, each with what dates are sorted by."""
        dated = [(_date_key(f), f) for f in self.documents if f.metadata.date]
        return tuple(sorted(dated, key=itemgetter(0)))

    @cached_property
    def items(self) -> tuple[tuple[Facts, names.Item], ...]:
        """Its telegrams, despatches and the like, each with the number it bears."""
        return tuple((facts, item) for facts in self.documents if (item := names.item_of(facts)))

    @cached_property
    def files(self) -> Mapping[str, str]:
        """The archival file of each document that names one, by the document's id."""
        found = ((f.id, source_notes.file_key(f.source, f.source_line)) for f in self.documents)
        return {id: file for id, file in found if file}

    @cached_property
    def by_file(self) -> Mapping[str, tuple[Facts, ...]]:
        """Its documents by the archival file that they name."""
        return _grouped((self.files.get(f.id, ""), f) for f in self.documents)

    @cached_property
    def by_day(self) -> Mapping[str, tuple[Facts, ...]]:
        """Its documents of a known day by that day."""
        return _grouped((day_of(f), f) for f in self.documents)

    @cached_property
    def looking_out(self) -> Mapping[str, frozenset[str]]:
        """The documents of which other volumes may decide where a reference leads: by the id of the volume that it names,
        by ``cable`` and the number of what it names, and under ``named`` those that name a volume in words."""
        out: dict[str, set[str]] = defaultdict(set)
        for id, facts in self.by_id.items():
            for made in facts.references:
                reference = made.reference
                if reference.document.startswith("cable:"):
                    out[f"cable {names.item(reference.document.partition(':')[2]).number}"].add(id)
                if reference.volume:
                    out["named" if names.volume_name(reference.volume) else reference.volume].add(id)
        return {where: frozenset(found) for where, found in out.items()}

    def neighbours(self, id: str) -> tuple[Facts | None, Facts | None]:
        """The documents before and after ``id`` in the volume."""
        at = self.position.get(id)
        if at is None:
            return None, None
        before = self.documents[at - 1] if at else None
        return before, self.documents[at + 1] if at + 1 < len(self.documents) else None


class Catalog:
    """All volumes of an edition in order, and the free pages of the site; ``elsewhere`` are the outside sites with
    the volumes it has not."""

    def __init__(
        self,
        volumes: Iterable[VolumeCatalog],
        pages: Iterable[Facts] = (),
        drafts: Iterable[tuple[str, str]] = (),
        elsewhere: Registry | None = None,
    ) -> None:
        self.volumes: Mapping[str, VolumeCatalog] = {v.volume.id: v for v in volumes}
        self.pages = tuple(sorted(pages, key=lambda f: (f.metadata.order, urls.natural(f.id))))
        self.drafts = frozenset(drafts)
        self.elsewhere = elsewhere or Registry()
        self.resolutions: dict[tuple[str, str], Any] = {}
        self.citing: dict[tuple[str, str], set[tuple[str, str]]] | None = None

    def get(self, volume: str, id: str) -> Facts | None:
        """The facts of a document, a section, or a free page of the site."""
        found = self.volumes.get(volume)
        if found:
            return found.by_id.get(id)
        return next((p for p in self.pages if (p.volume, p.id) == (volume, id)), None)

    @cached_property
    def places(self) -> Mapping[tuple[str, str], tuple[int, int]]:
        """Where each document and section stands in the order of the edition."""
        volumes = enumerate(self.volumes.values())
        return {(v.volume.id, id): (at, n) for at, v in volumes for n, id in enumerate(v.order)}

    @cached_property
    def items(self) -> Mapping[str, tuple[tuple[Facts, names.Item], ...]]:
        """The telegrams, despatches and the like of all volumes by the number each bears."""
        out: dict[str, list[tuple[Facts, names.Item]]] = {}
        for volume in self.volumes.values():
            for facts, item in volume.items:
                out.setdefault(item.number, []).append((facts, item))
        return {number: tuple(found) for number, found in out.items()}

    @cached_property
    def by_date(self) -> tuple[Facts, ...]:
        """All dated documents of all volumes by date, then in the order of the volumes."""
        dated = (one for v in self.volumes.values() for one in v.dated)
        return tuple(facts for _, facts in sorted(dated, key=itemgetter(0)))

    def around_in_time(self, facts: Facts) -> tuple[Facts | None, Facts | None]:
        """The documents before and after one in time, of all volumes; none for one of which the day is not known."""
        at = self._places_in_time.get((facts.volume, facts.id))
        if at is None:
            return None, None
        order = self.in_time
        return order[at - 1] if at else None, order[at + 1] if at + 1 < len(order) else None

    @cached_property
    def in_time(self) -> tuple[Facts, ...]:
        """The documents of all volumes of which the day is known, by date."""
        return tuple(f for f in self.by_date if f.metadata.date and f.metadata.date.day)

    @cached_property
    def _places_in_time(self) -> Mapping[tuple[str, str], int]:
        return {(f.volume, f.id): at for at, f in enumerate(self.in_time)}


def _grouped(given: Iterable[tuple[str, Facts]]) -> Mapping[str, tuple[Facts, ...]]:
    out: dict[str, list[Facts]] = defaultdict(list)
    for key, facts in given:
        if key:
            out[key].append(facts)
    return {key: tuple(found) for key, found in out.items()}


def day_of(facts: Facts) -> str:
    """The day of a document, empty if it is not known so well."""
    date = facts.metadata.date
    return date.start if date and date.precision == "day" else ""


def by_time(facts: Facts) -> tuple[bool, tuple[str, str, str]]:
    """What sorts documents by date, the undated at the end."""
    dated = facts.metadata.date is not None
    return not dated, _date_key(facts) if dated else ("", "", "")


def page_range(facts: Facts) -> PageRange:
    """Return the printed pages of a document.

    The text before the first mark stands on the page before it, so that page can be inferred where labels are
    numbers; an editor's ``first_page`` wins. A mark at the very beginning needs no inference.
    """
    marks = [p.label for p in facts.pages if p.label and not p.in_note]
    if facts.starts_on_mark and marks:
        return PageRange(marks[0], marks[-1])
    first = facts.metadata.first_page or (_page_before(marks[0]) if marks else "")
    if not first:
        return PageRange(marks[0], marks[-1]) if marks else PageRange()
    return PageRange(first, marks[-1] if marks else first, inferred=True)


def _page_before(label: str) -> str:
    value = page_value(label)
    if value is None or value < 2:
        return ""
    if label.isdecimal():
        return str(value - 1)
    numeral = _to_roman(value - 1)
    return numeral.upper() if label.isupper() else numeral


def _to_roman(value: int) -> str:
    out = ""
    for number, letters in (
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"),
        (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ):  # fmt: skip
        out += letters * (value // number)
        value %= number
    return out


def _date_key(facts: Facts) -> tuple[str, str, str]:
    date = facts.metadata.date
    assert date
    return (date.start, date.end, date.time)


def _contents(given: tuple[Division, ...], by_id: Mapping[str, Facts]) -> tuple[Division, ...]:
    """The contents with ranges written out, unknown documents left out, and every document that was not named
    put at the end in the order of ids (sections first)."""
    order = sorted(by_id, key=urls.natural)
    used: set[str] = set()
    named = _resolve(given, by_id, order, used)
    rest = [id for id in order if id not in used]
    sections = [Division(by_id[i].role, i, by_id[i].title) for i in rest if by_id[i].role == "section"]
    others = [Division(by_id[i].role, i, by_id[i].title) for i in rest if by_id[i].role != "section"]
    return (*named, *others) if given and not sections else (*sections, *named, *others)


def _resolve(
    given: tuple[Division, ...], by_id: Mapping[str, Facts], order: list[str], used: set[str]
) -> tuple[Division, ...]:
    out: list[Division] = []
    for division in given:
        if division.children or division.kind not in ("document", "section"):
            children = _resolve(division.children, by_id, order, used)
            if division.id in by_id:
                used.add(division.id)
            if children or division.id in by_id:
                out.append(msgspec.structs.replace(division, children=children))
            continue
        for id in _range(division.id, by_id, order):
            if id not in used:
                used.add(id)
                out.append(Division(by_id[id].role, id, by_id[id].title))
    return tuple(out)


def _range(text: str, by_id: Mapping[str, Facts], order: list[str]) -> list[str]:
    """``d3`` is itself; ``d1-d9`` all documents whose ids sort between the two."""
    if text in by_id:
        return [text]
    first, dash, last = text.replace("–", "-").partition("-")
    if not dash:
        return []
    low, high = urls.natural(first.strip()), urls.natural(last.strip())
    return [id for id in order if low <= urls.natural(id) <= high and by_id[id].role == "document"]


def _leaves(contents: tuple[Division, ...]) -> Iterable[str]:
    """All ids in the contents, a chapter's before what it holds."""
    for division in contents:
        if division.id:
            yield division.id
        yield from _leaves(division.children)
