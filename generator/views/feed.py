"""The feed of documents that the editors have changed lately, for programs that tell readers of it.

The build knows no clock: a document is in the feed because the edition says when it was changed (``updated``). Where no
document says so, or the site has no public address, there is no feed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import nlargest

from generator import urls
from generator.catalog import Catalog
from generator.document import Facts
from generator.views.frame import Data, Frame, Page, document_path

PATH = "feed.xml"

MOST = 50
"""Entries of the feed."""


def has_feed(frame: Frame) -> bool:
    """Whether the site has a feed."""
    return bool(frame.edition.base_url) and any(volume.updated for volume in frame.catalog.volumes.values())


def pages(frame: Frame) -> Iterator[Page]:
    """Yield the feed, if there is one."""
    if not has_feed(frame):
        return
    edition, base = frame.edition, frame.edition.base_url
    entries = [_entry(frame, facts) for facts in _latest(frame.catalog)]
    data: Data = {
        "id": base,
        "address": base + PATH,
        "title": edition.title,
        "subtitle": edition.subtitle or edition.description,
        "author": edition.publisher or edition.title,
        "rights": edition.licence,
        "updated": entries[0]["updated"],
        "entries": entries,
    }
    yield Page(PATH, "feed.xml", data)


def _latest(catalog: Catalog) -> Iterable[Facts]:
    """The documents changed last, the latest first; those of one day in the order of the edition."""
    changed = [facts for volume in catalog.volumes.values() for facts in volume.updated]
    return nlargest(MOST, changed, key=lambda facts: facts.metadata.updated)


def _entry(frame: Frame, facts: Facts) -> Data:
    meta = facts.metadata
    title = f"{meta.printed_number} {facts.title}".strip()
    return {
        "address": frame.edition.base_url + urls.address(document_path(facts)),
        "title": title,
        "updated": f"{meta.updated}T00:00:00Z",
        "summary": meta.summary,
        "volume": facts.volume,
        "volume_title": frame.title_of(facts.volume),
        "kind": meta.kind,
        "lang": meta.lang,
    }
