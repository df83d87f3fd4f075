"""What the search page shows of each document, and the values by which results are counted and narrowed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

from generator import digest, urls
from generator.catalog import VolumeCatalog, page_range
from generator.dates import EditionDate
from generator.document import Entry as Named
from generator.document import Facts, Volume
from generator.phrases.names import item_of
from generator.registers import KINDS, Key, Kind, Register, entries_of, identities, mentions_of
from generator.search.shards import Contents, Entry
from generator.wording import date_in_words

Keys = Mapping[tuple[str, str], bytes]
"""A key for each document, by its volume and id."""

Listed = Mapping[Kind, Mapping[str, str]]
"""By kind and id the entries of a volume's lists, as what they are counted."""

_BRIEF = 60
"""Letters of an explanation that tell apart two entries of one name."""


def contents(
    volume: VolumeCatalog,
    terms: Keys,
    names: Keys,
    words: Mapping[str, str],
    shared: bytes,
    listed: Listed,
    last: tuple[VolumeCatalog, Contents] | None = None,
) -> Contents:
    """Return what the index holds of a volume. ``terms`` are the keys of the documents' terms, which their own text
    decides alone, ``names`` those of the names found in them; ``listed`` are the volume's ``counted_as``; ``shared`` is the
    digest of all else that decides an entry: the program, the interface's ``words``. ``last`` is what the index held of
    the volume before, if only documents differ; those that are the same objects are not looked at again."""
    id_of_volume = volume.volume.id
    keys = [(id, terms[id_of_volume, id], names.get((id_of_volume, id), b"")) for id in volume.order]

    def make() -> dict[str, Entry]:
        made = {}
        before, entries = (last[0].by_id, last[1].entries) if last else ({}, {})
        for id, key, _ in keys:
            facts = volume.by_id[id]
            if before.get(id) is facts and id in entries:
                made[id] = entries[id]
            else:
                made[id] = Entry(key, record(facts, volume, words), facets(facts, listed))
        return made

    return Contents(digest.of(shared, volume.volume.title, keys, listed), make)


def counted_as(volumes: Sequence[Volume]) -> dict[str, Listed]:
    """Return, by volume, as what the entries of its lists are counted: their name, in that form which the first volume
    has of those in which they are the same (``registers``). Two in one list that have the same name are told apart
    by what the list says of them."""
    found: dict[str, dict[Kind, dict[str, str]]] = {volume.id: {kind: {} for kind in KINDS} for volume in volumes}
    for kind in KINDS:
        lists = {volume.id: entries_of(volume, kind) for volume in volumes}
        # Few entries can be the same as others, and only those are worth a register.
        linked = {id: tuple(e for e in entries if any(identities(e))) for id, entries in lists.items()}
        known = [Volume(id, "", **{f"{kind}s": entries}) for id, entries in linked.items() if entries]  # type: ignore[arg-type]
        register = Register(kind, [VolumeCatalog(volume, ()) for volume in known])
        for volume, entries in lists.items():
            own = {entry.id: _first(register, (volume, entry.id), entry) for entry in entries}
            held = Counter(" ".join(entry.name.split()) for _, entry in set(own.values()))
            for id, (_, entry) in own.items():
                name = " ".join(entry.name.split())
                found[volume][kind][id] = name if held[name] == 1 else f"{name} ({_brief(entry.text) or id})"
    return dict(found)


def _first(register: Register, key: Key, entry: Named) -> tuple[Key, Named]:
    """Return the first of the entries that are one with this one."""
    if key not in register.entries:
        return key, entry
    first = register.same(key)[0]
    return first, register.entries[first]


def _brief(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= _BRIEF else words[:_BRIEF].rsplit(" ", 1)[0] + " …"


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


def facets(facts: Facts, listed: Listed) -> tuple[tuple[str, ...], ...]:
    """Return the values of a document in each of ``layouts.COLUMNS``."""
    about = facts.metadata
    mentions = [_named(facts, kind, listed[kind]) for kind in KINDS]
    return (_days(about.date), _given(about.kind), _given(about.classification), *mentions, *_jumps(facts))


def _named(facts: Facts, kind: Kind, listed: Mapping[str, str]) -> tuple[str, ...]:
    """Whom or what of a kind a document names or has as sender, addressee or the like, as in the registers."""
    if not listed:
        return ()
    roles = [role.person for role in facts.roles] if kind == "person" else []
    met = (*roles, *(mention.id for mention in mentions_of(facts, kind)))
    return tuple(dict.fromkeys(listed[id] for id in met if id in listed))


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
