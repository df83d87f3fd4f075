"""The printed pages that a document stands on, as its page shows them: each with its mark, and the pages of the volume
before and after.

The page before the first one, or after the last, may stand several documents away, where short documents share a page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator import facsimiles, urls
from generator.catalog import VolumeCatalog, page_range
from generator.document import Facts
from generator.views.frame import Data, document_path
from generator.views.scans import Scans

Place = tuple[str, str, str]
"""A page's label, the anchor of its mark, and what the source says of its picture."""

_NOT_IN_AN_ID = re.compile(r"[^\w.-]+")


def places(facts: Facts) -> list[Place]:
    """The pages of a document in order. The one that it begins on, where no mark says so, stands in brackets and has
    the top of the document for its place."""
    marks = [(page.label, page.anchor, page.facs) for page in facts.pages if page.label and not page.in_note]
    span = page_range(facts)
    return [(f"[{span.first}]", facts.id, ""), *marks] if span.inferred else marks


def navigation(facts: Facts, volume: VolumeCatalog, scans: Scans) -> Data | None:
    """What leads to the pages of a document, to their pictures and to the pages around it; None if it has no pages."""
    own = places(facts)
    if not own:
        return None
    at = volume.position.get(facts.id)
    if at is not None and own[0][1] == facts.id:
        own[0] = (*own[0][:2], _facs_before(volume, at, _bare(own[0][0])))
    path = document_path(facts)
    pictures = [_link(path, scans.address(label, facs)) for label, _, facs in own]
    before = after = None
    if at is not None:
        before = _nearest(_backwards(volume, at), _bare(own[0][0]), -1)
        after = _nearest(_forwards(volume, at), _bare(own[-1][0]), 1)
    return {
        "marks": [(label, anchor, picture) for (label, anchor, _), picture in zip(own, pictures, strict=True)],
        "has_pictures": any(pictures),
        "row": row_id(own[0][0]),
        "before": before,
        "after": after,
    }


def beside(volume: VolumeCatalog, id: str) -> Iterator[tuple[str, str]]:
    """Yield the documents (volume and id) that may show a page of the document ``id`` as the one before or after."""
    at = volume.position[id]
    for others in (_backwards(volume, at), _forwards(volume, at)):
        seen: set[str] = set()
        for facts in others:
            yield facts.volume, facts.id
            seen.update(_bare(label) for label, _, _ in places(facts))
            if len(seen) > 1:  # a document beyond meets another page than its own here
                break


def row_id(label: str) -> str:
    """The anchor of a page in the list of all pages."""
    return f"pg_{_NOT_IN_AN_ID.sub('_', _bare(label))}"


def _nearest(others: Iterable[Facts], own: str, step: int) -> Data | None:
    """The first page met in ``others`` that is not the page ``own``; ``step`` is -1 to go through each from its end."""
    for facts in others:
        for label, anchor, _ in places(facts)[::step]:
            if _bare(label) != own:
                return {"path": document_path(facts), "anchor": anchor, "label": _bare(label)}
    return None


def _facs_before(volume: VolumeCatalog, at: int, label: str) -> str:
    """What the source says of the picture of the page on which a document begins, whose mark stands in one before."""
    for facts in _backwards(volume, at):
        for other, _, facs in reversed(places(facts)):
            if _bare(other) != label:
                return ""
            if facs:
                return facs
    return ""


def _link(path: str, picture: str) -> str:
    return picture if not picture or facsimiles.is_outside(picture) else urls.relative(path, picture)


def _backwards(volume: VolumeCatalog, at: int) -> Iterator[Facts]:
    return (volume.documents[i] for i in range(at - 1, -1, -1))


def _forwards(volume: VolumeCatalog, at: int) -> Iterator[Facts]:
    return (volume.documents[i] for i in range(at + 1, len(volume.documents)))


def _bare(label: str) -> str:
    return label.strip("[]")
