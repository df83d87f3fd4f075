"""Lists of the documents by what is said of them in a word: their kind, their classification, where they were written.

A value that many documents share has a page for each volume, so that no page grows without end; one that only a single
document has leads to that document. Spellings that make the same address are the same value.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import lru_cache
from itertools import groupby

from generator import digest, urls
from generator.document import Facts, Metadata
from generator.views.frame import Data, Frame, Page, document_path

_TOGETHER = 300
"""Up to so many documents of a value stand on one page."""

LISTS: Mapping[str, Callable[[Metadata], str]] = {
    "kinds": lambda about: about.kind,
    "classifications": lambda about: about.classification,
    "written-in": lambda about: about.place,
}
"""The lists by the folder of their pages, and what they go by."""

Key = tuple[str, str, str]
"""A value in a volume: its list, the name of its folder, the volume."""


def links(frame: Frame) -> list[Data]:
    """The lists that have anything in them: title and path."""
    return [
        {"title": _title(frame, name), "path": urls.page(name)}
        for name, value in LISTS.items()
        if any(value(f.metadata) for v in frame.catalog.volumes.values() for f in v.documents)
    ]


def pages(frame: Frame, wanted: Collection[Key] | None = None) -> Iterator[Page]:
    """Yield the lists and the pages of their values: all, or those that show the documents of
    the values and volumes ``wanted``."""
    found = {name: _values(frame, name) for name in LISTS}
    lists = [{"title": _title(frame, name), "path": urls.page(name)} for name, values in found.items() if values]
    for name, values in found.items():
        if not values:
            continue
        named = {slug: _spelling(name, documents) for slug, documents in values.items()}
        rows: list[Data] = [
            {"name": named[slug], "count": len(documents), "path": _path(name, slug, documents)}
            for slug, documents in values.items()
        ]
        rows.sort(key=lambda row: (0 if name == "written-in" else -row["count"], _folded(row["name"]), row["name"]))
        yield frame.page(urls.page(name), "kinds.html", _title(frame, name), trail=frame.trail(), values=rows, list=name, lists=lists)  # fmt: skip
        for slug, documents in sorted(values.items()):
            volumes = None if wanted is None else {v for n, s, v in wanted if (n, s) == (name, slug)}
            if len(documents) > 1 and (volumes is None or volumes):
                yield from _value_pages(frame, name, slug, named[slug], documents, volumes)


def keys_of(facts: Facts) -> Iterator[Key]:
    """Yield the values under which a document is listed."""
    if facts.role == "document":
        for name, value in LISTS.items():
            if slug := _slug(value(facts.metadata)):
                yield name, slug, facts.volume


def _value_pages(
    frame: Frame, name: str, slug: str, title: str, documents: list[Facts], wanted: Collection[str] | None
) -> Iterator[Page]:
    """Yield the page of a value and, if it is divided, those of the volumes: all, or those ``wanted``."""
    path = urls.page(name, slug)
    trail = [*frame.trail(), (_title(frame, name), urls.page(name))]
    volumes = [(volume, list(found)) for volume, found in groupby(documents, key=lambda f: f.volume)]
    is_divided = len(documents) > _TOGETHER
    groups = [
        _group(frame, found, urls.page(name, slug, volume)) if is_divided else _group(frame, found)
        for volume, found in volumes
    ]
    yield _page(frame, path, title, trail, name, groups)
    if is_divided:
        for volume, found in volumes:
            if wanted is None or volume in wanted:
                below = [*trail, (title, path)]
                yield _page(frame, urls.page(name, slug, volume), title, below, name, [_group(frame, found)], frame.title_of(volume))  # fmt: skip


def _page(
    frame: Frame, path: str, title: str, trail: list[tuple[str, str]], name: str, groups: list[Data], subtitle: str = ""
) -> Page:
    count = sum(group["count"] for group in groups)
    return frame.page(
        path, "kinds_value.html", title, trail=trail, list=name, subtitle=subtitle, count=count, groups=groups
    )


def _group(frame: Frame, found: list[Facts], path: str = "") -> Data:
    """The documents of a volume, or the ``path`` of the page that shows them."""
    rows = [] if path else [frame.brief(f) for f in found]
    volume = found[0].volume
    return {
        "title": frame.title_of(volume),
        "path": path or urls.page(volume),
        "count": len(found),
        "documents": rows,
    }


def _values(frame: Frame, name: str) -> dict[str, list[Facts]]:
    """The documents by the folder of their value, in the order of the edition."""
    value = LISTS[name]
    found: dict[str, list[Facts]] = {}
    for volume in frame.catalog.volumes.values():
        for facts in volume.documents:
            if slug := _slug(value(facts.metadata)):
                found.setdefault(slug, []).append(facts)
    return found


def _path(name: str, slug: str, documents: list[Facts]) -> str:
    return urls.page(name, slug) if len(documents) > 1 else document_path(documents[0])


def _spelling(name: str, documents: list[Facts]) -> str:
    """How most of the documents spell a value, with a capital."""
    counts = Counter(LISTS[name](f.metadata).strip() for f in documents)
    best = min(counts, key=lambda text: (-counts[text], text))
    return best[:1].upper() + best[1:]


def _title(frame: Frame, name: str) -> str:
    return frame.messages[f"list_{name.replace('-', '_')}"]


@lru_cache(maxsize=4096)
def _slug(value: str) -> str:
    """The name of a value's folder: its letters and digits without accents and capitals; nothing for no value."""
    folded = _folded(value)
    if not folded:
        return ""
    plain = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")
    if plain and folded.isascii() and len(plain) <= 60 and urls.is_id(plain):
        return plain
    return f"{plain[:50] or 'value'}-{digest.of(folded).hex()[:8]}"


def _folded(value: str) -> str:
    plain = (c for c in unicodedata.normalize("NFKD", value) if not unicodedata.combining(c))
    return re.sub(r"[^\w]+", " ", "".join(plain)).strip().casefold()
