"""A place in a document where a name stands."""

from __future__ import annotations

from enum import IntEnum

from generator.mentions.text import State


class Strength(IntEnum):
    """How surely words are the name of a person: a surname alone, after a title or office, with a first name."""

    ALONE = 0
    TITLED = 1
    FULL = 2


class Hit:
    """Where a name stands: its bounds in the run, its kind, the entries that it may mean, how surely, and the form by
    which it was found.

    ``doubtful``: it counts only where the document names the same person more fully; ``ordinary``: the word need not be
    a name; ``in_office``: the list gives that person the title that stands here; ``node`` and ``state`` are those of the
    text that it stands in."""

    __slots__ = (
        "doubtful",
        "end",
        "ids",
        "in_office",
        "kind",
        "node",
        "ordinary",
        "start",
        "state",
        "strength",
        "word",
    )

    def __init__(self, start: int, end: int, kind: str, ids: tuple[str, ...], strength: Strength, word: str) -> None:
        self.start = start
        self.end = end
        self.kind = kind
        self.ids = ids
        self.strength = strength
        self.word = word
        self.doubtful = False
        self.ordinary = False
        self.in_office = False
        self.node = 0
        self.state = State.OPEN
