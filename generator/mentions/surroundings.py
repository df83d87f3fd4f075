"""What stands around a place in the run of a document: words with a capital, the beginning of a sentence, an office."""

from __future__ import annotations

import re

from generator.mentions.language import Language
from generator.mentions.text import END, Text

_NAME_WORD = re.compile(r"([\"(\[]?)((?:[^\W\d_]\.-?)+|[^\W\d_a-z](?:[\w'-]*[^\W_])?\.?)([\")\]]?)")
_INITIALS = re.compile(r"(?:[^\W\d_]\.-?)+")
_NEXT = re.compile(r" ([^\W\d_a-z][\w'-]*)")
_WORD = re.compile(r"[^\W\d_]+")
_OFFICE_ENDS = re.compile(r"([^\W\d_]+) (?:of|for)(?: (?:the|of|for|and|&|[^\W\d_a-z][\w'-]*,?)){0,9} $")
_OFFICE = re.compile(r"(?:(?:[^\W\d_a-z][\w'-]*[.]?|of|for|and|the|in) )+\(?$")
_SENTENCE_ENDS = frozenset('.!?:;"') | {END}
_LONGEST_OFFICE = 90
_LONGEST_NAME = 40
_MOST_NAMES = 5


def bare(word: str) -> str:
    """Return a word in small letters without the full stop of an abbreviation."""
    return word.rstrip(".").lower()


class Surroundings:
    """Reads what stands around a place of ``text``, whose language is ``language``; ``first_names`` are known ones."""

    def __init__(self, text: Text, language: Language, first_names: frozenset[str]) -> None:
        self.text = text
        self.plain = text.plain
        self.language = language
        self.first_names = first_names

    def begins_sentence(self, at: int) -> bool:
        """Whether a sentence or line begins at ``at``."""
        at -= 1
        while at >= 0 and self.plain[at] in ' ("[':
            at -= 1
        return at < 0 or self.plain[at] in _SENTENCE_ENDS

    def is_in_title(self, at: int) -> bool:
        """Whether ``at`` stands in a title or heading, where any word may have a capital."""
        return self.text.block_at(at).kind in ("title", "heading")

    def is_line(self, start: int, end: int) -> bool:
        """Whether words are a line of their own."""
        return self.plain[start - 1] == END == self.plain[end]

    def next_word(self, end: int) -> str:
        """The word with a capital that follows after a space, in small letters without 's; else nothing."""
        if self.plain[end] != " " or self.plain[end + 1].islower():
            return ""
        found = _NEXT.match(self.plain, end)
        return found[1].lower().removesuffix("'s") if found else ""

    def is_aside(self, word: str) -> bool:
        """Whether a word with a capital may follow a name without belonging to it."""
        language = self.language
        return word in language.after or word in language.small or (len(word) > 1 and word in language.suffixes)

    def words_before(self, at: int) -> list[tuple[int, str]]:
        """The words with a capital, and initials, that lead to ``at`` with nothing between: the nearest first, each
        with its place."""
        plain = self.plain
        out: list[tuple[int, str]] = []
        while at and len(out) < _MOST_NAMES:
            end = at - 1 if plain[at - 1] == " " else at
            if end == at and plain[at - 1] != ".":
                break
            start = plain.rfind(" ", max(0, end - _LONGEST_NAME), end) + 1
            start = max(start, plain.rfind(END, start, end) + 1)
            if plain[start].islower() or plain[end - 1] in ",;:":
                break
            found = _NAME_WORD.fullmatch(plain, start, end)
            if found is None or (found[2][-1] == "." and not self._is_abbreviated(found[2])):
                break
            if bool(found[1]) < bool(found[3]):
                # Brackets end here that began before.
                break
            is_whole = bool(found[1]) == bool(found[3])
            out.append((start if is_whole else found.start(2), found[2]))
            if not is_whole:
                break
            at = start
        return out

    def _is_abbreviated(self, word: str) -> bool:
        """Whether a full stop belongs to a word rather than ends a sentence."""
        short = bare(word)
        return short in self.language.titles or short in self.language.first_names or bool(_INITIALS.fullmatch(word))

    def is_no_name(self, word: str, at: int) -> bool:
        """Whether a word with a capital at ``at``, before a surname, is no first name: it begins a sentence, or stands
        in a title or a list."""
        short = bare(word)
        if _INITIALS.fullmatch(word):
            return False
        if short in self.language.suffixes:
            return True
        if short in self.language.small:
            return (
                word.isupper()
                or self.begins_sentence(at)
                or self.text.block_at(at).kind in ("title", "heading", "item", "cell")
            )
        return short not in self.first_names and self.begins_sentence(at) and self.text.has_small(short)

    def office_ends(self, at: int) -> str:
        """The title in an office of several words that ends before ``at`` (Secretary of State), or nothing."""
        found = _OFFICE_ENDS.search(self.plain, max(0, at - _LONGEST_OFFICE), at)
        return found[1].lower() if found and found[1].lower() in self.language.titles else ""

    def office_of_brackets(self, start: int, end: int) -> str:
        """The title in an office whose holder's name, ``start`` to ``end``, follows in brackets: the Ambassador in
        France (Dillon)."""
        if self.plain[end] != ")" or start < 2 or self.plain[start - 2] != " ":
            return ""
        return next((word for word in reversed(self.office(start - 1)) if word in self.language.titles), "")

    def office(self, at: int) -> list[str]:
        """The words of the office or title that ends before ``at``, in small letters, titles in full."""
        before = self.plain[max(0, at - _LONGEST_OFFICE) : at].rsplit(END, 1)[-1]
        found = _OFFICE.search(before)
        full = self.language.short_forms.get
        return [full(word, word) for word in _WORD.findall(found[0].lower())] if found else []
