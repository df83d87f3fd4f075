"""Names of terms and places, and other names of persons, that are found as they are written: their forms, and where in
a text each may begin.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from generator.mentions.language import Language
from generator.mentions.text import lowered, plain

_WORD = re.compile(r"[^\W_]+")
_SMALL = re.compile(r"[a-z0-9]")
_BRACKETS = re.compile(r"^(.*\S)\s+\(([^()\s]+)\)$")
_CAPITALS = re.compile(r"[A-Z]{2,7}")


class Exact(msgspec.Struct, frozen=True):
    """A name that is found as it is written: ``text`` in plain form, of which ``lead`` signs stand before the first
    word; the entries that have it. ``single``: it is one word; ``begins``: it has a capital only where a sentence
    begins; ``word``: it is an ordinary word but for its capitals; ``is_hour``: after a number it tells the time;
    ``leads``: another name may follow, and then it is part of that."""

    text: str
    kind: str
    ids: tuple[str, ...]
    lead: int = 0
    single: bool = True
    begins: bool = False
    word: bool = False
    is_hour: bool = False
    leads: bool = False


class Start(msgspec.Struct, frozen=True):
    """What may begin with a word: surnames in small letters, and names found as they are, by the sign that follows the
    word in them (those that are this one word are in all, and by themselves under ``""``); the longest first."""

    surnames: tuple[str, ...] = ()
    exact: dict[str, tuple[Exact, ...]] = {}

    def followed_by(self, sign: str) -> tuple[Exact, ...]:
        """Return the names that are possible where ``sign`` follows the word."""
        return self.exact.get(sign) or self.exact.get("", ())


Starts = dict[str, Start]


def is_short(name: str) -> bool:
    """Whether a name is too short to be looked for: one letter."""
    return sum(map(str.isalnum, name)) < 2


def listed(name: str) -> tuple[str, ...]:
    """Return the forms of a name that a list of terms or places gives: "Exim (Eximbank)" is two, "Dis or Diss" too."""
    name = " ".join(plain(name).split())
    out: list[str] = []
    for part in name.split(" or ") if name.count(" ") == 2 else (name,):
        bracketed = _BRACKETS.match(part)
        if bracketed:
            out += [bracketed[1], bracketed[2] if _is_like(bracketed[1], bracketed[2]) else part]
        else:
            out.append(part)
    return tuple(out)


def _is_like(one: str, other: str) -> bool:
    """Whether two abbreviations are the same in two forms: one has all the letters of the other."""
    short, long = sorted(("".join(filter(str.isalnum, lowered(text))) for text in (one, other)), key=len)
    letters = iter(long)
    return short[:1] == long[:1] and all(letter in letters for letter in short)


def implied(name: str) -> str:
    """Return the form of an abbreviation that goes without saying: USSR for U.S.S.R., and the other way round; else
    nothing."""
    if "." in name:
        return name.replace(".", "")
    return "".join(f"{letter}." for letter in name) if _CAPITALS.fullmatch(name) else ""


def exact(name: str, kind: str, ids: tuple[str, ...], language: Language) -> Iterator[Exact]:
    """Yield how ``name``, in plain form, is found. In small letters it may have a capital where a sentence begins."""
    first = _WORD.search(name)
    if first is None:
        return
    lead = first.start()
    single = first.end() - lead == len(name)
    if _SMALL.match(first[0]):
        yield Exact(name, kind, ids, lead, single)
        if first[0][0].islower():
            yield Exact(f"{name[:lead]}{name[lead].upper()}{name[lead + 1 :]}", kind, ids, lead, single, begins=True)
        return
    low = lowered(name)
    word = single and kind != "place" and (low in language.small or (not name.isupper() and low in language.ordinary))
    yield Exact(name, kind, ids, lead, single, word=word, is_hour=low.replace(".", "") in language.hours)


def starts(surnames: Iterable[str], names: Iterable[Exact]) -> tuple[Starts, Starts]:
    """Return what may begin with a word that has a capital, by that word in small letters, and what may begin with a
    word that has none, or a number."""
    large: defaultdict[str, tuple[list[str], list[Exact]]] = defaultdict(lambda: ([], []))
    small: defaultdict[str, tuple[list[str], list[Exact]]] = defaultdict(lambda: ([], []))
    for surname in surnames:
        word = _WORD.match(surname)
        if word:
            large[word[0]][0].append(surname)
    for name in names:
        first = _WORD.findall(name.text)[0]
        (small if _SMALL.match(first) else large)[lowered(first)][1].append(name)
    return _sorted(large), _sorted(small)


def _sorted(found: dict[str, tuple[list[str], list[Exact]]]) -> Starts:
    return {
        word: Start(
            tuple(sorted(dict.fromkeys(surnames), key=lambda name: (-len(name), name))),
            _by_next_sign(word, sorted(names, key=lambda name: (-len(name.text), name.text, name.kind, name.ids))),
        )
        for word, (surnames, names) in found.items()
    }


def _by_next_sign(word: str, names: list[Exact]) -> dict[str, tuple[Exact, ...]]:
    signs = [name.text[name.lead + len(word) :][:1] for name in names]
    return {sign: tuple(n for n, s in zip(names, signs, strict=True) if s in (sign, "")) for sign in signs}
