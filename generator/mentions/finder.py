"""Who and what is named in a document: the names of a lexicon found in its run of text, and whom they mean there.

First every place where a name stands is noted, with what the words around it say (``Hit``). When all are known, it is
decided whom each means: a surname that several bear can be told by the fuller names elsewhere in the document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from generator.mentions.forms import Exact, Start
from generator.mentions.hits import Hit, Strength
from generator.mentions.lexicon import Lexicon
from generator.mentions.persons import Persons
from generator.mentions.surroundings import Surroundings
from generator.mentions.text import END, Block, State, Text

_CAPITAL = re.compile(r"[^\W\d_a-z][^\W_]*")
_CAPITAL_ASCII = re.compile(r"[A-Z][A-Za-z0-9]*")


class Finder:
    """Finds the names of ``lexicon`` in ``text``. ``known`` are persons whom the document is known to concern.

    ``undecided`` are afterwards hits of which it cannot be said whom they mean, the first of each word."""

    def __init__(self, text: Text, lexicon: Lexicon, known: Iterable[str]) -> None:
        self.text = text
        self.lexicon = lexicon
        self.language = lexicon.language
        self.around = Surroundings(text, lexicon.language, lexicon.first_names)
        self.persons = Persons(text, lexicon, self.around)
        self.named = set(known)
        self.undecided: dict[str, Hit] = {}

    def find(self) -> list[Hit]:
        """Return the hits that count, each with the one entry that it means, in their order, none over another."""
        hits = self._hits()
        strangers = self.persons.strangers
        for hit in hits:
            if hit.kind == "person" and len(hit.ids) == 1 and (
                hit.strength is Strength.FULL
                or (hit.strength is Strength.TITLED and (hit.in_office or not (hit.doubtful or hit.word in strangers)))
            ):  # fmt: skip
                self.named.add(hit.ids[0])
        decided = []
        for hit in hits:
            id = self._meant(hit)
            if id:
                hit.ids = (id,)
                decided.append(hit)
        return _apart(decided)

    # Places

    def _hits(self) -> list[Hit]:
        out: list[Hit] = []
        plain = self.text.plain
        get = self.lexicon.starts.get
        for found in (_CAPITAL_ASCII if plain.isascii() else _CAPITAL).finditer(plain):
            word = found[0]
            start = get(word.lower())
            if start is not None:
                self._starting(start, found.start(), plain[found.end()], out)
                continue
            # A plural (NIEs), or an abbreviation with a number (FY54).
            last = word[-1]
            if last == "s":
                start = get(word[:-1].lower())
            elif last in "0123456789" and word[1:2].isupper():
                start = get(word.rstrip("0123456789").lower())
            if start is not None:
                self._starting(start, found.start(), "", out)
        small = self.lexicon.small_starts
        for at, word in self.text.places_of(small):
            self._starting(small[word], at, plain[at + len(word)], out)
        return out

    def _starting(self, start: Start, at: int, following: str, out: list[Hit]) -> None:
        """Add what begins with the word at ``at``, before the sign ``following``: the longest name that is found as it
        is, and the longest surname."""
        text = self.text
        names = start.followed_by(following) if start.exact else ()
        if not (names or start.surnames) or (at and text.plain[at - 1].isalnum()):
            return
        number = text.node_at(at)
        state = text.states[number]
        if state is State.CLOSED:
            return
        if names and state is not State.ASIDE:
            hit = self._exact(names, at)
            if hit and _fits(hit, text, number, state):
                out.append(hit)
        if start.surnames and state in (State.OPEN, State.ASIDE):
            for surname in start.surnames:
                end = at + len(surname)
                if text.low.startswith(surname, at) and not text.plain[end].isalnum():
                    hit = self.persons.hit(surname, at, end)
                    if hit and _fits(hit, text, number, state):
                        out.append(hit)
                    break

    def _exact(self, names: tuple[Exact, ...], at: int) -> Hit | None:
        plain = self.text.plain
        for name in names:
            start = at - name.lead
            end = start + len(name.text)
            if start < 0 or not plain.startswith(name.text, start):
                continue
            before = plain[start - 1] if start else END
            if before.isalnum() or (before == "." and start > 1 and plain[start - 2].isalnum()):
                continue
            if plain[end].isalnum() and not self._is_lengthened(name, end):
                continue
            if name.is_hour and plain[max(0, start - 2) : start - 1].isdigit():
                continue
            if name.begins and not self.around.begins_sentence(start):
                continue
            if name.word and self._is_word(name, start, end):
                continue
            if name.leads and self.around.next_word(end) and not self.around.is_aside(self.around.next_word(end)):
                continue
            if name.kind == "place" and self._is_no_place(start, end):
                continue
            strength = Strength.TITLED if name.leads else Strength.FULL
            return Hit(start, end, name.kind, name.ids, strength, name.text)
        return None

    def _is_lengthened(self, name: Exact, end: int) -> bool:
        """Whether what follows an abbreviation without a space is only an s or a number."""
        if name.kind != "term" or not name.single or name.word:
            return False
        plain = self.text.plain
        if plain[end] == "s":
            return not plain[end + 1].isalnum()
        return name.text.isupper() and plain[end].isdigit()

    def _is_word(self, name: Exact, start: int, end: int) -> bool:
        """Whether a term that is an ordinary word but for its capitals is nothing else here. In capitals it is a
        term where the words beside it are not in capitals too."""
        if not name.text.isupper():
            return True
        before = self.text.plain[max(0, start - 24) : start].rsplit(END, 1)[-1].split()
        after = self.text.plain[end : end + 24].split(END, 1)[0].split()
        return any(len(word) > 1 and word.isupper() for word in (*before[-1:], *after[:1]))

    def _is_no_place(self, start: int, end: int) -> bool:
        """Whether the name of a place is part of another name (George Washington, Washington Post), or a word."""
        if self.around.next_word(end) in self.language.papers:
            return True
        if self.around.begins_sentence(start) and self.text.has_small(self.text.low[start:end]):
            return True
        before = self.around.words_before(start)
        word = before[0][1].rstrip(".").lower() if before else ""
        return word in self.language.titles or word in self.lexicon.first_names

    # Decisions

    def _meant(self, hit: Hit) -> str:
        """Whom or what a hit means; nothing if that cannot be said."""
        if hit.kind != "person" or len(hit.ids) > 1:
            named = [id for id in hit.ids if id in self.named] if hit.kind == "person" else hit.ids
            stranger = hit.strength is Strength.ALONE and hit.word in self.persons.strangers
            if len(named) == 1 and not stranger:
                return named[0]
            if hit.state is not State.ASIDE and not hit.ordinary:
                self.undecided.setdefault(hit.word, hit)
            return ""
        id = hit.ids[0]
        if hit.strength is Strength.FULL:
            return id
        if hit.strength is Strength.TITLED:
            return "" if hit.word in self.persons.strangers and id not in self.named else id
        if hit.word in self.persons.strangers or (hit.doubtful and id not in self.named):
            return ""
        return id


def _fits(hit: Hit, text: Text, number: int, state: State) -> bool:
    """Whether a hit stands in one piece of text, in which its kind may be found; it then knows that piece."""
    if hit.start < text.starts[number] or hit.end > text.starts[number] + len(text.nodes[number].text):
        return False
    if hit.kind != {State.SHORT_FORM: "term", State.PLACE_NAME: "place"}.get(state, hit.kind):
        return False
    hit.node, hit.state = number, state
    return True


def _apart(hits: list[Hit]) -> list[Hit]:
    """The hits in their order, of those that overlap only the longest."""
    out: list[Hit] = []
    for hit in sorted(hits, key=lambda h: (h.start, -h.end, h.kind != "person")):
        if out and hit.start < out[-1].end:
            if hit.end - hit.start > out[-1].end - out[-1].start:
                out[-1] = hit
            continue
        out.append(hit)
    return out


def first_in_each_block(hits: Iterable[Hit], text: Text) -> Iterator[Hit]:
    """Of the hits in the text itself those that are the first of their entry in a block in which the source does not
    mark it."""
    seen = {(block, kind, id) for block in text.marking for kind, id, _, _ in block.marked}
    for hit in hits:
        place: tuple[Block, str, str] = (text.blocks[hit.node], hit.kind, hit.ids[0])
        if hit.state is not State.ASIDE and place not in seen:
            seen.add(place)
            yield hit
