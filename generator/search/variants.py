"""Other forms of words: what a reader may type, and what stands in the documents for it.

The built-in list of telegraphese knows that ``wld`` is would; the lists of an edition say what COCOM is short for, and
under which other names a person goes. Each form leads to the others, in both directions. The browser adds them to a
query (assets/search-engine.js); the index itself knows nothing of them.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache

from generator import digest
from generator.document import Entry, Volume
from generator.mentions import forms
from generator.mentions.english import ENGLISH
from generator.mentions.names import parse
from generator.search.analyser import fold
from generator.search.languages import language
from generator.telegraphese import english
from generator.telegraphese.english import Word

Forms = Mapping[str, tuple[str, ...]]
"""The terms of a form, stop words among them, with a space between -> the other forms, as they are written."""

TELEGRAPHESE = {"en": (english.FORMS, english.COMMON, english.WORDS)}

LONGEST = 8
"""Words of a form at most. assets/search-engine.js looks for no longer one."""

_SKIPPED = 2
_SHORT = 3
_SMALL = frozenset("a an and at by de du for from in la le of on or the to und".split())
_EDGES = re.compile(r"^\W+|\W+\Z", re.ASCII)
_BRACKETS = re.compile(r"\s*[(\[][^()\[\]]*[)\]]")
_OR = re.compile(r" or |, ")


class Given:
    """The forms that an edition knows: a ``key`` that is the same as long as they are, and the forms themselves."""

    def __init__(self, key: bytes, make: Callable[[], Forms]) -> None:
        self.key = key
        self._make = make

    @cached_property
    def forms(self) -> Forms:
        """The forms, made when first asked for."""
        return self._make()


NONE = Given(b"", dict)
"""No other forms."""


def given(volumes: Iterable[Volume], tag: str) -> Given:
    """Return the other forms of words in the lists of ``volumes`` and in the telegraphese of the language of ``tag``."""
    lists = [(volume.persons, volume.terms, volume.places) for volume in volumes]
    names = [
        [(e.name, e.names, e.text if kind == 1 else "") for e in entries]
        for of in lists
        for kind, entries in enumerate(of)
    ]
    return Given(digest.of("variants", tag, names), lambda: _joined(_pairs(lists, tag), tag))


def terms(text: str, tag: str) -> list[str]:
    """Return the terms of a form in the language of ``tag``, stop words included: twin of ``termsOf`` in
    assets/search-engine.js."""
    return [_stem(word, tag) for word in _words(text)]


def searched(text: str, tag: str) -> list[str]:
    """Return those terms of a form that the index can hold."""
    stop_words = language(tag).stop_words
    return [_stem(word, tag) for word in _words(text) if word not in stop_words]


def _words(text: str) -> list[str]:
    words = (_EDGES.sub("", word) for word in fold(text).lower().replace("-", " ").split())
    return [word for word in words if word]


@lru_cache(maxsize=1 << 14)
def _stem(word: str, tag: str) -> str:
    return _stemmer(tag)(word)


@cache
def _stemmer(tag: str) -> Callable[[str], str]:
    return language(tag).stemmer()


def _joined(pairs: Iterable[tuple[str, str]], tag: str) -> dict[str, tuple[str, ...]]:
    """Put pairs of forms together, each in both directions."""
    found: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for pair in dict.fromkeys(pairs):
        for one, other in (pair, pair[::-1]):
            key, meant = " ".join(terms(one, tag)), " ".join(terms(other, tag))
            # What holds all words of the other is found with it, or finds less.
            if not key or not meant or key.count(" ") >= LONGEST or _holds(key, meant) or _holds(meant, key):
                continue
            if searched(other, tag):
                named = found[key].setdefault(meant, other)
                found[key][meant] = min(named, other, key=lambda form: (len(form), form))
            else:
                found[key].setdefault(meant, "")
    reached = {key: dict(_reached(key, found)) for key in sorted(found)}
    return {key: tuple(sorted(_least(of).values())) for key, of in reached.items() if of}


def _reached(key: str, found: Mapping[str, Mapping[str, str]]) -> Iterator[tuple[str, str]]:
    """The forms that a form leads to. A very common word is in no index, so its other forms stand for it."""
    for meant, form in found[key].items():
        if form:
            yield meant, form
        else:
            yield from ((again, other) for again, other in found.get(meant, {}).items() if other and again != key)


def _least(reached: Mapping[str, str]) -> dict[str, str]:
    """Those forms that hold no other of them: these are found with it."""
    return {
        one: form
        for one, form in reached.items()
        if not any(f" {other} " in f" {one} " for other in reached if other != one)
    }


def _holds(key: str, other: str) -> bool:
    return set(other.split(" ")) <= set(key.split(" "))


def _pairs(lists: Iterable[tuple[tuple[Entry, ...], ...]], tag: str) -> Iterator[tuple[str, str]]:
    yield from _telegraphese(tag)
    for persons, named, places in lists:
        for entry in persons:
            yield from _each_with_each(_of_person(entry))
        for entry in named:
            yield from _of_term(entry)
        for entry in places:
            yield from _each_with_each(_of_name(entry))


def _each_with_each(names: list[str]) -> Iterator[tuple[str, str]]:
    return ((one, other) for at, one in enumerate(names) for other in names[at + 1 :])


def _telegraphese(tag: str) -> Iterator[tuple[str, str]]:
    """The forms of telegraphese with what each stands for; not those that only their context tells, nor those that are
    words too and may mean anything."""
    pack = TELEGRAPHESE.get(tag.lower().partition("-")[0])
    if pack is None:
        return
    sure, common, words = pack
    depending = {form.lower() for form, word in words.items() if _depends(word)}
    plain = {form: word.expansion for form, word in words.items() if form.lower() not in depending}
    plain = {form: expansion for form, expansion in plain.items() if len(meant(expansion)) < 3}
    for form, meanings in (*sure.items(), *common.items(), *plain.items()):
        for meaning in meant(meanings):
            yield form, meaning


def _depends(word: Word) -> bool:
    """Whether only its neighbours tell that a form is none of the words or names that are written so."""
    return bool(word.after or word.before or word.never)


def meant(expansion: str) -> list[str]:
    """Return what an expansion names, each in full: "foreign minister or ministry" is two, what explains a meaning
    ("reference telegram, the telegram referred to") none."""
    head = re.split(r", the |: ", expansion)[0]
    before, either, after = head.partition(" or ")
    if not either:
        return [head]
    if "," in before:
        return _OR.split(head)
    left, right = before.split(), after.split()
    if len(left) > 1 and len(right) > 1 and {left[0], left[-1]} & {right[0], right[-1]}:
        # "high commissioner or high commission", "American consul general or consulate general"
        return [before, " ".join([*left[: -len(right)], *right])]
    return [" ".join([*left, *right[1:]]), " ".join([*left[:-1], *right])]


def _of_person(entry: Entry) -> list[str]:
    """The surname in its spellings, and other names."""
    names: dict[str, None] = {}
    for name in (entry.name, *entry.names):
        if name == entry.name or "," in name:
            spelt = [one for one in parse(name, ENGLISH).names if one.alone and one.surname]
            # A surname such as Kim says too little, and is not always the part that is written otherwise.
            names.update((" ".join((one.surname, *one.given)) if one.follows else one.surname, None) for one in spelt)
        elif not forms.is_short(name):
            names[name] = None
    return list(names)


def _of_name(entry: Entry) -> list[str]:
    names = [form for name in (entry.name, *entry.names) for form in forms.listed(name)]
    names += [form for name in names if (form := forms.implied(name))]
    return [name for name in dict.fromkeys(names) if not forms.is_short(name)]


def _of_term(entry: Entry) -> Iterator[tuple[str, str]]:
    names = _of_name(entry)
    yield from _each_with_each(names)
    for name in names:
        for clause in entry.text.split(";"):
            if full := spelt_out(name, clause):
                yield name, full


def spelt_out(name: str, text: str) -> str:
    """Return the words at the beginning of an explanation that a name is short for; nothing if it is short for none.

    "Coordinating Committee at Paris of the nations ..." spells COCOM out: the letters of the name begin its words, or
    stand within them. An explanation of few words needs none of its letters.
    """
    plain = " ".join(_BRACKETS.sub("", text).split()).rstrip(".")
    words = plain.split(" ")
    ends = [at + 1 for at, word in enumerate(words) if word.endswith((",", ":"))] + [len(words)]
    letters = "".join(filter(str.isalnum, name.lower()))
    found = _spelt(letters, tuple(_letters(word) for word in words[: LONGEST + _SKIPPED]), ends)
    if found is not None:
        begins, end = found
        if begins:  # "Office of European Affairs" for EUR
            end = next(one for one in ends if one >= end)
    elif ends[0] <= _SHORT and len(letters) > 1:
        end = ends[0]
    else:
        return ""
    return " ".join(words[:end]).strip(" ,:") if end <= LONGEST else ""


def _letters(word: str) -> str:
    return "".join(letter for letter in fold(word).lower() if letter.isalnum() or letter == "-")


def _spelt(letters: str, words: tuple[str, ...], ends: Sequence[int]) -> tuple[int, int] | None:
    """Return the first word that ``letters`` come from and one more than the last; of all ways the one with the most
    words, those left out and the commas between taken from them; of small words any number may be left out."""
    best: tuple[tuple[int, int], tuple[int, int]] | None = None
    # letter, word, first word used, words left out, words used
    stack: list[tuple[int, int, int, int, int]] = [(0, 0, -1, 0, 0)]
    met = set(stack)

    def go(*state: *tuple[int, int, int, int, int]) -> None:
        # Many ways lead to the same place; of a name such as "aaaa", more than can be gone.
        if state not in met:
            met.add(state)
            stack.append(state)

    while stack:
        letter, at, first, skipped, used = stack.pop()
        if letter == len(letters):
            rank = (skipped - used + sum(end < at for end in ends), at)
            if skipped <= _SKIPPED and (best is None or rank < best[0]):
                best = rank, (first, at)
            continue
        if at == len(words) or skipped > _SKIPPED:
            continue
        word = words[at]
        small = word in _SMALL
        go(letter, at + 1, first, skipped + (not small), used)
        for taken in _taken(letters[letter:], word):
            go(letter + taken, at + 1, at if first < 0 else first, skipped, used + (not small))
    return best[1] if best else None


def _taken(letters: str, word: str) -> Iterator[int]:
    """How many of the letters may come from a word: they stand in it in their order, the first at its beginning."""
    at = 0
    for count, letter in enumerate(letters, 1):
        at = word.find(letter, at) + 1
        if not at or (count == 1 and at > 1):
            return
        yield count
