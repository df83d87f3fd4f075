"""Which pages an edit of some documents reaches, so that the others need not be planned again.

What is said here must hold of all that the other modules of this package show: ``pages`` yields every page whose data
may have changed, and says that it cannot tell where an edit reaches further than from document to document.
tests/test_update.py compares it with planning every page.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

import msgspec

from generator import links
from generator.catalog import Catalog, VolumeCatalog
from generator.document import Facts
from generator.phrases import names
from generator.registers import KINDS, mentions_of
from generator.views import EntryKey, Site, chronology, kinds, on_this_day
from generator.views.feed import has_feed
from generator.views.frame import Page
from generator.views.printed_pages import beside, places

Key = tuple[str, str]


class Edit(msgspec.Struct, frozen=True):
    """A document before and after an edit."""

    before: Facts
    after: Facts

    @property
    def key(self) -> Key:
        return self.after.volume, self.after.id

    @property
    def is_told(self) -> bool:
        """Whether other pages may show something of the edit."""
        return _public(self.before) != _public(self.after)


class Affected(msgspec.Struct, frozen=True):
    """The pages that an edit reaches; the volumes in which other things may be wrong now than before; whether what
    programs are told of the documents has changed."""

    pages: tuple[Page, ...]
    volumes: frozenset[str]
    is_told: bool


def edits(before: Catalog, after: Catalog) -> list[Edit] | None:
    """Return the documents that differ; None if it is more than their text and what is said about them that does:
    volumes, the documents they have and their order, free pages, drafts."""
    if before.drafts != after.drafts or list(before.volumes) != list(after.volumes):
        return None
    if len(before.pages) != len(after.pages) or any(a is not b for a, b in zip(before.pages, after.pages, strict=True)):
        return None
    found = []
    for old, new in zip(before.volumes.values(), after.volumes.values(), strict=True):
        if old is new:
            continue
        if old.volume != new.volume or old.order != new.order or old.by_id.keys() != new.by_id.keys():
            return None
        found += [Edit(facts, new.by_id[id]) for id, facts in old.by_id.items() if facts is not new.by_id[id]]
    return found


def apply(site: Site, catalog: Catalog, made: Collection[Edit]) -> Affected | None:
    """Give ``site`` the ``catalog`` in which the edits are ``made``; return what they reach, or None if every page must
    be planned (then ``site`` is of no use any more)."""
    before = site.catalog
    told = [edit for edit in made if edit.is_told]
    if any(edit.before.role != edit.after.role or edit.after.role != "document" for edit in told):
        return None
    volumes = {edit.after.volume for edit in told}
    if any(bool(before.volumes[v].pages) != bool(catalog.volumes[v].pages) for v in volumes):
        return None
    edited = {edit.key for edit in made}
    moved = _moved(before, catalog, edited, told)
    if not told:
        site.adopt(catalog, edited)
        return Affected(tuple(site.page_of(*key) for key in sorted(edited)), frozenset(v for v, _ in edited), False)
    keys = {edit.key for edit in told}
    cited = {
        (found.volume, found.document)
        for key in keys | moved
        for _, found in chain(before.resolutions.get(key, ()), catalog.resolutions.get(key, ()))
        if found.document
    }
    reached = edited | moved | {key for key in cited if catalog.get(*key)}
    reached |= {origin for key in keys for origin in links.citing(catalog)[key]}
    reached |= {(f.volume, f.id) for edit in told for f in catalog.volumes[edit.after.volume].neighbours(edit.after.id) if f}  # fmt: skip
    reached |= {key for edit in told if places(edit.before) != places(edit.after) for of in (before, catalog) for key in beside(of.volumes[edit.after.volume], edit.after.id)}  # fmt: skip
    for order in (before, catalog):
        reached |= {(f.volume, f.id) for edit in told for f in order.around_in_time(edit.after) if f}
    reached |= set(_related(site, told))
    entries = _entries_of(site, told)
    lists = any(_named(edit.before) != _named(edit.after) for edit in told)
    occurring = site.occurring(entries)
    before_values = {key for edit in told for key in kinds.keys_of(edit.before)}
    listed = {page.path for page in kinds.pages(site.frame, before_values)}
    fed = has_feed(site.frame)
    site.adopt(catalog, edited, cited, told=True)
    reached |= set(_related(site, told))
    now = site.occurring(entries)
    if not occurring <= now or has_feed(site.frame) != fed:
        return None  # a page goes, and its address with it; or the head of all changes
    reached |= set(_sections(catalog.volumes[volume] for volume in volumes))
    if lists:
        every = set(_sections(catalog.volumes.values()))
        reached |= every if occurring != now else {key for key in every if site.is_list(key[1])}
    found = [site.page_of(*key) for key in sorted(reached)]
    found += site.overviews(catalog.volumes[volume] for volume in sorted(volumes))
    found += site.entry_pages(entries, lists)
    times = {key for edit in told for f in (edit.before, edit.after) for key in chronology.keys_of(f)}
    found += chronology.pages(site.frame, times)
    found += on_this_day.pages(site.frame, {on_this_day.month_of(f) for edit in told for f in (edit.before, edit.after)})  # fmt: skip
    values = {key for edit in told for f in (edit.before, edit.after) for key in kinds.keys_of(f)}
    found += kinds.pages(site.frame, values)
    stand = {path for edit in told for path in (*chronology.paths_of(edit.before), *on_this_day.paths_of(edit.before))}
    if not stand | listed <= {page.path for page in found}:
        return None  # as above
    return Affected(tuple(found), frozenset(volumes | {volume for volume, _ in edited | moved}), True)


def _public(facts: Facts) -> Facts:
    """What others may show of a document."""
    return msgspec.structs.replace(
        facts,
        digest=b"",
        opening="",
        images=(),
        references=tuple(msgspec.structs.replace(r, words="", line=0, column=0) for r in facts.references),
        **{f"{kind}s": tuple(msgspec.structs.replace(m, line=0, column=0) for m in mentions_of(facts, kind)) for kind in KINDS},
    )  # fmt: skip


def _moved(before: Catalog, after: Catalog, edited: Collection[Key], told: Collection[Edit]) -> set[Key]:
    """Resolve again what may lead elsewhere now; return the documents of which some reference does. The others keep
    what they had."""
    known = links.citing(before) if told else before.citing
    stale = {*edited, *_doubtful(before, after, told)} if told else set(edited)
    after.resolutions = {key: found for key, found in before.resolutions.items() if key not in stale}
    moved = set()
    for key in stale:
        facts = after.get(*key)
        assert facts
        now = links.resolved(facts, after)
        if not told:
            continue  # its references are what they were
        then = before.resolutions.get(key, ())
        assert known is not None
        if [found for _, found in then] != [found for _, found in now]:
            moved.add(key)
            links.note_citing(known, key, then, now)
    after.citing = known
    return moved


def _doubtful(before: Catalog, after: Catalog, told: Collection[Edit]) -> Iterator[Key]:
    """Yield the documents with a reference that one of the edits may lead elsewhere: all of the same volume, and those of
    others that look into it."""
    edited = {edit.after.volume for edit in told}
    sets = {(v.name.years, v.name.number) for id in edited if (v := after.volumes[id]).name.part}
    items = [item.number for edit in told for f in (edit.before, edit.after) if (item := names.item_of(f))]
    places = [*edited, *(f"cable {number}" for number in items)]
    for id, volume in after.volumes.items():
        if id in edited or (volume.name.part and (volume.name.years, volume.name.number) in sets):
            yield from ((id, document) for document in volume.by_id)
            continue
        for place in places:
            yield from ((id, document) for document in volume.looking_out.get(place, ()))
        for document in volume.looking_out.get("named", ()):
            # A name always means the same volume, and where it led says which, if it led anywhere.
            if any(
                found.volume in edited or found.status != "resolved" for _, found in before.resolutions[id, document]
            ):
                yield id, document
    yield from ((page.volume, page.id) for page in after.pages)


def _related(site: Site, told: Iterable[Edit]) -> Iterator[Key]:
    for edit in told:
        for facts in (edit.before, edit.after):
            yield from ((f.volume, f.id) for f in site.relations.around(facts))


def _entries_of(site: Site, told: Iterable[Edit]) -> set[EntryKey]:
    """The entries of lists that the documents name, before or after: kind, volume, id."""
    found: set[EntryKey] = set()
    for edit in told:
        for facts in (edit.before, edit.after):
            for kind in KINDS:
                found |= {(kind, facts.volume, mention.id) for mention in mentions_of(facts, kind)}
            found |= {("person", facts.volume, role.person) for role in facts.roles}
    return site.all_the_same(found)


def _named(facts: Facts) -> tuple[object, ...]:
    return (facts.roles, *({m.id for m in mentions_of(facts, kind)} for kind in KINDS))


def _sections(volumes: Iterable[VolumeCatalog]) -> Iterator[Key]:
    for volume in volumes:
        yield from ((volume.volume.id, id) for id, facts in volume.by_id.items() if facts.role != "document")
