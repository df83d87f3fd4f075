"""Names of persons as lists give them, taken apart: "Eden, Rt. Hon. Sir Anthony", "al-Quwatli (Quwatly), Shukri",
"Guevara de la Serna, Major Ernesto “Che,”", "Park Chung Hee (Pak Chong-hui)".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec

from generator.mentions.language import Language
from generator.mentions.text import lowered, plain

_NICKNAME = re.compile(r"""["'](?=[^\W\d_])([^"']*?),?["'](?=[\s,]|$)""")
_BRACKETS = re.compile(r"\s?\(([^()]*)\)")
_WITHIN_A_WORD = re.compile(r"(?<=[^\W\d_])\(([^\W\d_]+)\)(?=[^\W\d_])")
_LEADS = re.compile(r"(?:(?:also|born|formerly|or|nee|known as|called|a\.?k\.?a\.?)\s+)+", re.I)
_INITIALS = re.compile(r"(?:[^\W\d_]\.?-?)+")
_INITIAL = re.compile(r"[^\W\d_]\.")
_TOKEN = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_OF_THE_ARMY = re.compile(r"(?<=\bgeneral) of the (?:army|air force)\b", re.I)


class Name(msgspec.Struct, frozen=True):
    """One form of a person's name, in small letters without accents and hyphens. ``surname`` may have several
    words, its particles are apart; ``given`` are first names and initials in their order (``john``, ``f``);
    ``follows``: they follow the surname, as in Chinese and Korean; ``alone``: the surname may stand alone where it is
    clear who is meant, which a part of a surname that has several words may not, nor a word that need not be one."""

    surname: str
    given: tuple[str, ...] = ()
    particles: frozenset[str] = frozenset()
    follows: bool = False
    alone: bool = True
    nicknames: tuple[str, ...] = ()


class Listed(msgspec.Struct, frozen=True):
    """All that a list's name of a person says: the forms of the name, and the titles in it (sir, general)."""

    names: tuple[Name, ...]
    titles: frozenset[str]


def tokens(text: str) -> list[str]:
    """Return the words and initials of first names, in small letters: "J.F. Kai-shek" is j, f, kai, shek."""
    return _TOKEN.findall(lowered(text))


def parse(name: str, language: Language) -> Listed:
    """Take a name of a list apart. Whatever it is, something comes of it, at worst a name of one word."""
    name = _OF_THE_ARMY.sub("", " ".join(plain(name).split()))
    spellings: tuple[str, ...] = (name,)
    if "(" in name and _WITHIN_A_WORD.search(name):
        spellings = (_WITHIN_A_WORD.sub(r"\1", name), _WITHIN_A_WORD.sub("", name))
    titles: set[str] = set()
    found = [form for spelling in spellings for form in _forms(spelling, titles, language)]
    return Listed(tuple(dict.fromkeys(found)), frozenset(titles))


def _forms(name: str, titles: set[str], language: Language) -> Iterator[Name]:
    nicknames = [token for words in _NICKNAME.findall(name) for token in tokens(words)]
    head, rest = _divided(_NICKNAME.sub("", name))
    of_head = [_LEADS.sub("", words.strip()) for words in _BRACKETS.findall(head)]
    of_rest = [_LEADS.sub("", words.strip()) for words in _BRACKETS.findall(rest)]
    nicknames += [token for words in of_rest if " " not in words for token in tokens(words) if len(token) > 1]
    head = _BRACKETS.sub("", head)
    given, particles = _given(_BRACKETS.sub("", rest), titles, language)
    if not given:
        for whole in (head, *of_head):
            yield from _in_order(whole, language)
    else:
        for surname in (head, *(part for words in of_head for part in words.split(","))):
            yield from _listed(surname, given, particles, tuple(nicknames), language)
    for words in of_rest:
        if "," in words:
            yield from _forms(words, titles, language)
        elif " " in words:
            yield from _also(words, head, language)


def _divided(name: str) -> tuple[str, str]:
    """A name before and after its first comma outside brackets."""
    depth = 0
    for at, sign in enumerate(name):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth <= 0:
            return name[:at], name[at + 1 :]
    return name, ""


def _given(rest: str, titles: set[str], language: Language) -> tuple[tuple[str, ...], frozenset[str]]:
    """The first names in what follows a surname, and the particles behind them ("Francisco da"). Titles before them
    are put into ``titles``."""
    given: list[str] = []
    particles: list[str] = []
    for part in rest.split(","):
        words = part.split()
        if given and not all(map(_INITIALS.fullmatch, words)):
            break
        while words and (_bare(words[0]) in language.titles or _bare(words[0]) in language.ranks):
            title = _bare(words.pop(0))
            if title in language.titles:
                titles.add(language.short_forms.get(title, title))
        while words and _bare(words[-1]) in language.suffixes and not _INITIAL.fullmatch(words[-1]):
            words.pop()
        while words and words[-1] in (*language.particles, *language.links):
            particles.append(words.pop())
        given += tokens(" ".join(words))
    return tuple(given), frozenset(particles)


def _bare(word: str) -> str:
    return word.rstrip(".").lower()


def _listed(
    surname: str, given: tuple[str, ...], trailing: frozenset[str], nicknames: tuple[str, ...], language: Language
) -> Iterator[Name]:
    words, particles = _without_particles(lowered(surname).split(" of ")[0].replace("-", " ").split(), language)
    particles |= trailing
    yield Name(" ".join(words), given, particles, nicknames=nicknames)
    if len(words) > 1:
        # "Castro Ruz" is Castro to everybody, and "Heathcoat Amory" sometimes Amory.
        for word, alone in ((words[0], True), (words[-1], False)):
            if len(word) > 2 and word not in language.particles:
                yield Name(word, given, particles, alone=alone, nicknames=nicknames)


def _without_particles(words: list[str], language: Language) -> tuple[list[str], frozenset[str]]:
    """A surname without the particles that it begins with; one word is always left."""
    at = 0
    while at < len(words) - 1 and words[at] in language.particles:
        at += 1
    return words[at:] or [""], frozenset(words[:at])


def _also(words: str, surname: str, language: Language) -> Iterator[Name]:
    """What brackets behind a name tell: the same name in other words, or other first names."""
    first, *_, last = lowered(words).split()
    family = lowered(surname).split(" of ")[0].replace("-", " ").strip()
    if last == family.split(" ")[-1]:
        yield Name(family, tuple(tokens(words)[:-1]))
    elif first in language.surnames_first or "-" in words:
        yield from _in_order(words, language)
    else:
        yield Name(family, tuple(tokens(words)))


def _in_order(name: str, language: Language) -> Iterator[Name]:
    """A name in the order in which it is spoken: "Kim Il Sung", "Makarios III", "Reginald Bartholomew"."""
    words = lowered(name).split(" of ")[0].split()
    while len(words) > 1 and (_bare(words[0]) in language.titles or _bare(words[0]) in language.ranks):
        words.pop(0)
    while len(words) > 1 and _bare(words[-1]) in language.suffixes:
        words.pop()
    if len(words) < 2 or words[0] in language.particles:
        family, particles = _without_particles(words or [""], language)
        yield Name(" ".join(family).replace("-", " "), (), particles)
        return
    first, *others = words
    if first in language.surnames_first or any("-" in w for w in others) or others[0] in language.particles:
        yield Name(first, tuple(tokens(" ".join(others))), follows=True)
        if "-" not in others[-1]:
            yield Name(others[-1], alone=False)
        return
    at = next((n for n, word in enumerate(words) if n and word in language.particles), len(words) - 1)
    surname, particles = _without_particles(words[at:], language)
    yield Name(" ".join(surname).replace("-", " "), tuple(tokens(" ".join(words[:at]))), particles)
    if len(words) == 2:
        # Which of the two is the surname the list does not tell: Sato Eisaku is Eisaku Sato.
        yield Name(first.replace("-", " "), tuple(tokens(others[0])), follows=True, alone=False)
