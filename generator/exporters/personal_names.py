"""Names of persons and bodies, taken apart as citations need them: Sanford, William F., Jr."""

from __future__ import annotations

import re
from functools import lru_cache

import msgspec


class Name(msgspec.Struct, frozen=True):
    """A name. Of a body, or of someone whose name cannot be taken apart, only ``family`` is given, and ``literal`` set.
    ``particle`` belongs to the family name (``von``), ``suffix`` stands behind it (``Jr.``)."""

    family: str
    given: str = ""
    particle: str = ""
    suffix: str = ""
    literal: bool = False

    @property
    def surname(self) -> str:
        """``von Weizsäcker``."""
        return f"{self.particle} {self.family}".strip()

    def straight(self) -> str:
        """``William F. Sanford Jr.``"""
        return " ".join(filter(None, (self.given, self.surname, self.suffix)))

    def inverted(self) -> str:
        """``Sanford, William F., Jr.``"""
        return ", ".join(filter(None, (self.surname, self.given, self.suffix)))

    def with_initials(self) -> str:
        """``Sanford, W. F., Jr.``"""
        return ", ".join(filter(None, (self.surname, self.initials, self.suffix)))

    @property
    def initials(self) -> str:
        """``W. F.``, ``J.-P.``"""
        words = re.sub(r"\.(?=\w)", ". ", self.given).split()
        return " ".join("-".join(f"{part[0]}." for part in word.split("-") if part) for word in words)


_SUFFIX = re.compile(r",?\s+(Jr|Sr|Esq|II|III|IV|2nd|3rd)(\.?)$")
_PARTICLES = frozenset(
    ("von", "van", "de", "del", "della", "di", "da", "du", "dos", "der", "den", "zu", "zum", "zur", "ter", "ten", "la",
     "le", "el", "al", "bin", "ibn", "af", "av")
)  # fmt: skip
_OF_BODIES = frozenset(
    """administration agency archives army association board bureau cabinet centre center command commission committee
    conference congress consulate council delegation department division editors embassy foundation government group
    institute institution joint legation ministry mission navy office organization press program project school
    secretariat section service society staff state states union university""".split()
)
"""A name with one of these words is that of a body, as is one with ``of``, ``the``, ``in``, ``to`` or ``for``."""

_BODIES = frozenset(("white house",))

_OF_TITLES = frozenset(("of", "the", "in", "to", "for", "at", "on", "and", "&"))


@lru_cache(maxsize=4096)
def split(name: str, is_person: bool = False) -> Name:
    """Take a name as printed apart. ``Family, Given`` and ``Given Family`` are understood. Whether it is a body's is
    guessed from its words, unless it is known to be that of a person."""
    name = " ".join(name.split())
    words = name.split()
    low = [word.lower().strip(".,") for word in words]
    if not words or (
        not is_person
        and (len(words) == 1 or name.lower() in _BODIES or any(w in _OF_TITLES or w in _OF_BODIES for w in low))
    ):
        return Name(name, literal=True)
    suffix = ""
    if found := _SUFFIX.search(name):
        suffix = found[1] + ("." if found[1] in ("Jr", "Sr", "Esq") else "")
        name = name[: found.start()]
    family, comma, given = (part.strip() for part in name.partition(","))
    if comma and given:
        # ``Sanford, Jr., William``: what stands between the two commas belongs behind the name.
        between, more, rest = (part.strip() for part in given.partition(","))
        if more and not suffix and _SUFFIX.search(f" {between}"):
            suffix, given = between, rest
        # ``Brentano, Heinrich von``: the particle belongs to the family name, wherever it stands.
        words = given.split()
        behind: list[str] = []
        while len(words) > 1 and words[-1] in _PARTICLES:
            behind.insert(0, words.pop())
        return _with_particle([*behind, *family.split()], " ".join(words), suffix)
    words = family.split()
    at = len(words) - 1
    while at > 1 and words[at - 1].lower() in _PARTICLES and words[at - 1][0].islower():
        at -= 1
    if at <= 0:
        return Name(name, suffix=suffix, literal=not suffix)
    return _with_particle(words[at:], " ".join(words[:at]), suffix)


def _with_particle(family: list[str], given: str, suffix: str) -> Name:
    at = 0
    while at < len(family) - 1 and family[at] in _PARTICLES:
        at += 1
    return Name(" ".join(family[at:]), given, " ".join(family[:at]), suffix)


def listed(names: list[str], last: str = "and", most: int = 0) -> str:
    """``A``, ``A and B``, ``A, B, and C``; beyond ``most`` names (0: never) ``A et al.``"""
    if most and len(names) > most:
        return f"{names[0]} et al."
    if len(names) < 3:
        return f" {last} ".join(names)
    return f"{', '.join(names[:-1])}, {last} {names[-1]}"
