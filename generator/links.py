"""References looked up in the catalog: where each leads, or why it leads nowhere, and who refers to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

import msgspec

from generator.catalog import Catalog, VolumeCatalog
from generator.diagnostics import nearest
from generator.document import Facts, Reference, ReferenceFact


class Resolution(msgspec.Struct, frozen=True):
    """Where a reference leads: kind and status as in ``Target``, the volume, the document (empty: the volume
    itself) and the anchor there. ``reason`` says what is wrong, ``near`` the nearest right name."""

    kind: str
    status: str = "resolved"
    volume: str = ""
    document: str = ""
    anchor: str = ""
    reason: str = ""
    near: str = ""


class Backlink(msgspec.Struct, frozen=True):
    """A reference seen from its target: who makes it, where (anchor and place there), and to which anchor."""

    facts: Facts
    made: ReferenceFact
    anchor: str


def resolve(reference: Reference, origin: Facts, catalog: Catalog) -> Resolution:
    """Return where ``reference``, made in ``origin``, leads."""
    volume_id = reference.volume or origin.volume
    volume = catalog.volumes.get(volume_id)
    if volume is None:
        if reference.volume:
            return Resolution("volume", "not-in-edition", reason=f'this edition has no volume "{reference.volume}"')
        return _in_document(reference, origin, volume_id)
    if not reference.document:
        if reference.part == "page":
            return _page(reference.value, volume)
        if reference.part == "anchor":
            return _anchor(reference.value, volume)
        if reference.volume and not reference.part:
            return Resolution("volume", volume=volume_id)
        return _in_document(reference, origin, volume_id)
    facts = volume.by_id.get(reference.document)
    if facts is None:
        return _no_document(reference, volume_id, volume, catalog)
    if not reference.part:
        return Resolution(facts.role, volume=volume_id, document=facts.id)
    return _in_document(reference, facts, volume_id)


def backlinks(catalog: Catalog) -> Mapping[tuple[str, str], tuple[Backlink, ...]]:
    """Return, for each document that others refer to, those references, in the order of the edition."""
    out: dict[tuple[str, str], list[Backlink]] = defaultdict(list)
    for volume in catalog.volumes.values():
        for id in volume.order:
            facts = volume.by_id[id]
            for made in facts.references:
                found = resolve(made.reference, facts, catalog)
                target = (found.volume, found.document)
                if found.status == "resolved" and found.document and target != (facts.volume, facts.id):
                    out[target].append(Backlink(facts, made, found.anchor))
    return {target: tuple(links) for target, links in out.items()}


def _in_document(reference: Reference, facts: Facts, volume: str) -> Resolution:
    """A part of the document ``facts``."""
    part, value = reference.part, reference.value
    here = f"Document {facts.metadata.number or facts.id}"
    if not part:
        return Resolution(facts.role, volume=volume, document=facts.id)
    if part == "note":
        exact = [n.anchor for n in facts.notes if n.anchor in (value, f"{facts.id}fn{value}")]
        found = exact[:1] or [n.anchor for n in facts.notes if n.label == value]
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
        found = [a.anchor for a in facts.attachments if value in (a.number, a.anchor)]
        return _found("attachment", volume, facts, found, f'{here} has no attachment "{value}"', value, ())
    if part == "page":
        found = [p.anchor for p in facts.pages if value in (p.label, p.anchor)][:1]
        return _found("page", volume, facts, found, f'{here} has no page mark "{value}"', value, (p.label for p in facts.pages))  # fmt: skip
    anchors = (*facts.anchors, *(p.anchor for p in facts.pages), *(n.anchor for n in facts.notes))
    return _found("anchor", volume, facts, [a for a in anchors if a == value][:1], f'{here} has no place "{value}"', value, anchors)  # fmt: skip


def _found(
    kind: str, volume: str, facts: Facts, anchors: list[str], reason: str, value: str, right: Iterable[str]
) -> Resolution:
    if anchors:
        return Resolution(kind, volume=volume, document=facts.id, anchor=anchors[0])
    return Resolution(kind, "broken", reason=reason, near=nearest(value, right))


def _page(label: str, volume: VolumeCatalog) -> Resolution:
    place = volume.marks.get(label.strip().lower())
    if place is None:
        reason = f"no document of this volume has page {label}"
        return Resolution("page", "broken", reason=reason, near=_nearest_page(label, volume.marks))
    return Resolution("page", volume=volume.volume.id, document=place.document, anchor=place.anchor)


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
        return Resolution("anchor", "broken", reason=f'nothing in this volume has the id "{anchor}"', near=nearest(anchor, volume.by_id))  # fmt: skip
    return Resolution("anchor", volume=volume.volume.id, document=document, anchor=anchor)


def _no_document(reference: Reference, volume_id: str, volume: VolumeCatalog, catalog: Catalog) -> Resolution:
    id = reference.document
    if not reference.volume and id in catalog.volumes:
        if reference.part == "page":
            return _page(reference.value, catalog.volumes[id])
        if not reference.part:
            return Resolution("volume", volume=id)
    if (volume_id, id) in catalog.drafts:
        return Resolution("document", "unpublished", reason=f'"{id}" is a draft, so pages cannot link to it')
    near = nearest(id, [*volume.by_id, *(catalog.volumes if not reference.volume else ())])
    return Resolution("document", "broken", reason=f'the volume "{volume_id}" has no document "{id}"', near=near)
