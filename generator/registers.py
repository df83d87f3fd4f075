"""Registers: whom and what the lists of the volumes name, and the documents in which each occurs.

Entries of several volumes are one where they say so (``same``) or give the same address in an authority file. Each
keeps the page of its own volume; all of these show the documents of all.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, get_args

import msgspec

from generator import digest, urls
from generator.catalog import VolumeCatalog
from generator.document import Entry, Facts, MentionFact, Volume

Kind = Literal["person", "term", "place"]
KINDS: tuple[Kind, ...] = get_args(Kind)
Key = tuple[str, str]
"""An entry: the id of its volume, and its own."""


class Occurrence(msgspec.Struct, frozen=True):
    """A document in which an entry occurs, and as what: sender, addressee, participant ...; nothing if only named."""

    facts: Facts
    roles: tuple[str, ...] = ()


class Register:
    """All entries of one ``kind`` in all volumes, in the order of the volumes and of their lists."""

    def __init__(self, kind: Kind, volumes: Iterable[VolumeCatalog]) -> None:
        self.kind = kind
        self.entries: dict[Key, Entry] = {}
        self._slugs: dict[Key, str] = {}
        self._own: dict[Key, list[Occurrence]] = defaultdict(list)
        shared: dict[str, list[Key]] = defaultdict(list)
        for volume in volumes:
            entries = entries_of(volume.volume, kind)
            taken: set[str] = set()
            for entry in entries:
                key = (volume.volume.id, entry.id)
                self.entries[key] = entry
                self._slugs[key] = _slug(entry.id, taken)
                for name in identities(entry):
                    shared[name].append(key)
            if entries:
                self._count(volume)
        self._same = _joined(shared.values())

    def _count(self, volume: VolumeCatalog) -> None:
        for facts in volume.documents:
            roles: dict[str, list[str]] = {}
            if self.kind == "person":
                for fact in facts.roles:
                    roles.setdefault(fact.person, []).append(fact.role)
            for id in dict.fromkeys([*roles, *(m.id for m in mentions_of(facts, self.kind))]):
                key = (facts.volume, id)
                if key in self.entries:
                    self._own[key].append(Occurrence(facts, tuple(dict.fromkeys(roles.get(id, ())))))

    def same(self, key: Key) -> tuple[Key, ...]:
        """The entries that are one with ``key``, itself among them, in the order of the volumes."""
        return self._same.get(key, (key,))

    def occurrences(self, key: Key) -> tuple[tuple[str, tuple[Occurrence, ...]], ...]:
        """The documents in which an entry or one that is the same occurs, by volume in their order, each volume's by
        date, the undated at the end."""
        found: dict[str, dict[str, Occurrence]] = {}
        for volume, id in self.same(key):
            for occurrence in self._own.get((volume, id), ()):
                met = found.setdefault(volume, {})
                before = met.get(occurrence.facts.id)
                roles = tuple(dict.fromkeys((*before.roles, *occurrence.roles))) if before else occurrence.roles
                met[occurrence.facts.id] = Occurrence(occurrence.facts, roles)
        return tuple((volume, tuple(sorted(met.values(), key=_by_date))) for volume, met in found.items())

    def count(self, key: Key) -> int:
        """In how many documents an entry, or one that is the same, occurs."""
        same = self.same(key)
        if len(same) == 1:
            return len(self._own.get(key, ()))
        return len({(o.facts.volume, o.facts.id) for one in same for o in self._own.get(one, ())})

    def path(self, key: Key) -> str:
        """The path of an entry's page, which it has if it occurs anywhere, else nothing."""
        if not any(self._own.get(one) for one in self.same(key)):
            return ""
        return urls.page(key[0], f"{self.kind}s", self._slugs[key])


def entries_of(volume: Volume, kind: Kind) -> tuple[Entry, ...]:
    """The volume's list of a kind."""
    return {"person": volume.persons, "term": volume.terms, "place": volume.places}[kind]


def mentions_of(facts: Facts, kind: Kind) -> tuple[MentionFact, ...]:
    """Whom or what of a kind a document names."""
    return {"person": facts.persons, "term": facts.terms, "place": facts.places}[kind]


_AUTHORITIES = (
    ("VIAF", re.compile(r"viaf\.org/(?:viaf/)?(\d+)")),
    ("Wikidata", re.compile(r"wikidata\.org/(?:wiki|entity)/(Q\d+)")),
    ("GND", re.compile(r"d-nb\.info/gnd/([\dX-]+)")),
    ("Library of Congress", re.compile(r"id\.loc\.gov/authorities/(?:names|subjects)/(\w+)")),
    ("ISNI", re.compile(r"isni\.org/(?:isni/)?(\d{15}[\dX])")),
    ("GeoNames", re.compile(r"geonames\.org/(\d+)")),
)


def authority(link: str) -> tuple[str, str]:
    """Return the name of the authority file that an address leads to, and the id there; both empty for others."""
    for name, pattern in _AUTHORITIES:
        if found := pattern.search(link):
            return name, found[1]
    return "", ""


def identities(entry: Entry) -> Iterator[str]:
    """What makes an entry of one volume the same as that of another."""
    if entry.same:
        yield f"same {entry.same}"
    for link in entry.links:
        name, id = authority(link)
        if name:
            yield f"{name} {id}"


def _joined(groups: Iterable[list[Key]]) -> Mapping[Key, tuple[Key, ...]]:
    """Groups that have a member in common, made one; each member with its group, in the order first met."""
    home: dict[Key, list[Key]] = {}
    for group in groups:
        whole: dict[Key, None] = {}
        for key in group:
            whole.update(dict.fromkeys(home.get(key, [key])))
        members = list(whole)
        home.update(dict.fromkeys(members, members))
    order = {id(members): tuple(members) for members in home.values()}
    return {key: order[id(members)] for key, members in home.items()}


def _slug(id: str, taken: set[str]) -> str:
    """The name of an entry's folder: its id, if that can be one and no other differs from it only in capitals."""
    slug = id
    if not urls.is_id(id) or id.casefold() in taken:
        plain = re.sub(r"[^A-Za-z0-9]+", "-", id).strip("-")[:60] or "entry"
        slug = f"{plain}-{digest.of(id).hex()[:8]}"
    taken.add(slug.casefold())
    return slug


def _by_date(occurrence: Occurrence) -> tuple[bool, str, str, str]:
    date = occurrence.facts.metadata.date
    return (date is None, *((date.start, date.end, date.time) if date else ("", "", "")))
