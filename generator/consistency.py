"""What does not fit together in an edition: references that lead nowhere, persons, terms and images that are not there,
chapters that name no document. All of it is seen in the facts; no text is read again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import msgspec

from generator import links, urls
from generator.catalog import Catalog, VolumeCatalog
from generator.config import VOLUME_FILE
from generator.diagnostics import Diagnostic, Rule, Severity, Span, diagnostic, did_you_mean
from generator.document import Division, Facts
from generator.registers import Kind, entries_of, mentions_of
from generator.sources import PAGES
from generator.views import document_path, image_path, scans

Where = Mapping[tuple[str, str], tuple[str, int]]
"""For each document (volume and id): its file, and the line of the file on which it begins."""


def check_volume(
    volume: VolumeCatalog, catalog: Catalog, where: Where, images: Collection[str]
) -> Iterator[Diagnostic]:
    """Yield everything in a volume that does not fit together. ``images`` are the paths of those at hand."""
    for id in volume.order:
        yield from _references(volume.by_id[id], catalog, where)
    yield from _images(volume, where, images)
    yield from _names(volume, where)
    yield from _chapters(volume, catalog)
    yield from scans.check(volume, images)


def check_pages(catalog: Catalog, where: Where) -> Iterator[Diagnostic]:
    """Yield what does not fit together in the free pages, and in the old addresses of all documents."""
    for page in catalog.pages:
        yield from _references(page, catalog, where)
    yield from _aliases(catalog, where)


def place(facts: Facts, line: int, column: int, where: Where) -> Span:
    """A place in a document as one in its file; line 0 is the document as a whole."""
    file, first = where[facts.volume, facts.id]
    return Span(file, max(line, 1) + first - 1, column)


def _references(facts: Facts, catalog: Catalog, where: Where) -> Iterator[Diagnostic]:
    for made, result in links.resolved(facts, catalog):
        if result.doubtful:
            span = place(facts, made.line, made.column, where)
            yield diagnostic(Rule.DOUBTFUL_REFERENCE, f'"{made.words}": {result.reason}', span)
            continue
        if result.status in ("resolved", "not-in-edition", "elsewhere") or result.certainty != "certain":
            continue
        if result.status == "unpublished" and made.reference.certainty:
            continue
        rule = Rule.AMBIGUOUS_REFERENCE if result.status == "ambiguous" else Rule.BROKEN_REFERENCE
        span = place(facts, made.line, made.column, where)
        message = f'"{made.words}": {result.reason}'
        if made.reference.certainty:
            # Words of the text that lead nowhere are no fault of the editor's: the volume may hold but a selection.
            yield msgspec.structs.replace(diagnostic(rule, message, span), severity=Severity.NOTE)
        else:
            yield diagnostic(rule, message, span, hint=result.hint)


def _images(volume: VolumeCatalog, where: Where, images: Collection[str]) -> Iterator[Diagnostic]:
    """Images that are not at hand: one by one, or together where a volume has none of its many."""
    id = volume.volume.id
    hint = f"Put it into content/{id}/."
    shown = [(f, image) for f in volume.by_id.values() for image in f.images if "://" not in image.id]
    missing = [(f, image) for f, image in shown if not image_path(id, image.id, images)]
    if len(missing) > 3 and len(missing) == len(shown):
        span = Span(where[id, missing[0][0].id][0])
        text = f"none of the {len(missing)} images of this volume is at hand"
        yield diagnostic(Rule.MISSING_IMAGE, text, span, hint=f"Put them into content/{id}/.")
        return
    for facts, image in missing:
        span = place(facts, image.line, image.column, where)
        yield diagnostic(Rule.MISSING_IMAGE, f'there is no image "{image.id}"', span, hint=hint)


_UNKNOWN: dict[Kind, Rule] = {
    "person": Rule.UNKNOWN_PERSON,
    "term": Rule.UNKNOWN_TERM,
    "place": Rule.UNKNOWN_PLACE,
}


def _names(volume: VolumeCatalog, where: Where) -> Iterator[Diagnostic]:
    """Persons, terms and places that the volume's lists have not; a volume without a list is not held to one."""
    about = volume.volume
    for name, rule in _UNKNOWN.items():
        known = {entry.id for entry in entries_of(about, name)}
        if not known:
            continue
        for facts in volume.by_id.values():
            for mention in mentions_of(facts, name):
                if mention.id not in known:
                    text = f'the volume\'s list has no {name} "{mention.id}"'
                    span = place(facts, mention.line, mention.column, where)
                    yield diagnostic(rule, text, span, hint=did_you_mean(mention.id, known) or f"Add it to content/{about.id}/{name}s.yaml.")  # fmt: skip


def _chapters(volume: VolumeCatalog, catalog: Catalog) -> Iterator[Diagnostic]:
    """Documents that a chapter names and the volume has not, or that two chapters name."""
    about = volume.volume
    span = Span(f"content/{about.id}/{VOLUME_FILE}")
    seen: dict[str, str] = {}
    for chapter in _with_leaves(about.contents):
        if chapter.title and not chapter.children and chapter.id not in volume.by_id:
            yield diagnostic(Rule.EMPTY_CHAPTER, f'the chapter "{chapter.title}" names no document', span)
        for leaf in chapter.children:
            if leaf.kind != "document":
                continue
            named = volume.range(leaf.id)
            if not named and (about.id, leaf.id) not in catalog.drafts:
                text = f'the chapter "{chapter.title}" names "{leaf.id}", and there is no such document'
                hint = did_you_mean(leaf.id, volume.by_id)
                yield diagnostic(Rule.EMPTY_CHAPTER, text, span, hint=hint)
            for id in named:
                if id in seen:
                    text = f'the document "{id}" stands in two chapters: "{seen[id]}" and "{chapter.title}"'
                    yield diagnostic(Rule.EMPTY_CHAPTER, text, span, hint="It is shown in the first.")
                seen.setdefault(id, chapter.title)


def _aliases(catalog: Catalog, where: Where) -> Iterator[Diagnostic]:
    """Old addresses that are a page's address today, or that two documents claim."""
    claimed: dict[str, Facts] = {}
    for volume in catalog.volumes.values():
        for facts in volume.by_id.values():
            for alias in facts.metadata.aliases:
                other = _at(alias.strip("/"), catalog) or claimed.setdefault(alias.strip("/"), facts)
                if other is not facts:
                    text = f'the old address "{alias}" is that of {where[other.volume, other.id][0]}'
                    yield diagnostic(
                        Rule.ADDRESS_TAKEN, text, place(facts, 0, 0, where), hint="Take it out of aliases."
                    )


def _at(address: str, catalog: Catalog) -> Facts | None:
    """The document or page that has an address today."""
    first, _, id = address.partition("/")
    candidates = (catalog.get(first, id), catalog.get(PAGES, address))
    return next((f for f in candidates if f and urls.address(document_path(f)).strip("/") == address), None)


def _with_leaves(contents: tuple[Division, ...]) -> Iterator[Division]:
    for division in contents:
        if division.kind not in ("document", "section"):
            yield division
            yield from _with_leaves(division.children)
