"""The grammar: which phrases refer, written as patterns that an editor can read, compiled to one trie.

A pattern is made of slots, words, optional parts and alternatives::

    {footnote} [,] [to|of] {document}

All patterns begin at a word that the trigger knows, one regular expression made from the vocabulary; from there the
trie is walked once, and the longest phrase that makes sense wins.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Final

import msgspec

from generator.diagnostics import did_you_mean
from generator.elsewhere import FOREIGN_RELATIONS
from generator.phrases.english import ENGLISH
from generator.phrases.language import NONE, Certainty, Language, Phrase
from generator.phrases.lexicon import Lexicon, Piece
from generator.phrases.slots import HINTS, READERS, START, begins
from generator.phrases.tokens import Stream

LANGUAGES: Final = (ENGLISH,)

SLOTS: Final = frozenset(READERS)


class Grammar(msgspec.Struct, frozen=True):
    """What an edition says of its references: ``series`` are the names of its series of volumes, ``phrases`` its own
    patterns beside those of the language, ``outside`` works whose pages are never its own."""

    language: str = "en"
    series: tuple[str, ...] = (FOREIGN_RELATIONS,)
    phrases: tuple[Phrase, ...] = ()
    outside: tuple[str, ...] = ()


class Match(msgspec.Struct, frozen=True):
    """A phrase found: its rule, its certainty, its pieces in order, and its bounds in the text."""

    phrase: Phrase
    pieces: tuple[Piece, ...]
    start: int
    end: int


class _State:
    """A state of the trie: what may come next, and the phrase that may end here."""

    __slots__ = ("after", "phrase")

    def __init__(self) -> None:
        self.after: dict[tuple[str, str], _State] = {}
        self.phrase: Phrase | None = None


class Compiled:
    """A grammar ready for use. ``trigger`` finds where a phrase may begin; ``match`` reads it."""

    def __init__(self, grammar: Grammar) -> None:
        self.grammar = grammar
        self.language = next((pack for pack in LANGUAGES if pack.tag == grammar.language.split("-")[0].lower()), NONE)
        self.lexicon = Lexicon(self.language, grammar.series)
        self.outside = _alternatives((*self.language.outside, *grammar.outside))
        self.archives = _alternatives(self.language.archives)
        self.clause = _clauses(self.language)
        self.own = re.compile(
            rf"\b(?:{'|'.join(self.language.own)})\b[^.;()]{{0,12}}$" if self.language.own else "(?!)"
        )
        self._root = _State()
        starts: set[tuple[str, str]] = set()
        for phrase in (*self.language.phrases, *grammar.phrases):
            for steps in expand(phrase.text):
                starts.add(steps[0])
                state = self._root
                for step in steps:
                    state = state.after.setdefault(step, _State())
                state.phrase = phrase
        self.trigger = self._make_trigger(starts)

    def matches(self, text: str, start: int) -> list[Match]:
        """The phrases that begin at ``start``, the longest first."""
        found: list[Match] = []
        self._walk(self._root, Stream(text, start), 0, (), found)
        found.sort(key=lambda m: -m.end)
        return found

    def _walk(self, state: _State, stream: Stream, at: int, pieces: tuple[Piece, ...], best: list[Match]) -> None:
        if state.phrase and not (pieces and pieces[-1].open):
            best.append(Match(state.phrase, pieces, stream.at(0).start, stream.at(at - 1).end if not pieces else max(pieces[-1].end, self._end(stream, at, pieces))))  # fmt: skip
        token = stream.at(at)
        categories = self.lexicon.categories(token)
        for (kind, name), after in state.after.items():
            if kind == "slot":
                # Most slots cannot begin with this word: they need not be asked.
                if begins(name, token, categories):
                    for end, piece in READERS[name](self.lexicon, stream, at):
                        self._walk(after, stream, end, (*pieces, piece), best)
            elif token.low == name and token.kind != "end":
                end = at + 1
                end += len(name) <= 5 and stream.at(end).text == "." and stream.touches(end)
                self._walk(after, stream, end, pieces, best)

    def _end(self, stream: Stream, at: int, pieces: tuple[Piece, ...]) -> int:
        """Where a phrase that ends with a word of its own (``thereto``) ends; the full stop after an abbreviation is
        left to the sentence."""
        last = stream.at(at - 1)
        return last.end if last.kind == "word" else pieces[-1].end

    def _make_trigger(self, starts: Iterable[tuple[str, str]]) -> re.Pattern[str]:
        """One expression of all words a phrase may begin with, each with what must follow it, grouped by their first
        letters so that most of a text is passed over at one look."""
        letters: dict[str, dict[str, set[str]]] = {}
        for kind, name in starts:
            if kind == "slot":
                given = [
                    (word, HINTS[name]) for category in START[name] for word in self.lexicon.words.get(category, ())
                ]
            else:
                given = [(name, r"\b")]
            for word, hint in given:
                for form in {word, word[0].upper() + word[1:]}:
                    rest = r"\s+".join(re.escape(part) for part in form[1:].split())
                    letters.setdefault(form[0], {}).setdefault(hint, set()).add(rest)
        groups = []
        for first, hints in sorted(letters.items()):
            rests = (
                f"(?:{'|'.join(sorted(r, key=lambda t: (-len(t), t)))}){hint}" for hint, r in sorted(hints.items())
            )
            groups.append(f"{re.escape(first)}(?:{'|'.join(rests)})")
        if ("slot", "file") in starts and self.language.files:
            groups.append(rf"(?:{'|'.join(self.language.files)})")
        groups = groups or ["(?!)"]
        return re.compile(rf"(?<![^\W_])(?:{'|'.join(groups)})")


@lru_cache(maxsize=8)
def compiled(grammar: Grammar) -> Compiled:
    """Return ``grammar`` compiled; a worker keeps the last ones, since a compiled grammar is a function of it."""
    return Compiled(grammar)


_STEP = re.compile(
    r"\{(?P<slot>[^{}]*)\}|\[(?P<optional>[^\[\]]*)\]|\((?P<either>[^()]*)\)|(?P<comma>,)|(?P<word>[^\s{}\[\](),]+)"
)


def expand(text: str) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield every sequence of steps that a pattern stands for. Raises ValueError, with a message for the editor, if
    it is none."""
    choices: list[list[tuple[str, str] | None]] = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found = _STEP.match(text, at)
        if not found:
            raise ValueError(f'"{text[at:]}" is not closed; slots are written {{document}}, optional words [to|of]')
        at = found.end()
        if found["slot"] is not None:
            name = found["slot"].strip()
            if name not in SLOTS:
                hint = did_you_mean(name, SLOTS) or f"There are: {', '.join(sorted(SLOTS))}."
                raise ValueError(f'there is no slot "{{{name}}}". {hint}')
            choices.append([("slot", name)])
        elif found["optional"] is not None:
            choices.append([None, *_words(found["optional"])])
        elif found["either"] is not None:
            choices.append([*_words(found["either"])])
        else:
            choices.append([*_words(found[0])])
    if not any(c and c[0] and c[0][0] == "slot" for c in choices):
        raise ValueError("a phrase needs at least one slot, such as {document}")
    if choices[0][0] in (None, ("slot", "title"), ("word", ",")):
        raise ValueError("a phrase begins with a word or with a slot that begins with one, and {title} does not")
    yield from _product(choices, ())


def _words(text: str) -> list[tuple[str, str]]:
    return [("word", word.strip().lower().removesuffix(".")) for word in text.split("|")]


def _product(
    choices: list[list[tuple[str, str] | None]], before: tuple[tuple[str, str], ...]
) -> Iterator[tuple[tuple[str, str], ...]]:
    if not choices:
        yield before
        return
    for choice in choices[0]:
        yield from _product(choices[1:], (*before, choice) if choice else before)


def _clauses(language: Language) -> re.Pattern[str]:
    """What a citation begins behind: a semicolon, a bracket, a sentence's end (but no ``vol. I``), or ``see``."""
    short = {word[0] + word[1:] for word in language.words.get("volume", ()) if len(word) <= 5}
    forms = sorted({form for word in short for form in (word, word.capitalize())})
    no_short = "".join(rf"(?<!\b{re.escape(form)})" for form in forms)
    lead = "|".join(f"[{word[0].upper()}{word[0]}]{re.escape(word[1:])}" for word in language.clauses)
    return re.compile(
        rf"""{no_short}(?<=[a-z0-9)\]”’]{{2}})[.?!]\d*[”’"]?\s+(?=[A-Z“("])|;|[(\[]"""
        + (rf"|(?<![A-Za-z])(?:{lead})(?![A-Za-z])" if lead else "")
    )


def _alternatives(names: tuple[str, ...]) -> re.Pattern[str]:
    """An expression that finds any of ``names`` at the beginning of a word. Their first letters come first in it, mostly
    capitals, so that a search passes quickly over all else."""
    by_letter: dict[str, list[str]] = {}
    for name in sorted(names, key=lambda n: (-len(n), n)):
        by_letter.setdefault(name[0], []).append(re.escape(name[1:]))
    groups = (rf"{(a := re.escape(letter))}(?<!\w{a})(?:{'|'.join(rests)})" for letter, rests in by_letter.items())
    return re.compile("|".join(groups) or "(?!)")


def phrase(rule: str, text: str, certainty: Certainty = "certain") -> Phrase:
    """Make an edition's own phrase, checked. Raises ValueError with a message for the editor."""
    for _ in expand(text):
        pass
    return Phrase(rule, text, certainty)
