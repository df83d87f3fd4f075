"""What a language pack of names is: the words around a name that say whose it is, and words that only look like names.

``english`` is the one there is. Another language is another module with one ``Language``, put into ``LANGUAGES``;
nothing else knows a word. All words are in small letters, without accents and full stops.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class Language(msgspec.Struct, frozen=True):
    """The words of one language, by what they say of a name near them."""

    titles: frozenset[str]
    """What stands before a name: Mr., Senator."""
    ranks: frozenset[str]
    """What stands before titles and first names in lists: Rear Admiral, Rt. Hon."""
    links: frozenset[str]
    """What joins the words of a title: Third Earl of."""
    of_women: frozenset[str]
    """The titles that only women bear."""
    of_her: frozenset[str]
    """These, and other words in the explanation of an entry that say it is a woman."""
    ends: frozenset[str]
    """The last words of offices that do not end in a title: Secretary of State Dulles."""
    women: frozenset[str]
    """First names of women."""
    knights: frozenset[str]
    """Titles that a first name alone may follow: Sir Roger."""
    short_forms: Mapping[str, str]
    """What a title in short form stands for: amb, ambassador."""
    particles: frozenset[str]
    """Small words that begin a surname: de, van, al."""
    prefixes: frozenset[str]
    """What may stand before a name with a hyphen: pro-Castro."""
    suffixes: frozenset[str]
    """What follows a name and is none: Jr., III."""
    first_names: Mapping[str, str]
    """Pet forms and the names they come from, several in one text."""
    common: frozenset[str]
    """First names that many bear: with one of them, a surname is that of somebody else than the list has."""
    surnames_first: frozenset[str]
    """Surnames of peoples who put them first, so that a list gives them without a comma."""
    ordinary: frozenset[str]
    """Words of the language, and names of countries, months, first names, that are surnames too."""
    proper: frozenset[str]
    """Those of them that have a capital in any text, and so are never a surname that stands alone."""
    small: frozenset[str]
    """Words that begin sentences, or have a capital in titles, and belong to no name."""
    after: frozenset[str]
    """Words with a capital that may follow a name without being part of it: months, days."""
    papers: frozenset[str]
    """Words which, after the name of a place, say that it is that of something else: Washington Post."""
    named_after: frozenset[str]
    """Words which, after a name, say that it is that of a thing: Library, Doctrine, Post."""
    hours: frozenset[str]
    """Abbreviations which, after a number, tell the time of day, without full stops."""
    sender: str
    """What stands before a sender in a title, as a regular expression."""
    author: str
    """Which of these say only who wrote it, where no addressee is named."""
    addressee: str
    """What stands before an addressee in a title, as a regular expression."""
    present: tuple[str, ...]
    """With what the list of those present begins, in small letters."""
    before_present: frozenset[str]
    """What may stand before that in the line."""
