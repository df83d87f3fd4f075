"""The numbers of documents in the index: a function of the ids alone, and one document more moves few others.

A document is named by two numbers. Its block is its volume; a volume has a second block for the ids that carry no
number of their own. Its slot is the number in its id (``d387``: 387) or, in a second block, a place near its digest.
Neither says anything of the order that readers see: that of the volumes stands in the index's root.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

from generator import digest

_NUMBERED = re.compile(r"d?0*([1-9][0-9]{0,3})", re.ASCII)
CODES = 1500
"""Blocks have codes below this as long as they are few, so that a code takes two signs (see ``digits``)."""


class Slots(msgspec.Struct, frozen=True):
    """The slots of a volume's documents: ``numbered`` by the number in the id, ``others`` the rest."""

    numbered: dict[str, int] = {}
    others: dict[str, int] = {}


def slots(ids: Iterable[str]) -> Slots:
    """Return the slot of each of a volume's ``ids``. Of two that claim a number (``d7``, ``d007``) the shorter has it."""
    numbered: dict[int, str] = {}
    others = []
    for id in sorted(ids, key=lambda id: (len(id), id)):
        match = _NUMBERED.fullmatch(id)
        if match and (number := int(match[1])) not in numbered:
            numbered[number] = id
        else:
            others.append(id)
    return Slots({id: number for number, id in sorted(numbered.items())}, _scattered(others))


def _scattered(ids: list[str]) -> dict[str, int]:
    """Slots near the digests of the ids, half of them free. With each id there are two slots more to choose from, not
    at some number of ids twice as many: so an id more moves one or two others, never all."""
    count = 2 * len(ids)
    low = 1 << max(0, count.bit_length() - 1)

    def wanted(hashed: int) -> int:
        slot = hashed % (2 * low)
        return slot if slot < count else slot % low

    return _placed({id: _hash(id) for id in ids}, wanted)


def codes(blocks: Iterable[str]) -> dict[str, int]:
    """Return the code of each block, given their names."""
    return _placed({name: _hash(name) for name in blocks}, lambda hashed: hashed % CODES)


def _placed(hashes: dict[str, int], wanted: Callable[[int], int]) -> dict[str, int]:
    """Give each name the place it wants, or the next free one; who comes first is said by the hashes."""
    taken: dict[int, str] = {}
    for name in sorted(hashes, key=lambda name: (hashes[name], name)):
        place = wanted(hashes[name])
        while place in taken:
            place += 1
        taken[place] = name
    return {name: place for place, name in sorted(taken.items())}


def _hash(name: str) -> int:
    return int.from_bytes(digest.of_bytes(name.encode())[:8], "big")
