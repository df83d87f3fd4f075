"""The lists of a volume made ready to be looked up: for each word that a name may begin with, what it may be.

Only the form of the names is decided here; who is meant in a document is decided there (``finder``).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from generator import digest
from generator.document import Entry
from generator.mentions import forms
from generator.mentions.english import ENGLISH
from generator.mentions.forms import Exact
from generator.mentions.language import Language
from generator.mentions.names import Listed, Name, parse
from generator.mentions.text import lowered, plain

LANGUAGES = {"en": ENGLISH}
"""The language packs by tag. A language without one of its own is read with the English titles."""

_WORD = re.compile(r"[^\W_]+")
_CLAUSES = re.compile(r"[;,.:]|\band\b")
_NUMERAL = re.compile(r"[ ,](II|III|IV|VI?)\b")


class Fault(msgspec.Struct, frozen=True, array_like=True):
    """Something in a list that keeps names from being found: ``kind`` is shared (two entries have one name), short
    (a name of one letter) or word (a surname that is an ordinary word); ``list`` is persons, terms or places; ``ids``
    are the entries that it concerns, in the list's order."""

    kind: str
    list: str
    ids: tuple[str, ...]
    message: str
    hint: str


class Person(msgspec.Struct, frozen=True):
    """An entry of the list of persons. ``words`` are those of the explanation and the titles before the name, in small
    letters, titles in full; ``clauses`` the same words in their order, each clause of the explanation after a ``|``;
    ``woman`` whether the list lets one see that she is; ``numeral`` that of a ruler."""

    id: str
    words: frozenset[str]
    clauses: str
    woman: bool
    numeral: str


class Bearer(msgspec.Struct, frozen=True):
    """Who bears a surname: the number of the person, and the form of the name; ``sure``: the editor gives this word
    as another name of the person, so that it may be an ordinary word."""

    person: int
    name: Name
    sure: bool = False


class Surname(msgspec.Struct, frozen=True):
    """Those who bear a surname. ``ids`` are their entries; ``particles`` those of any of them; ``is_clear``: there is
    one form of the name of one person, with nothing before it or behind it that would have to be looked for; ``alone``:
    it may stand alone; ``sure``: the editor says so; ``ordinary``: it is a word too; ``never``: alone it is never taken
    for a name."""

    bearers: tuple[Bearer, ...]
    ids: tuple[str, ...]
    particles: frozenset[str]
    is_clear: bool
    alone: bool
    sure: bool
    ordinary: bool
    never: bool


class Lexicon:
    """The lists of a volume, compiled. ``starts`` is what may begin with a word that has a capital, by that word in
    small letters; ``small_starts`` the same for words without one, and numbers; ``surnames`` are those who bear one;
    ``first_names`` all that are known; ``places`` the id of the one place that bears a name, by the name in small
    letters; ``digest`` is that of the lists and the language; ``faults`` are what an editor should know of the lists."""

    def __init__(
        self, persons: tuple[Entry, ...], terms: tuple[Entry, ...], places: tuple[Entry, ...], language: str = "en"
    ) -> None:
        self.language: Language = LANGUAGES.get(language.split("-")[0].lower(), ENGLISH)
        self.digest = digest.of("names", persons, terms, places, language)
        self._faults: list[Fault] = []
        parsed = [parse(entry.name, self.language) for entry in persons]
        self.persons = tuple(_person(entry, names, self.language) for entry, names in zip(persons, parsed, strict=True))
        bearers = self._bearers(persons, parsed)
        names = [*self._knights(parsed), *self._other_names(persons, parsed, bearers)]
        names += [*self._listed("terms", terms), *self._listed("places", places)]
        self.surnames = {surname: self._surname(surname, tuple(those)) for surname, those in bearers.items()}
        own = (given for those in bearers.values() for b in those if not b.name.follows for given in b.name.given)
        self.places = _one_of_each(places)
        self.first_names = self.language.common | {given for given in own if len(given) > 2}
        self.starts, self.small_starts = forms.starts(self.surnames, names)
        self._report_words()
        self.faults = tuple(self._faults)

    @classmethod
    def of(
        cls, persons: tuple[Entry, ...], terms: tuple[Entry, ...], places: tuple[Entry, ...], language: str = "en"
    ) -> Lexicon:
        """Compile the lists of a volume, written in ``language`` (a tag such as ``en-GB``)."""
        return cls(persons, terms, places, language)

    def _bearers(self, persons: Sequence[Entry], parsed: Sequence[Listed]) -> dict[str, list[Bearer]]:
        found: dict[str, list[Bearer]] = {}
        same: defaultdict[str, list[str]] = defaultdict(list)
        for number, (entry, names) in enumerate(zip(persons, parsed, strict=True)):
            same[" ".join(lowered(plain(entry.name)).split())].append(entry.id)
            own = list(names.names)
            for other in entry.names:
                own += parse(other, self.language).names if "," in other else ()
            for name in dict.fromkeys(own):
                if _WORD.match(name.surname):
                    found.setdefault(name.surname, []).append(Bearer(number, name))
        for ids in same.values():
            if len(ids) > 1:
                self._shared("persons", next(entry.name for entry in persons if entry.id == ids[0]), ids)
        return found

    def _knights(self, parsed: Sequence[Listed]) -> Iterator[Exact]:
        """Sir Roger: a first name after the title."""
        owners: defaultdict[str, list[str]] = defaultdict(list)
        for person, listed in zip(self.persons, parsed, strict=True):
            first = next((name.given[0] for name in listed.names if name.given), "")
            for title in sorted(listed.titles & self.language.knights):
                if len(first) > 2:
                    owners[f"{title.title()} {first.title()}"].append(person.id)
        for name, ids in owners.items():
            yield Exact(name, "person", tuple(dict.fromkeys(ids)), single=False, leads=True)

    def _other_names(
        self, persons: Sequence[Entry], parsed: Sequence[Listed], bearers: dict[str, list[Bearer]]
    ) -> Iterator[Exact]:
        """The other names of persons. One word with a capital is treated as a surname, so that titles and first names
        before it are seen, and put into ``bearers``; the rest is found as it is written."""
        owners: defaultdict[str, list[int]] = defaultdict(list)
        for number, entry in enumerate(persons):
            for name in dict.fromkeys(" ".join(plain(other).split()) for other in entry.names):
                if forms.is_short(name):
                    self._short("persons", entry, name)
                elif "," not in name:
                    owners[name].append(number)
        for name, numbers in owners.items():
            if len(numbers) > 1:
                self._shared("persons", name, [persons[number].id for number in numbers])
            if " " not in name and name[0].isupper():
                word = lowered(name).replace("-", " ")
                those = bearers.setdefault(word, [])
                those[:] = [b for b in those if b.person not in numbers]
                those += [Bearer(n, Name(word, parsed[n].names[0].given), sure=True) for n in numbers]
            else:
                yield from forms.exact(name, "person", tuple(persons[n].id for n in numbers), self.language)

    def _listed(self, kind: str, entries: Iterable[Entry]) -> Iterator[Exact]:
        """The names of terms or places, and the forms of them that go without saying."""
        owners: defaultdict[str, list[str]] = defaultdict(list)
        guessed: defaultdict[str, list[str]] = defaultdict(list)
        for entry in entries:
            given = (form for each in (entry.name, *entry.names) for form in forms.listed(each))
            for name in dict.fromkeys(given):
                if forms.is_short(name):
                    self._short(kind, entry, name)
                else:
                    owners[name].append(entry.id)
                    guessed[forms.implied(name)].append(entry.id)
        for name, ids in owners.items():
            if len(ids) > 1:
                self._shared(kind, name, ids)
        for name, ids in {**guessed, **owners}.items():
            yield from forms.exact(name, kind.removesuffix("s"), tuple(dict.fromkeys(ids)), self.language)

    def _surname(self, surname: str, bearers: tuple[Bearer, ...]) -> Surname:
        sure = any(b.sure for b in bearers)
        name = bearers[0].name
        plain_name = not (name.particles or name.follows or self.persons[bearers[0].person].numeral)
        return Surname(
            bearers,
            tuple(dict.fromkeys(self.persons[b.person].id for b in bearers)),
            frozenset[str]().union(*(b.name.particles for b in bearers)),
            is_clear=len(bearers) == 1 and plain_name,
            alone=any(b.name.alone for b in bearers),
            sure=sure,
            ordinary=not sure and (surname in self.language.ordinary or len(surname) < 3),
            never=not sure and (len(surname) < 2 or surname in self.language.proper),
        )

    # Faults

    def _shared(self, kind: str, name: str, ids: Sequence[str]) -> None:
        said = " and ".join(f'"{id}"' for id in ids)
        one = kind.removesuffix("s")
        where = "only where a document names one of them more fully" if one == "person" else "for none of them"
        hint = f"It is found {where}. Give each a name that tells them apart, or mark the places: [name]{{{one}=id}}."
        self._faults.append(Fault("shared", kind, tuple(ids), f'{said} have the same name, "{name}"', hint))

    def _short(self, kind: str, entry: Entry, name: str) -> None:
        message = f'the name "{name}" of "{entry.id}" is too short to be looked for'
        hint = f"Mark it where it stands: [{name}]{{{kind.removesuffix('s')}={entry.id}}}."
        self._faults.append(Fault("short", kind, (entry.id,), message, hint))

    def _report_words(self) -> None:
        for surname, known in self.surnames.items():
            if known.alone and not known.sure and surname in self.language.ordinary:
                name = surname.title()
                message = f'"{name}" is an ordinary word, too: alone it is found only where the document names the person more fully'
                hint = f"If it is never anything else in this volume, say so with  names: [{name}]"
                self._faults.append(Fault("word", "persons", known.ids, message, hint))


def _one_of_each(places: tuple[Entry, ...]) -> dict[str, str]:
    """The id of the one place that bears a name, by the name in small letters."""
    owners: defaultdict[str, set[str]] = defaultdict(set)
    for entry in places:
        for name in (entry.name, *entry.names):
            owners[name.casefold()].add(entry.id)
    return {name: next(iter(ids)) for name, ids in owners.items() if len(ids) == 1}


def _person(entry: Entry, listed: Listed, language: Language) -> Person:
    told = lowered(plain("; ".join((entry.text, *(role.text for role in entry.roles)))))
    full = language.short_forms.get
    clauses = ["|" + " ".join([full(word, word) for word in _WORD.findall(clause)]) for clause in _CLAUSES.split(told)]
    words = frozenset(word for clause in clauses for word in clause[1:].split()) | listed.titles
    woman = any(name.given and name.given[0] in language.women for name in listed.names)
    woman = woman or not language.of_her.isdisjoint(words)
    numeral = _NUMERAL.search(plain(entry.name))
    return Person(entry.id, words, "".join(clauses), woman, lowered(numeral[1]) if numeral else "")
