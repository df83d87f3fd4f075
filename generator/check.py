"""What ``edition check`` tells: all that is wrong with an edition, and where each of its references leads.

An edition is read as for a build, so that what has not changed is not read again; no page is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

import msgspec

from generator import consistency, links
from generator.build import Survey
from generator.diagnostics import Diagnostic, visible
from generator.document import Facts, ReferenceFact
from generator.report import found_as_data


class Cited(msgspec.Struct, frozen=True):
    """A reference and what became of it. ``document`` is where it stands (``v1#d9``), ``words`` are its own; ``kind``
    and ``status`` are those of its resolution; ``target`` is where it leads, as ``v1#d2#pg_12`` or an address."""

    file: str
    line: int
    column: int
    document: str
    words: str
    kind: str
    status: str
    certainty: str
    reason: str
    candidates: tuple[str, ...]
    target: str


class Checked(msgspec.Struct, frozen=True):
    """An edition's diagnostics in the order of its files, and its references in the order of its documents."""

    diagnostics: tuple[Diagnostic, ...]
    references: tuple[Cited, ...]


def check(survey: Survey) -> Checked:
    """Return what is to be told of an edition."""
    catalog = survey.catalog
    documents = (volume.by_id[id] for volume in catalog.volumes.values() for id in volume.order)
    cited = (
        _cited(facts, made, found, survey.where)
        for facts in chain(documents, catalog.pages)
        for made, found in links.resolved(facts, catalog)
    )
    return Checked(survey.diagnostics, tuple(cited))


def _cited(facts: Facts, made: ReferenceFact, found: links.Resolution, where: consistency.Where) -> Cited:
    place = consistency.place(facts, made.line, made.column, where)
    there = "#".join(filter(None, (found.volume, found.document, found.anchor))) if found.status == "resolved" else ""
    return Cited(
        place.file, place.line, place.column, f"{facts.volume}#{facts.id}", made.words, found.kind, found.status,
        found.certainty, found.reason, found.candidates, found.href or there,
    )  # fmt: skip


UNRESOLVED: Final[Mapping[str, str]] = {
    "broken": "broken",
    "ambiguous": "ambiguous",
    "unpublished": "unpublished",
    "not-in-edition": "not in this edition",
}
"""The statuses of references that lead nowhere, the worst first, in words."""

_RESOLVED: Final[Mapping[str, str]] = {"resolved": "resolved", "elsewhere": "elsewhere"}
_COLUMNS: Final = ("certain", "likely", "suggestion", "elsewhere", *reversed(list(UNRESOLVED)), "all")
_HEADS: Final = {"not-in-edition": "not here"}


def table(references: Iterable[Cited]) -> list[str]:
    """Return the lines of a table: how many references of each kind there are, and what became of them. Those that
    are resolved are told apart by how certain they are."""
    counts: dict[str, Counter[str]] = {}
    for cited in references:
        column = cited.certainty if cited.status == "resolved" else cited.status
        for kind in (cited.kind, "all"):
            counts.setdefault(kind, Counter()).update((column, "all"))
    rows = [["", *(_HEADS.get(column, column) for column in _COLUMNS)]]
    for kind in sorted(counts, key=lambda k: (k == "all", -counts[k]["all"], k)):
        rows.append([kind, *(str(counts[kind][column] or "–") for column in _COLUMNS)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join((row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))))
        for row in rows
    ]  # fmt: skip


def listed(references: Iterable[Cited], everything: bool) -> Iterator[str]:
    """Yield, status by status, a line for each reference that leads nowhere, with place, words, reason. The numbers of
    archival files, which are to lead nowhere, and all that lead somewhere are left out unless ``everything`` is
    asked for."""
    shown: dict[str, list[Cited]] = {status: [] for status in (*UNRESOLVED, *(_RESOLVED if everything else ()))}
    for cited in references:
        if cited.status in shown and (everything or cited.kind != "file"):
            shown[cited.status].append(cited)
    for status, found in shown.items():
        if found:
            yield ""
            yield f"{({**UNRESOLVED, **_RESOLVED})[status].capitalize()}: {len(found)}"
            yield from map(_line, sorted(found, key=lambda c: (c.file, c.line, c.column)))


def _line(cited: Cited) -> str:
    place = f"{cited.file}:{cited.line}:{cited.column or 1}"
    told = [cited.target, cited.reason if cited.status != "elsewhere" else ""]
    told += [f"may be {', '.join(cited.candidates)}"] if any(c not in cited.reason for c in cited.candidates) else []
    return visible(f'  {place}: "{cited.words}": {"; ".join(filter(None, told))}')


def as_text(checked: Checked, everything: bool = False) -> str:
    """Return what is told of the references, for a reader."""
    if not checked.references:
        return "No references."
    return "\n".join(("References", *table(checked.references), *listed(checked.references, everything)))


def as_json(checked: Checked) -> bytes:
    """Return all of it for a program: an object with ``diagnostics`` and ``references``."""
    said = [found_as_data(found) for found in checked.diagnostics]
    return msgspec.json.format(msgspec.json.encode({"diagnostics": said, "references": checked.references}), indent=1)
