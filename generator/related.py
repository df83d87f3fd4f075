"""Documents that belong together though none names the other: of one file, or of one day and the same people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

import msgspec

from generator import source_notes
from generator.catalog import Catalog, by_time, day_of
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
        self._known: dict[tuple[str, str], tuple[list[Facts], Mapping[tuple[str, str], int]]] = {}

    def to(self, facts: Facts) -> tuple[Relation, ...]:
        """Return the documents related to ``facts``, those of its file first, each once."""
        found = {(r.facts.volume, r.facts.id): r for r in (*self._of_day(facts), *self._of_file(facts))}
        found.pop((facts.volume, facts.id), None)
        return tuple(sorted(found.values(), key=lambda r: r.reason != "file"))

    def around(self, facts: Facts) -> Iterator[Facts]:
        """Yield all documents that might be related to one with these facts, which need not be in the catalog."""
        if file := source_notes.file_key(facts.source, facts.source_line):
            yield from self._of("by_file", file)[0]
        if day := day_of(facts):
            yield from self._of("by_day", day)[0]

    def _of(self, what: Literal["by_file", "by_day"], key: str) -> tuple[list[Facts], Mapping[tuple[str, str], int]]:
        """The documents of one file or day, by date, so that neighbours are near in time; and where each stands."""
        if (what, key) not in self._known:
            listed = (f for v in self._catalog.volumes.values() for f in getattr(v, what).get(key, ()))
            found = sorted(listed, key=by_time)
            self._known[what, key] = found, {(f.volume, f.id): at for at, f in enumerate(found)}
        return self._known[what, key]

    def _of_file(self, facts: Facts) -> Iterator[Relation]:
        file = self._catalog.volumes[facts.volume].files.get(facts.id)
        if not file:
            return
        found, places = self._of("by_file", file)
        first = max(0, places[facts.volume, facts.id] - OF_A_FILE // 2)
        for other in found[first : first + OF_A_FILE + 1]:
            yield Relation(other, "file", file)

    def _of_day(self, facts: Facts) -> Iterator[Relation]:
        day = day_of(facts)
        others = self._of("by_day", day)[0] if day else []
        if len(others) < 2:
            return
        parties, people = _parties(facts), _people(facts)
        count = 0
        for other in others:
            if (other.volume, other.id) == (facts.volume, facts.id) or count == OF_A_DAY:
                continue
            if parties & _parties(other) or len(people & _people(other)) >= _PEOPLE:
                count += 1
                yield Relation(other, "day")


def _parties(facts: Facts) -> set[tuple[str, str]]:
    """The correspondents whom the volume's list knows; a name alone may be an office that writes every day."""
    return {(facts.volume, fact.person) for fact in facts.roles if fact.role in ("sender", "addressee")}


def _people(facts: Facts) -> set[tuple[str, str]]:
    return {(facts.volume, mention.id) for mention in facts.persons}
