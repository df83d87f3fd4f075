"""Documents that belong together though none names the other: of one file, or of one day and the same people."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property

import msgspec

from generator import source_notes
from generator.catalog import Catalog
from generator.document import Facts

OF_A_FILE = 4
"""How many documents of the same file are shown, the nearest in time."""
OF_A_DAY = 4
"""How many of the same day and people are."""
_PEOPLE = 2
"""How many people two documents of a day have in common if they are not between the same correspondents."""


class Relation(msgspec.Struct, frozen=True):
    """A document and why it is related: ``reason`` is file (``value``: its number) or day."""

    facts: Facts
    reason: str
    value: str = ""


class Related:
    """Looks up the documents of ``catalog`` that are related."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog

    def to(self, facts: Facts) -> tuple[Relation, ...]:
        """Return the documents related to ``facts``, those of its file first, each once."""
        found = {(r.facts.volume, r.facts.id): r for r in (*self._of_day(facts), *self._of_file(facts))}
        found.pop((facts.volume, facts.id), None)
        return tuple(sorted(found.values(), key=lambda r: r.reason != "file"))

    @cached_property
    def _files(self) -> Mapping[str, list[Facts]]:
        out: dict[str, list[Facts]] = defaultdict(list)
        for facts in self._documents():
            if file := source_notes.file_key(facts.source, facts.source_line):
                out[file].append(facts)
        return out

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], tuple[str, int]]:
        """Where each document stands among those of its file."""
        return {(f.volume, f.id): (file, at) for file, found in self._files.items() for at, f in enumerate(found)}

    @cached_property
    def _days(self) -> Mapping[str, list[Facts]]:
        out: dict[str, list[Facts]] = defaultdict(list)
        for facts in self._documents():
            if day := _day(facts):
                out[day].append(facts)
        return out

    def _documents(self) -> Iterator[Facts]:
        """By date, so that neighbours are near in time; the undated at the end."""
        yield from self._catalog.by_date
        yield from (f for v in self._catalog.volumes.values() for f in v.documents if not f.metadata.date)

    def _of_file(self, facts: Facts) -> Iterator[Relation]:
        if (facts.volume, facts.id) not in self._places:
            return
        file, at = self._places[facts.volume, facts.id]
        first = max(0, at - OF_A_FILE // 2)
        for other in self._files[file][first : first + OF_A_FILE + 1]:
            yield Relation(other, "file", file)

    def _of_day(self, facts: Facts) -> Iterator[Relation]:
        day = _day(facts)
        others = self._days.get(day, ()) if day else ()
        if len(others) < 2:
            return
        parties, people = _parties(facts), _people(facts)
        count = 0
        for other in others:
            if other is facts or count == OF_A_DAY:
                continue
            if parties & _parties(other) or len(people & _people(other)) >= _PEOPLE:
                count += 1
                yield Relation(other, "day")


def _day(facts: Facts) -> str:
    date = facts.metadata.date
    return date.start if date and date.precision == "day" else ""


def _parties(facts: Facts) -> set[tuple[str, str]]:
    """The correspondents whom the volume's list knows; a name alone may be an office that writes every day."""
    return {(facts.volume, fact.person) for fact in facts.roles if fact.role in ("sender", "addressee")}


def _people(facts: Facts) -> set[tuple[str, str]]:
    return {(facts.volume, mention.id) for mention in facts.persons}
