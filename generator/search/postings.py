"""Postings: which documents hold a term, how often, and at which places.

The posting of a term in one field is a text of runs, one for each block of documents (see ``numbering``), with ``~``
between: the block's code (less the previous one's and one), then for each document (gap to the slot before - 1) * 2,
plus one if the term stands there more than once, and then how often less two. Its places are a text of as many runs,
with as many numbers for a document as the term stands there. The twin of the decoding is in assets/search-engine.js.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from generator.search.analyser import FIELDS, DocumentPositions, DocumentTerms
from generator.search.digits import ENCODED, NUMBER, SEPARATOR, decode

Entry = tuple[int, int, str]
"""A document in a run: its slot, how often it holds the term, and the places as text (empty if none are kept)."""

Change = tuple[int, str] | None
"""What becomes of a document in a posting: how often and where it holds the term now, or None if no more."""


class Collector:
    """Collects the postings of whole blocks, which come in the order of their codes."""

    def __init__(self) -> None:
        self._fields: list[dict[str, _Runs]] = [{} for _ in FIELDS]

    def add_block(self, code: int, documents: Iterable[tuple[int, DocumentTerms, DocumentPositions | None]]) -> None:
        """Add the documents of a block with their slots, in the order of these."""
        held: list[dict[str, list[Any]]] = [defaultdict(list) for _ in FIELDS]
        for slot, terms, positions in documents:
            for number, field in enumerate(terms.fields):
                if not field.terms:
                    continue
                entries = held[number]
                places = positions.fields[number].split('"') if positions else repeat("")
                # Three items in a row: millions of tuples would take more time and memory.
                for term, frequency, place in zip(field.split(), field.frequencies, places):  # noqa: B905
                    entries[term] += (slot, frequency, place)
        for runs, found in zip(self._fields, held, strict=True):
            for term, entries_of_term in found.items():
                run = runs.get(term)
                if run is None:
                    run = runs[term] = _Runs()
                run.add(code, entries_of_term)

    def rows(self, terms: Iterable[str]) -> Iterator[tuple[list[str], list[str]]]:
        """Yield for each term its postings in all fields, and its places in all fields."""
        for term in terms:
            found = [runs.get(term) for runs in self._fields]
            yield [one.posting if one else "" for one in found], [one.places if one else "" for one in found]

    def terms(self) -> set[str]:
        """Return all terms that were added."""
        return set().union(*self._fields)


class _Runs:
    """A posting and its places as they grow; whole texts, because millions of short ones take more memory."""

    __slots__ = ("code", "places", "posting")

    def __init__(self) -> None:
        self.code = -1
        self.posting = ""
        self.places = ""

    def add(self, code: int, entries: list[Any]) -> None:
        """Add the documents of a block: slot, frequency, places of each in turn."""
        separator = SEPARATOR if self.posting else ""
        places = "".join(entries[2::3])
        body = _body(entries[0::3], entries[1::3])
        self.posting = f"{self.posting}{separator}{ENCODED[code - self.code - 1]}{body}"
        self.places = f"{self.places}{separator}{places}"
        self.code = code


def _body(slots: list[int], frequencies: list[int]) -> str:
    """The documents of a run: their slots, and how often each holds the term."""
    encoded = ENCODED
    gaps = zip(slots, (-1, *slots), frequencies)  # noqa: B905  (the last slot has no successor)
    return "".join([
        encoded[2 * (slot - before) - 2] if frequency == 1 else encoded[2 * (slot - before) - 1] + encoded[frequency - 2]
        for slot, before, frequency in gaps
    ])  # fmt: skip


def changed(posting: str, places: str, changes: Mapping[int, Mapping[int, Change]]) -> tuple[str, str]:
    """Return a posting and its places with ``changes`` made: code of the block -> slot -> what becomes of it."""
    blocks: dict[int, tuple[str, str]] = {}
    code = -1
    if posting:
        for run, run_places in zip(posting.split(SEPARATOR), places.split(SEPARATOR), strict=True):
            first = NUMBER.match(run)
            assert first
            code += decode(first[0])[0] + 1
            blocks[code] = (run[first.end() :], run_places)
    for code, of_block in changes.items():
        entries = {entry[0]: entry for entry in _entries(*blocks.get(code, ("", "")))}
        for slot, change in of_block.items():
            if change is None:
                entries.pop(slot, None)
            else:
                entries[slot] = (slot, *change)
        blocks.pop(code, None)
        if entries:
            listed = [entries[slot] for slot in sorted(entries)]
            slots, frequencies, found = zip(*listed, strict=True)
            blocks[code] = (_body(list(slots), list(frequencies)), "".join(found))
    before = -1
    runs = []
    for code in sorted(blocks):
        runs.append(ENCODED[code - before - 1] + blocks[code][0])
        before = code
    return SEPARATOR.join(runs), SEPARATOR.join([blocks[code][1] for code in sorted(blocks)])


def _entries(body: str, places: str) -> Iterator[Entry]:
    """Yield the documents of a run without its code."""
    numbers = iter(decode(body))
    written = iter(NUMBER.findall(places))
    slot = -1
    for number in numbers:
        slot += (number >> 1) + 1
        frequency = next(numbers) + 2 if number & 1 else 1
        yield slot, frequency, "".join([next(written) for _ in range(frequency)]) if places else ""
