"""What the search page shows of each document, and the values by which results are counted and narrowed."""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from generator import digest, urls
from generator.catalog import VolumeCatalog, page_range
from generator.dates import EditionDate
from generator.document import Facts
from generator.phrases.names import item_of
from generator.search.shards import Contents, Entry
from generator.wording import date_in_words

Keys = Mapping[tuple[str, str], bytes]
"""A key for each document, by its volume and id."""


def contents(volume: VolumeCatalog, terms: Keys, names: Keys, words: Mapping[str, str], shared: bytes) -> Contents:
    """Return what the index holds of a volume. ``terms`` are the keys of the documents' terms, which their own text
    decides alone, ``names`` those of the names found in them; ``shared`` is the digest of all else that decides an
    entry: the program, the interface's ``words``, what other volumes say of the same people."""
    id_of_volume = volume.volume.id
    keys = [(id, terms[id_of_volume, id], names.get((id_of_volume, id), b"")) for id in volume.order]

    def make() -> dict[str, Entry]:
        return {
            id: Entry(key, record(volume.by_id[id], volume, words), facets(volume.by_id[id])) for id, key, _ in keys
        }

    return Contents(digest.of(shared, volume.volume.title, keys), make)


def record(facts: Facts, volume: VolumeCatalog, words: Mapping[str, str]) -> bytes:
    """Return what a result shows of a document, as JSON without what is empty: address ``u``, number ``n``, title
    ``t``, volume ``v``, date in words ``d`` and as EDTF ``e``, kind ``k``, classification ``c``, pages ``p``, opening
    words or summary ``s``."""
    about = facts.metadata
    shown = {
        "u": urls.page(facts.volume, facts.id),
        "n": about.number,
        "t": facts.title,
        "v": volume.volume.title,
        "d": date_in_words(about.date, words),
        "e": about.date.edtf if about.date else "",
        "k": about.kind,
        "c": about.classification,
        "p": str(page_range(facts)),
        "s": about.summary or facts.opening,
    }
    return msgspec.json.encode({name: value for name, value in shown.items() if value})


def facets(facts: Facts) -> tuple[tuple[str, ...], ...]:
    """Return the values of a document in each of ``layouts.COLUMNS``."""
    about = facts.metadata
    mentions: tuple[tuple[str, ...], ...] = ((), (), ())
    return (_days(about.date), _given(about.kind), _given(about.classification), *mentions, *_jumps(facts))


def _jumps(facts: Facts) -> tuple[tuple[str, ...], ...]:
    """The pages, file numbers and cable number of a document, by which a reader may ask for it."""
    pages = [p.label if p.anchor == f"pg_{p.label}" else f"{p.label}#{p.anchor}" for p in facts.pages if p.label]
    whole = page_range(facts)
    first = [f"[{whole.first}]"] if whole.inferred and whole.first else []
    files = [*_FILE.findall(facts.source_line), *_FILE.findall(facts.source.file if facts.source else "")]
    item = item_of(facts)
    return (
        tuple(dict.fromkeys([*first, *pages])),
        tuple(dict.fromkeys(files)),
        _given(f"{item.kind} {item.number}" if item else ""),
    )


_FILE = re.compile(r"(?<![\w./-])\d{2,3}[A-Z]?\.\d[\w.]*(?:/\d+[\w–-]*)?")
"""A number of the decimal files: ``460.509/10–753``."""


def _days(date: EditionDate | None) -> tuple[str, ...]:
    if date is None:
        return ()
    return (date.start if date.start == date.end else f"{date.start}/{date.end}",)


def _given(value: str) -> tuple[str, ...]:
    return (value,) if value else ()
