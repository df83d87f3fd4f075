"""What a surname in a text is part of: a name of somebody in the list, with first names, a title, or alone; a name of
somebody else; or the name of a thing, such as a plan or a library.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import SequenceMatcher

from generator.mentions.hits import Hit, Strength
from generator.mentions.lexicon import Bearer, Lexicon, Person, Surname
from generator.mentions.surroundings import Surroundings, bare
from generator.mentions.text import END, Text

_NUMERAL = re.compile(r" (II|III|IV|VI?|Jr|Sr|jr)\b(?!\.\s)")
_LAST_WORD = re.compile(r"[^\W_]+$")
_PARTS = re.compile(r"[.\-]+")
_NEAR = 0.75
_AFTER_BARE = frozenset(" .,;:)" + END)
_BEFORE_BARE = frozenset('":[/' + END)
_HYPHENS = frozenset("-\N{HYPHEN}\N{NON-BREAKING HYPHEN}")

Bearers = tuple[Bearer, ...]


class Persons:
    """Reads surnames in one text. ``strangers`` are surnames that somebody who is not in the list bears here too."""

    def __init__(self, text: Text, lexicon: Lexicon, around: Surroundings) -> None:
        self.text = text
        self.plain = text.plain
        self.low = text.low
        self.lexicon = lexicon
        self.language = lexicon.language
        self.around = around
        self.strangers: set[str] = set()
        self._words: dict[str, bool] = {}

    def hit(self, surname: str, at: int, end: int) -> Hit | None:
        """Return what the surname from ``at`` to ``end`` is part of, or None if that is no name of the list."""
        known = self.lexicon.surnames[surname]
        if known.is_clear and self._is_bare(at, end):
            return self._alone(Hit(at, end, "person", known.ids, Strength.ALONE, surname), known)
        bearers = known.bearers
        if not self._ends(end, bearers):
            return None
        following = self.around.next_word(end)
        stop, of_right, bearers = self._right(bearers, end, following)
        if not bearers:
            return None
        left = self._left(surname, known, of_right or bearers, at, end)
        if left is None:
            return None
        start, strength, of_left, title = left
        if of_right:
            strength, bearers = Strength.FULL, of_right
        elif of_left:
            bearers = of_left
        if title:
            bearers = self._with_title(bearers, title, start)
            if not bearers:
                return None
        if following and stop != end:
            following = self.around.next_word(stop)
        if surname in self.language.after and self.plain[stop] == " " and self.plain[stop + 1].isdigit():
            # A day: the Ambassadors, May 18.
            return None
        if following and self._is_named_after(following, strength):
            return None
        hit = Hit(start, stop, "person", known.ids, strength, surname)
        hit.in_office = self.language.short_forms.get(title, title) in self._of(bearers[0]).words
        return self._made(hit, bearers, known)

    def _is_bare(self, at: int, end: int) -> bool:
        """Whether no word with a capital is near, as in most places, and nothing else that must be looked into."""
        plain = self.plain
        if plain[end] not in _AFTER_BARE or plain[end + 1].isupper():
            return False
        if plain[at - 1] != " ":
            return plain[at - 1] in _BEFORE_BARE
        before = plain.rfind(" ", max(0, at - 40), at - 1) + 1
        return (plain[before].islower() or plain[before].isdigit()) and plain.find(END, before, at) < 0

    def _made(self, hit: Hit, bearers: Bearers, known: Surname) -> Hit | None:
        if known.sure and hit.strength is not Strength.FULL:
            bearers = tuple(b for b in bearers if b.sure) or bearers
        if bearers is not known.bearers:
            hit.ids = tuple(dict.fromkeys(self._of(b).id for b in bearers))
        if hit.strength is Strength.ALONE:
            return self._alone(hit, known)
        hit.doubtful = not known.alone
        return hit

    def _of(self, bearer: Bearer) -> Person:
        return self.lexicon.persons[bearer.person]

    def _alone(self, hit: Hit, known: Surname) -> Hit | None:
        """A surname that stands alone, unless it is perhaps none. If it is a word as well, it is doubtful."""
        if known.never:
            return None
        hit.doubtful = not known.alone
        is_word = self._words.get(hit.word)
        if is_word is None:
            is_word = not known.sure and self.text.has_small(hit.word)
            self._words[hit.word] = is_word
        if not is_word and not known.ordinary:
            return hit
        hit.ordinary = True
        if self.around.is_line(hit.start, hit.end):
            # A signature.
            return hit
        hit.doubtful = True
        if self.plain[hit.start : hit.end].isupper() or self.around.is_in_title(hit.start):
            return None
        return None if is_word and self.around.begins_sentence(hit.start) else hit

    # Behind the surname

    def _ends(self, end: int, bearers: Bearers) -> bool:
        """Whether the word that ends at ``end`` may be a whole surname."""
        sign, after = self.plain[end], self.plain[end + 1]
        if sign == "'":
            return not after.isalnum() or (after in "sS" and not self.plain[end + 2].isalnum())
        if sign == "-" and self.text.raw[end] in _HYPHENS and after.isalnum():
            # Nixon-style is Nixon, Douglas-Home is not Douglas.
            return after.islower() or any(b.name.follows for b in bearers) or self._begins_surname(end + 1)
        return True

    def _begins_surname(self, at: int) -> bool:
        end = at
        while self.plain[end].isalnum():
            end += 1
        return self.low[at:end] in self.lexicon.surnames

    def _right(self, bearers: Bearers, end: int, following: str) -> tuple[int, Bearers, Bearers]:
        """What stands behind a surname: the end of the name, the bearers whose first names follow there, and those
        who are possible."""
        if not following and self.plain[end] not in " -":
            return end, (), bearers
        is_joined = self.plain[end] == "-" and self.plain[end + 1].isalnum()
        best = end
        found: list[Bearer] = []
        for bearer in bearers:
            if bearer.name.follows and bearer.name.given:
                stop = self._given_behind(bearer.name.given, end)
                if stop > best:
                    best, found = stop, []
                if stop == best > end:
                    found.append(bearer)
        if found:
            return best, tuple(found), bearers
        if (following and not self.around.is_aside(following)) or (is_joined and self.text.raw[end] in _HYPHENS):
            # Another name of the same family: Kim Young Sam.
            bearers = tuple(b for b in bearers if not b.name.follows or not b.name.given)
        numeral = _NUMERAL.match(self.plain, end)
        if numeral:
            ruler = numeral[1].lower()
            numbered = tuple(b for b in bearers if self._of(b).numeral == ruler)
            if numbered:
                return numeral.end(), (), numbered
            if ruler not in ("jr", "sr"):
                bearers = tuple(b for b in bearers if not self._of(b).numeral)
        return end, (), bearers

    def _given_behind(self, given: tuple[str, ...], at: int) -> int:
        """The end of the first names ``given`` if they stand behind ``at``, else -1."""
        end = at
        for token in given:
            place = end + 1 if self.low[end] == " " else end
            if place == at or not self.low.startswith(token, place):
                return -1
            end = place + len(token)
        return -1 if self.low[end].isalnum() else end

    def _is_named_after(self, following: str, strength: Strength) -> bool:
        """Whether the word behind a name makes it that of a thing: Marshall Plan."""
        if self.around.is_aside(following):
            return False
        return strength is not Strength.FULL or following in self.language.named_after

    # Before the surname

    def _left(
        self, surname: str, known: Surname, bearers: Bearers, at: int, end: int
    ) -> tuple[int, Strength, Bearers, str] | None:
        """What stands before a surname: where the name begins, how sure it is, the bearers whose first names stand
        there, and the title; None if the name is another's."""
        start = self._particles(known.particles, at) if known.particles else at
        before = self.plain[start - 1] if start else END
        if before.isalnum() or (
            before in "'-" and start > 1 and self.plain[start - 2].isalnum() and self._is_torn(start)
        ):
            return None
        words = self.around.words_before(start) if before in " ." else ()
        if not words:
            office = self.around.office_of_brackets(start, end) if before == "(" else ""
            return start, Strength.TITLED if office else Strength.ALONE, (), office
        place, word = words[0]
        nearest = bare(word)
        is_title = nearest in self.language.titles and len(nearest) > 1
        full = self._with_first_names(words, bearers) if not is_title or nearest in self.lexicon.first_names else None
        if full:
            return full
        if is_title:
            return start, Strength.TITLED, (), nearest
        title = self.around.office_ends(start) if nearest in self.language.ends else ""
        if title:
            return start, Strength.TITLED, (), title
        if self.around.is_no_name(word, place):
            return start, Strength.ALONE, (), ""
        if any(_is_near(nearest, given) for b in bearers for given in b.name.given[:1]):
            # Perhaps the same in another spelling, and perhaps not: nothing follows from it.
            return None
        if nearest in self.lexicon.first_names or (len(nearest) == 1 and len(words) > 1 and len(bare(words[1][1])) > 1):
            # Somebody else, unless it is a place or an office: Carey A. Randall.
            self.strangers.add(surname)
        return None

    def _is_torn(self, start: int) -> bool:
        """Whether the word before a hyphen or apostrophe belongs to the surname: not in pro-Castro, Dulles–Eden."""
        if self.plain[start - 1] == "'":
            return True
        if self.text.raw[start - 1] not in _HYPHENS:
            return False
        before = _LAST_WORD.search(self.low, max(0, start - 30), start - 1)
        return before is None or (before[0] not in self.language.prefixes and before[0] not in self.lexicon.surnames)

    def _with_first_names(
        self, words: list[tuple[int, str]], bearers: Bearers
    ) -> tuple[int, Strength, Bearers, str] | None:
        """The longest first names before a surname that fit somebody, with the title before them."""
        given: list[str] = []
        best: tuple[int, Strength, Bearers, str] | None = None
        for place, word in words:
            short = bare(word)
            if given and short in self.language.titles and len(short) > 1:
                return (best[0], best[1], best[2], short) if best else None
            given[:0] = [part for part in _PARTS.split(short) if part]
            fitting = tuple(b for b in bearers if fits(given, b, self.language.first_names))
            if fitting:
                best = (place, Strength.FULL, fitting, "")
        return best

    def _particles(self, wanted: frozenset[str], at: int) -> int:
        """Where a surname at ``at`` begins, with the particles before it."""
        while at and self.low[at - 1] == " ":
            particle = next((p for p in wanted if self.low.endswith(p, 0, at - 1)), "")
            start = at - 1 - len(particle)
            if not particle or (start and self.low[start - 1].isalnum()):
                break
            at = start
        return at

    def _with_title(self, bearers: Bearers, title: str, start: int) -> Bearers:
        """Those who may bear the title before ``start``: a woman Mrs., and of several the one whose explanation in
        the list has most of the words of the office."""
        if title in self.language.of_women:
            return tuple(b for b in bearers if self._of(b).woman)
        if len(bearers) < 2:
            return bearers
        words = self.around.office(start)
        for first in range(len(words)):
            # Secretary of State Rogers is no Assistant Secretary of State.
            office = "|" + " ".join(words[first:]) + " "
            if holding := tuple(b for b in bearers if office in f"{self._of(b).clauses} "):
                return holding
        office = self.language.short_forms.get(title, title)
        counted = [(sum(w in self._of(b).words for w in words), b) for b in bearers if office in self._of(b).words]
        most = max((number for number, _ in counted), default=0)
        return tuple(b for number, b in counted if number == most) or bearers


def _is_near(word: str, listed: str) -> bool:
    """Whether two first names may be one in two spellings: Dmitriy and Dimitri."""
    return len(word) > 1 < len(listed) and word[0] == listed[0] and SequenceMatcher(None, word, listed).ratio() > _NEAR


def fits(words: list[str], bearer: Bearer, pet_forms: Mapping[str, str]) -> bool:
    """Whether first names and initials in a text may be those of a person in the list."""
    listed = bearer.name.given
    if not listed:
        return False
    at = _first(words[0], listed, pet_forms) + 1
    if not at:
        return words[0] in bearer.name.nicknames
    for word in words[1:]:
        place = next((n for n in range(at, len(listed)) if _is_same(word, listed[n], pet_forms)), -1)
        if place < 0:
            # A middle name that the list does not give.
            return at >= len(listed) and len(words[0]) > 1
        at = place + 1
    return True


def _first(word: str, listed: tuple[str, ...], pet_forms: Mapping[str, str]) -> int:
    """Which of the first names in a list the first one in a text is, or -1. John Foster Dulles may be Foster Dulles, but
    not F. Dulles."""
    if _is_same(word, listed[0], pet_forms):
        return 0
    if len(word) == 1:
        return -1
    return next((n for n, name in enumerate(listed) if len(name) > 1 and _is_same(word, name, pet_forms)), -1)


def _is_same(word: str, listed: str, pet_forms: Mapping[str, str]) -> bool:
    if len(word) == 1 or len(listed) == 1:
        return word[0] == listed[0]
    if word == listed or (word[:4] == listed[:4] and len(word) > 3 < len(listed)):
        # Georgios may be called George.
        return True
    return listed in pet_forms.get(word, "").split() or word in pet_forms.get(listed, "").split()
