"""Who had what part in a document: sender, addressee, participant, drafter, clearance, approver.

Names stand in the front matter, in the title ("Telegram From the Ambassador in France (Dillon) to the Department of
State"), in the list of those present, and in the source note.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.document import Document, RoleFact, SourceNote
from generator.mentions.hits import Hit
from generator.mentions.lexicon import Lexicon
from generator.mentions.text import END, Text

_ORDER = ("sender", "addressee", "participant", "drafter", "clearance", "approver")
_IN_A_LIST = frozenset(("item", "cell", "label", "verse"))


class Roles:
    """The parts in one document. ``asides`` are names given outside its text, which are to be searched with it;
    ``known`` are persons whom its metadata give by id."""

    def __init__(self, document: Document, lexicon: Lexicon, source: SourceNote | None) -> None:
        metadata = document.metadata
        self.language = lexicon.language
        self.given: list[tuple[str, str]] = []
        self.asides: list[str] = []
        self.of_asides: list[str] = []
        for role, parties in (("sender", metadata.sender), ("addressee", metadata.addressee)):
            for party in parties:
                if party.person:
                    self.given.append((role, party.person))
                else:
                    self._aside(role, party.name)
        if source:
            for role, names in (
                ("drafter", source.drafted),
                ("clearance", source.cleared),
                ("approver", source.approved),
            ):
                for name in names:
                    self._aside(role, name)
        self.known = {*metadata.persons, *(person for _, person in self.given)}

    def _aside(self, role: str, words: str) -> None:
        self.asides.append(words)
        self.of_asides.append(role)

    def of(self, text: Text, hits: Iterable[Hit]) -> tuple[RoleFact, ...]:
        """Return the parts, given what was found in ``text``, which was made with ``asides``."""
        persons = [(hit.start, hit.ids[0]) for hit in hits if hit.kind == "person"]
        persons += [(start, id) for block in text.marking for kind, id, start, _ in block.marked if kind == "person"]
        found = list(self.given)
        if persons:
            persons.sort()
            first = len(text.starts) - len(self.asides)
            for start, id in persons if self.asides else ():
                number = text.node_at(start) - first
                if number >= 0:
                    found.append((self.of_asides[number], id))
            if persons[0][0] < text.title_end and not any(role in ("sender", "addressee") for role, _ in found):
                found += self._parties(text, [(start, id) for start, id in persons if start < text.title_end])
            present = self._present(text)
            if present:
                found += [("participant", id) for start, id in persons if text.node_at(start) in present]
        return tuple(RoleFact(role, id) for role, id in sorted(dict.fromkeys(found), key=lambda f: _ORDER.index(f[0])))

    def _parties(self, text: Text, persons: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
        """Sender and addressee as the title names them, or who wrote it."""
        title = text.plain[: text.title_end]
        sender = re.search(self.language.sender, title, re.I)
        # Before the first bracket "to" may be part of an office: the Assistant to the President (Bundy) to ...
        addressee = re.compile(self.language.addressee, re.I)
        found = addressee.search(title, title.find(")") + 1) or addressee.search(title)
        if sender is None and found is None:
            return
        first = sender.end() if sender else 0
        last = found.start() if found else len(title)
        is_author = found is None and sender is not None and re.fullmatch(self.language.author, sender[0], re.I)
        for start, id in persons:
            if first <= start < last:
                yield "drafter" if is_author else "sender", id
            elif start >= last:
                yield "addressee", id

    def _present(self, text: Text) -> frozenset[int]:
        """The numbers of the text nodes in which those present are listed."""
        found = {number for number, block in enumerate(text.blocks) if block.in_list == "participants"}
        for word in self.language.present:
            at = -1
            while (at := text.low.find(word, at + 1)) >= 0:
                before = text.low[text.low.rfind(END, 0, at) + 1 : at]
                after = text.low[at + len(word) : at + len(word) + 3].lstrip("])")
                if after[:1] in (":", END) and before.strip(" [(") in self.language.before_present:
                    found |= self._listed(text, text.node_at(at))
        return frozenset(found)

    @staticmethod
    def _listed(text: Text, number: int) -> set[int]:
        """The text nodes of the block of ``number``, and of the list that follows it."""
        blocks, first = text.blocks, text.blocks[number]
        end = number
        while end < len(blocks) and (blocks[end] is first or blocks[end].kind in _IN_A_LIST):
            end += 1
        return set(range(number, end))
