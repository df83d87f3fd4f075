"""Pages of people, terms and places: one for each that occurs, lists with counts for each volume and for the edition,
and what a document's page says of those it names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator

from generator import roles, urls
from generator.catalog import VolumeCatalog
from generator.document import Entry, Facts
from generator.registers import KINDS, Key, Kind, Occurrence, Register, authority, entries_of, mentions_of
from generator.views.frame import Data, Frame, Page
from generator.views.places import Place, drawn


class Entries:
    """Makes the pages of all registers in ``frame``."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self.registers: dict[Kind, Register] = {k: Register(k, frame.catalog.volumes.values()) for k in KINDS}
        self._cards: dict[tuple[Kind, str, str, str], Data] = {}

    def pages(self) -> Iterator[Page]:
        """Yield the lists and the pages of their entries: the edition's, then each volume's."""
        for kind in KINDS:
            register = self.registers[kind]
            if not register.entries:
                continue
            yield from self._lists(kind)
            for volume in self.frame.catalog.volumes.values():
                for entry in entries_of(volume.volume, kind):
                    path = register.path((volume.volume.id, entry.id))
                    if path:
                        yield self._entry(kind, entry, volume, path)

    def some(self, wanted: Collection[tuple[Kind, str, str]], lists: bool) -> Iterator[Page]:
        """Yield the pages of the entries ``wanted`` and, if asked for, all ``lists``."""
        for kind in KINDS:
            if not self.registers[kind].entries:
                continue
            if lists:
                yield from self._lists(kind)
            for volume in self.frame.catalog.volumes.values():
                for entry in entries_of(volume.volume, kind):
                    key = (volume.volume.id, entry.id)
                    if (kind, *key) in wanted and (path := self.registers[kind].path(key)):
                        yield self._entry(kind, entry, volume, path)

    def has_page(self, kind: Kind, key: Key) -> bool:
        """Whether an entry occurs anywhere."""
        return key in self.registers[kind].entries and bool(self.registers[kind].path(key))

    def _lists(self, kind: Kind) -> Iterator[Page]:
        yield self._edition_list(kind)
        for volume in self.frame.catalog.volumes.values():
            if entries_of(volume.volume, kind) and f"{kind}s" not in volume.by_id:
                yield self._list(kind, volume)

    def menu(self) -> list[Data]:
        """The lists of the edition, for its menu."""
        kinds = [kind for kind in KINDS if self.registers[kind].entries]
        return [{"title": self.frame.messages[f"menu_{kind}s"], "path": urls.page(f"{kind}s")} for kind in kinds]

    def links(self, facts: Facts) -> tuple[tuple[str, str, str, str], ...]:
        """For each entry that a document names: kind, id, path of its page (or its place in the list), and the
        explanation that is told of a term."""
        out = []
        for kind in KINDS:
            for mention in mentions_of(facts, kind):
                entry = self.registers[kind].entries.get((facts.volume, mention.id))
                if entry is not None:
                    out.append((kind, mention.id, self._path(kind, facts.volume, mention.id), entry.text or entry.name))
        return tuple(out)

    def cards(self, facts: Facts) -> Data:
        """What a document's page says of those it names: persons, terms and places, each by name."""
        date = facts.metadata.date
        day = date.start if date else ""
        shown: Data = {}
        for kind in KINDS:
            register = self.registers[kind]
            named = (register.entries.get((facts.volume, m.id)) for m in mentions_of(facts, kind))
            cards = [self._card(kind, facts.volume, entry, day) for entry in named if entry]
            shown[f"{kind}s"] = sorted(cards, key=_by_name)
        return shown if any(shown.values()) else {}

    @staticmethod
    def is_list(section: str) -> bool:
        """Whether a section with this id is a volume's own list of persons, terms or places."""
        return section in {f"{kind}s" for kind in KINDS}

    def counts(self, volume: VolumeCatalog, section: Facts) -> tuple[tuple[str, str, int], ...]:
        """For the section that is a volume's own list: anchor, path and number of documents of each entry that
        occurs."""
        kind = next((k for k in KINDS if section.id == f"{k}s"), None)
        if kind is None:
            return ()
        register, out = self.registers[kind], []
        for entry in entries_of(volume.volume, kind):
            key = (volume.volume.id, entry.id)
            if path := register.path(key):
                out.append((entry.id, path, register.count(key)))
        return tuple(out)

    def _path(self, kind: Kind, volume: str, id: str) -> str:
        return self.registers[kind].path((volume, id)) or urls.page(volume, f"{kind}s")

    def _card(self, kind: Kind, volume: str, entry: Entry, day: str) -> Data:
        role = roles.role_at(entry, day) if kind == "person" and day else ""
        key = (kind, volume, entry.id, role)
        if key not in self._cards:
            self._cards[key] = {
                "id": entry.id,
                "name": entry.name,
                "path": self._path(kind, volume, entry.id),
                "role": role,
                "text": entry.text,
                "links": _links(entry),
            }
        return self._cards[key]

    def _entry(self, kind: Kind, entry: Entry, volume: VolumeCatalog, path: str) -> Page:
        frame, register = self.frame, self.registers[kind]
        key = (volume.volume.id, entry.id)
        same = [one for one in register.same(key) if one != key]
        known = [entry, *(register.entries[one] for one in same)]
        names = dict.fromkeys(name for one in known for name in (one.name, *one.names) if name != entry.name)
        described: Data = {
            "id": entry.id,
            "kind": kind,
            "name": entry.name,
            "text": entry.text,
            "names": list(names),
            "roles": [{"text": role.text, "time": _span(role.since, role.until)} for role in entry.roles],
            "links": list({link["href"]: link for one in known for link in _links(one)}.values()),
            "elsewhere": [
                {"volume": frame.title_of(one[0]), "path": path, "text": register.entries[one].text}
                for one in same
                if (path := register.path(one))
            ],
            "count": register.count(key),
        }
        groups = sorted(register.occurrences(key), key=lambda group: group[0] != volume.volume.id)
        return frame.page(
            path,
            "entry.html",
            entry.name,
            trail=[*frame.trail(volume), (frame.messages[f"{kind}s"], urls.page(volume.volume.id, f"{kind}s"))],
            volume=frame.head(volume),
            entry=described,
            groups=[
                {"title": frame.title_of(id), "path": urls.page(id), "documents": [self._row(o) for o in found]}
                for id, found in groups
            ],
        )

    def _row(self, occurrence: Occurrence) -> Data:
        words = [self.frame.messages[f"role_{role}"] for role in occurrence.roles]
        row = self.frame.row(occurrence.facts)
        return {"roles": words, **{k: row[k] for k in ("kind", "id", "path", "number", "title", "date", "date_iso")}}

    def _list(self, kind: Kind, volume: VolumeCatalog) -> Page:
        given = entries_of(volume.volume, kind)
        entries = [self._listed(kind, (volume.volume.id, e.id), e) for e in given]
        return self.frame.page(
            urls.page(volume.volume.id, f"{kind}s"),
            "entries.html",
            self.frame.messages[f"{kind}s"],
            trail=self.frame.trail(volume),
            volume=self.frame.head(volume),
            list=f"{kind}s",
            map=self._map(kind, zip(entries, given, strict=True)),
            entries=sorted(entries, key=_by_name),
        )

    def _edition_list(self, kind: Kind) -> Page:
        """All entries of the edition, those that are one in one line."""
        register = self.registers[kind]
        entries: list[Data] = []
        located: list[tuple[Data, Entry]] = []
        done: set[Key] = set()
        for key, entry in register.entries.items():
            if key in done:
                continue
            same = register.same(key)
            done.update(same)
            shown = next((one for one in same if register.path(one)), key)
            volumes = [{"title": self.frame.title_of(v), "path": self._path(kind, v, id)} for v, id in same]
            entries.append({**self._listed(kind, shown, entry), "volumes": volumes})
            known = (register.entries[one] for one in same)
            located.append((entries[-1], next((one for one in known if one.at), entry)))
        ids: dict[str, int] = {}
        for listed in entries:
            # The same short id may be another person's in the next volume.
            times = ids[listed["id"]] = ids.get(listed["id"], 0) + 1
            listed["id"] += f"-{times}" if times > 1 else ""
        return self.frame.page(
            urls.page(f"{kind}s"),
            "entries.html",
            self.frame.messages[f"{kind}s"],
            trail=self.frame.trail(),
            volume=None,
            list=f"{kind}s",
            map=self._map(kind, located),
            entries=sorted(entries, key=_by_name),
        )

    def _map(self, kind: Kind, listed: Iterable[tuple[Data, Entry]]) -> Data | None:
        """The map of the places that occur and of which it is known where they lie."""
        if kind != "place":
            return None
        found = [
            Place(row["name"], entry.at, row["count"], row["path"]) for row, entry in listed if entry.at and row["path"]
        ]
        return drawn(found, self.frame.messages)

    def _listed(self, kind: Kind, key: Key, entry: Entry) -> Data:
        register = self.registers[kind]
        return {
            "id": entry.id,
            "name": entry.name,
            "letter": _folded(entry.name)[:1].upper(),
            "text": entry.text,
            "links": _links(entry),
            "path": register.path(key),
            "count": register.count(key),
        }


def _links(entry: Entry) -> list[Data]:
    return [
        {"title": authority(link)[0] or link.split("//", 1)[-1].split("/")[0], "href": link} for link in entry.links
    ]


def _span(since: str, until: str) -> str:
    return f"{since}–{until}" if since or until else ""


def _by_name(shown: Data) -> tuple[str, str, str]:
    return (_folded(str(shown["name"])), str(shown["name"]), str(shown["id"]))


def _folded(name: str) -> str:
    """A name as lists sort it: letters and digits without accents and capitals."""
    plain = (c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", "".join(plain)).strip().casefold()
