"""References looked up in the catalog: where each leads, or why it leads nowhere, and who refers to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from generator import elsewhere
from generator.catalog import Catalog, PagePlace, VolumeCatalog, page_range
from generator.diagnostics import nearest
from generator.document import Division, Facts, Reference, ReferenceFact
from generator.phrases import names
from generator.phrases.tokens import words


class Resolution(msgspec.Struct, frozen=True):
    """Where a reference leads: kind and status as in ``Target``, the volume, the document (empty: the volume
    itself) and the anchor there; of a volume elsewhere its id there and the outside address in ``href``. ``reason`` says
    what is wrong, or of a link found in prose what speaks for it, or whose the outside address is; ``wrong`` is the
    name that is none, and ``right`` the names there are; ``certainty`` how sure the link is; ``candidates`` the ids of
    documents or volumes that an ambiguous reference may mean; ``doubtful``: an editor should look at it."""

    kind: str
    status: str = "resolved"
    volume: str = ""
    document: str = ""
    anchor: str = ""
    reason: str = ""
    wrong: str = ""
    right: tuple[str, ...] | Mapping[str, Any] = ()
    certainty: str = "certain"
    candidates: tuple[str, ...] = ()
    href: str = ""
    doubtful: bool = False

    @property
    def hint(self) -> str:
        """The nearest right name for the editor, or the few there are. Looked for only when asked, since it takes
        longer than all the rest."""
        near = next((name for name in self.right if name.lower() == self.wrong.lower()), "")
        near = near or (_nearest_page if self.kind == "page" else nearest)(self.wrong, self.right)
        if near:
            return f'Did you mean "{near}"?'
        if 0 < len(self.right) <= 12:
            return f"There are: {', '.join(self.right)}."
        return "" if self.right or not self.wrong else "There is none."


class Backlink(msgspec.Struct, frozen=True):
    """A reference seen from its target: who makes it, where (anchor and place there), and to which anchor."""

    facts: Facts
    made: ReferenceFact
    anchor: str


Key = tuple[str, str]
"""A document: the id of its volume, and its own."""
Resolved = tuple[tuple[ReferenceFact, Resolution], ...]


def resolved(facts: Facts, catalog: Catalog) -> Resolved:
    """Return the references of ``facts``, each with where it leads. The catalog remembers them: they are asked for by
    the messages, the backlinks and the page."""
    key = (facts.volume, facts.id)
    if key not in catalog.resolutions:
        catalog.resolutions[key] = tuple((made, resolve(made.reference, facts, catalog)) for made in facts.references)
    found: Resolved = catalog.resolutions[key]
    return found


def resolve(reference: Reference, origin: Facts, catalog: Catalog) -> Resolution:
    """Return where ``reference``, made in ``origin``, leads, and how certain that is: no more than the words are."""
    found = _resolve(reference, origin, catalog)
    certainty = max(found.certainty, reference.certainty, key=_DOUBT.index) if reference.certainty else found.certainty
    if found.status == "resolved" and not found.anchor and (found.volume, found.document) == (origin.volume, origin.id):
        reason = "refers to the document it stands in"
        return msgspec.structs.replace(found, certainty=certainty, reason=reason, doubtful=found.kind != "page")
    return msgspec.structs.replace(found, certainty=certainty) if certainty != found.certainty else found


_DOUBT = ("", "certain", "likely", "suggestion")


def _resolve(reference: Reference, origin: Facts, catalog: Catalog) -> Resolution:
    name = names.volume_name(reference.volume)
    if name:
        return _named_volume(name, reference, origin, catalog)
    if reference.part == "forthcoming":
        reference = Reference(reference.volume)
    if reference.part == "file":
        return Resolution("file", "not-in-edition", reason="the number of an archival file")
    if ":" in reference.document:
        return _described(reference, origin, catalog)
    volume_id = reference.volume or origin.volume
    volume = catalog.volumes.get(volume_id)
    if volume is not None and reference.certainty and not reference.volume:
        volume = _part_with(reference, volume, catalog)
        volume_id = volume.volume.id
    if volume is None:
        if reference.volume:
            return _outside(reference, catalog) or Resolution("volume", "not-in-edition", reason=f'this edition has no volume "{reference.volume}"')  # fmt: skip
        return _on_a_free_page(reference, origin, catalog)
    if not reference.document:
        if reference.part in ("page", "page-notes"):
            return _page(reference.value, volume, reference, catalog, origin.id)
        if reference.part in ("chapter", "appendix"):
            return _chapter(reference.part, reference.value, volume)
        if reference.part == "anchor":
            return _anchor(reference.value, volume)
        if reference.volume and not reference.part:
            return Resolution("volume", volume=volume_id)
        return _in_document(reference, origin, volume_id)
    facts = volume.by_id.get(reference.document) or (
        _numbered(reference.document, volume) if reference.certainty else None
    )
    if facts is None:
        return _no_document(reference, volume_id, volume, catalog)
    if not reference.part:
        return Resolution(facts.role, volume=volume_id, document=facts.id)
    return _in_document(reference, facts, volume_id)


def _outside(reference: Reference, catalog: Catalog) -> Resolution | None:
    """A volume that this edition has not, on the site that the edition file names for it, if it does."""
    document, part, value = reference.document, reference.part, reference.value
    if ":" in document:
        # What is known by its page is looked for on that page.
        document, part, value = "", "page", document.partition(":")[2].partition(";")[0]
    place = elsewhere.on_site(catalog.elsewhere, reference.volume, document, part, value)
    if place is None:
        return None
    kind = part.replace("page-notes", "page") or ("document" if document else "volume")
    return Resolution(kind, "elsewhere", place.volume, document, reason=place.site, href=place.href)


def _left_out(kind: str, reason: str, volume: VolumeCatalog, reference: Reference, catalog: Catalog) -> Resolution:
    """What words name in a volume of which this edition has a selection: elsewhere, where a site has all of it."""
    there = _outside(msgspec.structs.replace(reference, volume=volume.volume.id), catalog)
    return there or Resolution(kind, "not-in-edition", reason=f"{reason}; this edition has a selection of them")


def citing(catalog: Catalog) -> dict[Key, set[Key]]:
    """Return, for each document that references of others lead to, however unsure, the documents that make them. The
    catalog remembers it."""
    if catalog.citing is None:
        catalog.citing = defaultdict(set)
        for volume in catalog.volumes.values():
            for facts in volume.by_id.values():
                note_citing(catalog.citing, (facts.volume, facts.id), (), resolved(facts, catalog))
        for page in catalog.pages:
            note_citing(catalog.citing, (page.volume, page.id), (), resolved(page, catalog))
    return catalog.citing


def note_citing(known: dict[Key, set[Key]], origin: Key, before: Resolved, now: Resolved) -> None:
    """Change what is ``known`` of who cites whom: the references of ``origin`` led elsewhere ``before``."""
    for _, found in before:
        known[found.volume, found.document].discard(origin)
    for _, found in now:
        known[found.volume, found.document].add(origin)


def backlinks(catalog: Catalog, of: Iterable[Key] | None = None) -> Mapping[Key, tuple[Backlink, ...]]:
    """Return, for each document that others refer to (or each of ``of``), those references, in the order of the
    edition."""
    out: dict[Key, list[Backlink]] = defaultdict(list)
    if of is None:
        for volume in catalog.volumes.values():
            for id in volume.order:
                _backlinks(volume.by_id[id], catalog, out, None)
    else:
        wanted = set(of)
        origins = {origin for target in wanted for origin in citing(catalog)[target] if origin in catalog.places}
        for origin in sorted(origins, key=catalog.places.__getitem__):
            _backlinks(catalog.volumes[origin[0]].by_id[origin[1]], catalog, out, wanted)
    return {target: tuple(links) for target, links in out.items()}


def _backlinks(facts: Facts, catalog: Catalog, out: dict[Key, list[Backlink]], wanted: Collection[Key] | None) -> None:
    """Put the references of one document to others into ``out``."""
    for made, found in resolved(facts, catalog):
        target = (found.volume, found.document)
        if (
            found.status == "resolved"
            and found.certainty != "suggestion"
            and found.document
            and target != (facts.volume, facts.id)
            and (wanted is None or target in wanted)
        ):
            out[target].append(Backlink(facts, made, found.anchor))


def _in_document(reference: Reference, facts: Facts, volume: str) -> Resolution:
    """A part of the document ``facts``."""
    part, value = reference.part, reference.value
    here = f"Document {facts.metadata.number or facts.id}"
    if not part:
        return Resolution(facts.role, volume=volume, document=facts.id)
    if part == "note":
        exact = [n.anchor for n in facts.notes if n.anchor in (value, f"{facts.id}fn{value}")]
        labelled = [n.anchor for n in facts.notes if n.label == value]
        # Prose gives the label as printed; markup may give an id that looks like another note's label.
        found = labelled or exact[:1] if reference.certainty else exact[:1] or labelled
        if len(found) > 1:
            return Resolution("note", "ambiguous", reason=f'{here} has {len(found)} notes labelled "{value}"')
        return _found("note", volume, facts, found, f'{here} has no footnote "{value}"', value, (n.label for n in facts.notes))  # fmt: skip
    if part == "paragraph":
        if value[:1] == "p" and value[1:].isdecimal():
            found = [value] if 1 <= int(value[1:]) <= facts.paragraph_count else []
        else:
            found = [p.anchor for p in facts.paragraphs if p.number == value][:1]
        return _found("paragraph", volume, facts, found, f'{here} has no paragraph "{value}"', value, (p.number for p in facts.paragraphs))  # fmt: skip
    if part == "attachment":
        found = [
            a.anchor for a in facts.attachments if value in (a.number, a.anchor) or (not value and a.number == "1")
        ]
        if not found and reference.certainty:
            return Resolution(facts.role, volume=volume, document=facts.id, reason="the attachment is not marked there")
        return _found("attachment", volume, facts, found, f'{here} has no attachment "{value}"', value, ())
    if part == "page":
        found = [p.anchor for p in facts.pages if value in (p.label, p.anchor)][:1]
        return _found("page", volume, facts, found, f'{here} has no page mark "{value}"', value, (p.label for p in facts.pages))  # fmt: skip
    anchors = (*facts.anchors, *(p.anchor for p in facts.pages), *(n.anchor for n in facts.notes))
    return _found("anchor", volume, facts, [a for a in anchors if a == value][:1], f'{here} has no place "{value}"', value, anchors)  # fmt: skip


def _part_with(reference: Reference, volume: VolumeCatalog, catalog: Catalog) -> VolumeCatalog:
    """The part of a volume that a page or document is in: numbers run on through the parts."""

    def has(one: VolumeCatalog) -> bool:
        if reference.document:
            return reference.document in one.by_id
        return reference.part not in ("page", "page-notes") or reference.value.lower() in one.marks

    own = volume.name
    if not own.part or has(volume):
        return volume
    parts = [v for v in catalog.volumes.values() if (v.name.years, v.name.number) == (own.years, own.number) and has(v)]
    return parts[0] if len(parts) == 1 else volume


def _numbered(id: str, volume: VolumeCatalog) -> Facts | None:
    """The document that is printed under the number in ``id``, where ids are no numbers."""
    return next((f for f in volume.documents if f.metadata.number and f"d{f.metadata.number}" == id), None)


def _named_volume(name: names.VolumeName, reference: Reference, origin: Facts, catalog: Catalog) -> Resolution:
    """A volume named by series, years and number, and what is cited in it."""
    if name.same:
        before = cited_before(origin, catalog)
        if before is None:
            return Resolution("volume", "not-in-edition", reason="what ibid. means is not cited in the notes before", certainty="suggestion", doubtful=True)  # fmt: skip
        known = names.volume_name(before)
        if known is None:
            volume = before if name == names.VolumeName(same=True) else str(names.ibid(catalog.volumes[before].name, name)) if before in catalog.volumes else ""  # fmt: skip
            return _resolve(msgspec.structs.replace(reference, volume=volume), origin, catalog) if volume else Resolution("volume", "not-in-edition", reason=f'this edition has no volume "{before}"')  # fmt: skip
        name = names.ibid(known, name)
    home = catalog.volumes.get(origin.volume)
    found = names.named(name, home.name if home else names.VolumeName(), ((v.volume.id, v.name) for v in catalog.volumes.values()))  # fmt: skip
    if not found:
        forthcoming = reference.part == "forthcoming"
        if not forthcoming and (there := _elsewhere(name, reference, home, catalog)):
            return _resolve(msgspec.structs.replace(reference, volume=there), origin, catalog)
        status, what = ("unpublished", "is not published here yet") if forthcoming else ("not-in-edition", "is not in this edition")  # fmt: skip
        return Resolution("volume", status, reason=f"{name.in_words()} {what}")
    if len(found) > 1:
        reason = f"{name.in_words()} may be any of {len(found)} volumes: {', '.join(found)}"
        return Resolution("volume", "ambiguous", reason=reason, candidates=tuple(found))
    part = "" if reference.part == "forthcoming" else reference.part
    return _resolve(msgspec.structs.replace(reference, volume=found[0], part=part), origin, catalog)


def _elsewhere(name: names.VolumeName, reference: Reference, home: VolumeCatalog | None, catalog: Catalog) -> str:
    """The id on an outside site of a volume that is named in words, empty if none is known to have it."""
    if not catalog.elsewhere.sites:
        return ""
    # "vol. IV" is of the same years; what has no number is no volume of them.
    years = name.years or (home.name.years if home and name.number else "")
    given = {"years": years, "number": name.number, "part": name.part, "title": name.title}
    series = name.series or (catalog.elsewhere.series if name.years else "")
    around = (home.volume.id, home.name.title) if home else ("", "")
    whole = not reference.document and not reference.part
    return elsewhere.volume_of(catalog.elsewhere, given, series, around, whole)


_BEFORE = 40
"""How many documents back *ibid.* is followed; a longer chain says nothing to a reader either."""


def cited_before(origin: Facts, catalog: Catalog) -> str | None:
    """The volume that the last note before a document cites last, as ``Reference.volume`` has it."""
    volume = catalog.volumes.get(origin.volume)
    facts: Facts | None = origin
    changed: list[names.VolumeName] = []
    for _ in range(_BEFORE):
        facts = volume.neighbours(facts.id)[0] if volume and facts else None
        if facts is None:
            return None
        if not facts.notes:
            continue
        last = facts.notes[-1].anchor
        cited = [r.reference.volume for r in facts.references if r.anchor == last and r.reference.volume]
        if not cited:
            return None
        name = names.volume_name(cited[-1])
        if name is not None and name.same:
            changed.append(name)
            continue
        for given in reversed(changed):
            name = names.ibid(name, given) if name else None
        return str(name) if name else cited[-1] if all(c == names.VolumeName(same=True) for c in changed) else None
    return None


def _described(reference: Reference, origin: Facts, catalog: Catalog) -> Resolution:
    """A document named by its place or by what it is (see ``generator.phrases.names``), and a part of it."""
    volume = catalog.volumes.get(reference.volume or origin.volume)
    kind, _, rest = reference.document.partition(":")
    if kind == "cable":
        return _item(names.item(rest), origin, catalog)
    if volume is None:
        return _outside(reference, catalog) or Resolution("volume", "not-in-edition", reason="the volume is not in this edition")  # fmt: skip
    if kind in ("previous", "next"):
        if origin.role != "document":
            # In a list of papers it is said of the list.
            return Resolution("document", "not-in-edition", reason="it stands in no document", certainty="suggestion")
        before, after = volume.neighbours(origin.id)
        facts = before if kind == "previous" else after
        if facts and _apart(facts, origin):
            facts = None
        if reference.part == "note" and kind == "previous" and not any(n.label == reference.value for n in (facts.notes if facts else ())):  # fmt: skip
            # "Footnote 9, supra" is sometimes said of the document itself.
            facts = origin if any(n.label == reference.value for n in origin.notes) else facts
        if facts is None:
            reason = f"there is no document {'before' if kind == 'previous' else 'after'} this one"
            return Resolution("document", "broken" if volume.is_whole else "not-in-edition", reason=reason)
        return _in_document(reference, facts, volume.volume.id)
    page, _, rest = rest.partition(";")
    there = tuple(dict.fromkeys(place.document for place in volume.pages.get(page, ())))
    facts_there = [volume.by_id[id] for id in there]
    whole = _page(page, volume, reference, catalog, origin.id)
    if whole.status != "resolved":
        return whole
    if kind == "item":
        wanted = names.item(rest)
        own = [(f, i) for f in facts_there if (i := names.item_of(f)) and _agrees(wanted, i)]
        if own:
            return msgspec.structs.replace(whole, reason="number, post and date agree", candidates=tuple(f.id for f, _ in own))  # fmt: skip
        return msgspec.structs.replace(whole, certainty="likely", reason="nothing on that page bears this number and date", candidates=there)  # fmt: skip
    titled = [
        f for f in facts_there if rest and (names.has_words(rest, f.title) or names.has_words(rest, f.source_line))
    ]
    holding = [f for f in titled or facts_there if any(n.label == reference.value for n in f.notes)]
    if len(holding) == 1:
        found = _in_document(reference, holding[0], volume.volume.id)
        return found if titled or not rest else msgspec.structs.replace(found, certainty="likely")
    reason = f"page {page} has no document with a note {reference.value}"
    if holding:
        reason = f"{len(holding)} documents on page {page} have a note {reference.value}"
    return msgspec.structs.replace(whole, certainty="likely", reason=f"{reason}; the page is meant", candidates=tuple(f.id for f in holding), doubtful=True)  # fmt: skip


def _apart(facts: Facts, origin: Facts) -> bool:
    """Whether the numbers of two neighbours tell that others stood between them."""
    numbers = facts.metadata.number, origin.metadata.number
    return all(number.isdecimal() for number in numbers) and abs(int(numbers[0]) - int(numbers[1])) > 1


def _item(wanted: names.Item, origin: Facts, catalog: Catalog) -> Resolution:
    """A telegram or the like among the edition's own documents, by number, post and day."""
    year = origin.metadata.date.start[:4] if origin.metadata.date else ""
    sure: list[Facts] = []
    perhaps: list[Facts] = []
    for facts, own in catalog.items.get(wanted.number, ()):
        # A telegram that names its own number means another post's.
        if (facts.volume, facts.id) == (origin.volume, origin.id) or not _agrees(wanted, own):
            continue
        posted = bool(wanted.post) and names.has_words(wanted.post, own.post)
        dated = names.same_day(wanted.date, own.date) and (not wanted.date.startswith("--") or own.date[:4] == year)
        if dated and (posted or not wanted.post):
            sure.append(facts)
        elif dated or (posted and own.date[:4] == year) or (not wanted.post and not wanted.date and facts.volume == origin.volume):  # fmt: skip
            perhaps.append(facts)
    found = sure or perhaps
    if not found:
        what = " ".join(filter(None, (wanted.kind, wanted.number, wanted.post and f"({wanted.post})")))
        return Resolution("document", "not-in-edition", reason=f"no document of this edition is {what}", certainty="suggestion")  # fmt: skip
    if len(found) > 1:
        ids = tuple(f"{f.volume}#{f.id}" for f in found)
        return Resolution("document", "ambiguous", reason=f"may be {', '.join(ids)}", certainty="suggestion", candidates=ids)  # fmt: skip
    facts = found[0]
    reason, certainty = ("number and date agree", "certain") if sure else ("the number agrees", "suggestion")
    return Resolution(facts.role, volume=facts.volume, document=facts.id, reason=reason, certainty=certainty)


_BY_POUCH = frozenset(("despatch", "dispatch", "instruction", "airgram", "circular airgram", "ca"))
"""What goes by pouch has numbers of its own, apart from those of telegrams."""


def _agrees(wanted: names.Item, own: names.Item) -> bool:
    """Whether nothing that is known of both speaks against their being one."""
    if wanted.number != own.number:
        return False
    if (wanted.kind.lower() in _BY_POUCH) != (own.kind in _BY_POUCH):
        return False
    return not (wanted.date and own.date) or names.same_day(wanted.date, own.date)


def _chapter(word: str, value: str, volume: VolumeCatalog) -> Resolution:
    """A chapter or appendix by the number it is printed under."""
    stack = list(volume.contents)
    while stack:
        division: Division = stack.pop(0)
        begins = words(division.title)[:2]
        if division.kind != "document" and division.id and (begins == [word, value.lower()] or (word == "chapter" and (division.id == f"ch{value}" or begins[:1] == [value.lower()]))):  # fmt: skip
            return Resolution("chapter", volume=volume.volume.id, document=division.id)
        stack = [*division.children, *stack]
    return Resolution("chapter", "not-in-edition", reason=f"this volume has no {word} {value}")


def _found(
    kind: str, volume: str, facts: Facts, anchors: list[str], reason: str, value: str, right: Iterable[str]
) -> Resolution:
    if anchors:
        return Resolution(kind, volume=volume, document=facts.id, anchor=anchors[0])
    return Resolution(kind, "broken", reason=reason, wrong=value, right=tuple(right))


def _page(label: str, volume: VolumeCatalog, reference: Reference, catalog: Catalog, origin: str = "") -> Resolution:
    """A page of a volume, named in its document ``origin``."""
    place = volume.marks.get(label.strip().lower())
    if place is None and (document := volume.anchors.get(f"pg_{label}")):
        # A mark may be printed otherwise than it is counted: [457], where the page is known to be 457.
        place = PagePlace(document, f"pg_{label}")
    if place is None:
        reason = f"no document of this volume has page {label}"
        if volume.name.part and _beyond(label, volume):
            return Resolution("page", "not-in-edition", reason=f"{reason}; it is in another part of it")
        if reference.certainty and not volume.is_whole and not _within(label, volume):
            return _left_out("page", reason, volume, reference, catalog)
        return Resolution("page", "broken", reason=reason, wrong=label, right=volume.marks)
    found = Resolution("page", volume=volume.volume.id, document=place.document, anchor=place.anchor)
    marked = {p.document: p for p in reversed(volume.pages.get(label, ())) if p.anchor}
    if len(marked) < 2:
        return found
    ids = sorted(marked, key=lambda id: volume.position.get(id, 0))
    reason = f"page {label} is marked in {len(ids)} documents, such as {ids[0]} and {ids[1]}"
    if origin in marked:
        # Papers that count their own pages each.
        return msgspec.structs.replace(found, document=origin, anchor=marked[origin].anchor, certainty="likely", reason=reason)  # fmt: skip
    at = [volume.position.get(id, 0) for id in ids]
    if at[-1] - at[0] == len(at) - 1:
        # It runs through them, and begins in the first.
        reason += "; the first is meant"
        return msgspec.structs.replace(found, document=ids[0], anchor=marked[ids[0]].anchor, certainty="likely", reason=reason, candidates=tuple(ids), doubtful=True)  # fmt: skip
    return Resolution("page", "ambiguous", reason=reason, candidates=tuple(ids))


def _beyond(label: str, volume: VolumeCatalog) -> bool:
    """Whether a page lies before or after all of the volume's, which runs on in its other parts."""
    pages = [int(mark) for mark in volume.marks if mark.isdecimal()]
    return bool(pages) and label.isdecimal() and not min(pages) <= int(label) <= max(pages)


def _within(label: str, volume: VolumeCatalog) -> bool:
    """Whether a page is one of a document's, which lacks its mark."""
    if not label.isdecimal():
        return False
    ranges = (
        (r.first, r.last) for r in map(page_range, volume.documents) if r.first.isdecimal() and r.last.isdecimal()
    )
    return any(int(first) <= int(label) <= int(last) for first, last in ranges)


def _nearest_page(label: str, marks: Iterable[str]) -> str:
    """The page nearest in number, since page labels that look alike may lie far apart."""
    if not label.isdecimal():
        return nearest(label, marks)
    numbers = [m for m in marks if m.isdecimal()]
    return min(numbers, key=lambda m: abs(int(m) - int(label)), default="")


def _anchor(anchor: str, volume: VolumeCatalog) -> Resolution:
    """An xml:id, wherever in the volume it stands."""
    if anchor in volume.by_id:
        return Resolution(volume.by_id[anchor].role, volume=volume.volume.id, document=anchor)
    document = volume.anchors.get(anchor)
    if document is None:
        return Resolution("anchor", "broken", reason=f'nothing in this volume has the id "{anchor}"', wrong=anchor, right=volume.by_id)  # fmt: skip
    return Resolution("anchor", volume=volume.volume.id, document=document, anchor=anchor)


def _no_document(reference: Reference, volume_id: str, volume: VolumeCatalog, catalog: Catalog) -> Resolution:
    id = reference.document
    if not reference.volume and id in catalog.volumes:
        if reference.part == "page":
            return _page(reference.value, catalog.volumes[id], reference, catalog)
        if not reference.part:
            return Resolution("volume", volume=id)
    if not reference.volume and any(page.id == id for page in catalog.pages):
        return _on_a_free_page(reference, volume.by_id[next(iter(volume.by_id))], catalog)
    if not reference.volume and not reference.part and (there := _outside(Reference(id), catalog)):
        return there
    if (volume_id, id) in catalog.drafts:
        return Resolution("document", "unpublished", reason=f'"{id}" is a draft, so pages cannot link to it')
    numbers = [int(f.metadata.number) for f in volume.documents if f.metadata.number.isdecimal()]
    if reference.certainty and volume.name.part and numbers and id[1:].isdecimal() and not min(numbers) <= int(id[1:]) <= max(numbers):  # fmt: skip
        reason = f'the volume "{volume_id}" has no document "{id}"; it is in another part of it'
        return Resolution("document", "not-in-edition", reason=reason)
    reason = f'the volume "{volume_id}" has no document "{id}"'
    if reference.certainty and not volume.is_whole:
        return _left_out("document", reason, volume, reference, catalog)
    others = () if reference.volume else (*catalog.volumes, *(page.id for page in catalog.pages))
    return Resolution("document", "broken", reason=reason, wrong=id, right=(*volume.by_id, *others))


def _on_a_free_page(reference: Reference, origin: Facts, catalog: Catalog) -> Resolution:
    """A reference from or to a page of the site that stands in no volume."""
    page = next((p for p in catalog.pages if p.id == (reference.document or origin.id)), None)
    if page and (reference.document or reference.part in ("note", "paragraph", "anchor")):
        return _in_document(msgspec.structs.replace(reference, document=""), page, page.volume)
    if reference.document in catalog.volumes:
        return _no_document(reference, "", next(iter(catalog.volumes.values())), catalog)
    holding = [
        v for v in catalog.volumes.values()
        if reference.document in v.by_id or (reference.part == "page" and reference.value.lower() in v.marks)
    ]  # fmt: skip
    if len(holding) == 1:
        return _resolve(msgspec.structs.replace(reference, volume=holding[0].volume.id), origin, catalog)
    reason = "several volumes have it" if holding else "no volume has it"
    example = f"[[volume#{reference.document or 'p. ' + reference.value}]]"
    return Resolution("document", "ambiguous" if holding else "broken", reason=f"{reason}; name the volume: {example}")
