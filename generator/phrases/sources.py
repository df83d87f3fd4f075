"""What a page or a volume counts in: this volume, another of the series, or a work outside the edition.

The words before a number tell it, back to where its clause begins. ``Sources`` also remembers the last printed
source cited in a sequence of notes, which is what *ibid.* means.
"""

from __future__ import annotations

import re
from typing import Literal

from generator.phrases.grammar import Compiled
from generator.phrases.inline import Run
from generator.phrases.names import VolumeName
from generator.phrases.tokens import Stream, Token, roman

Scope = Literal["here", "outside", "unclear"]

_YEAR_OF_A_BOOK = re.compile(r"\d{4}\)\s*,\s*$")
_BACK = 240


class Sources:
    """The source cited last, as phrases are met in reading order. ``last`` is a volume (its name, or its id), empty
    text for a work outside, None before the first."""

    def __init__(self, grammar: Compiled) -> None:
        self._grammar = grammar
        self.last: VolumeName | str | None = None
        self._archived = False
        self._unread: list[tuple[str, int]] = []
        self._document = ("", "")
        self._since: list[tuple[str, int]] = []

    def begin(self, run: Run) -> None:
        """A new run of text begins."""
        self._unread.append((run.text, 0))
        if self._document[1]:
            self._since.append((run.text, 0))

    def cited(self, volume: VolumeName | str, end: int) -> None:
        """A volume (or, empty, a work outside) was cited up to ``end`` of the current run."""
        self.last, self._archived = volume, False
        self._unread = [(self._unread[-1][0], end)]
        self._document = ("", "")

    def cited_document(self, volume: str, document: str, end: int) -> None:
        """A document was cited up to ``end`` of the current run."""
        self._document = (volume, document)
        self._since = [(self._unread[-1][0], end)]

    def document(self, start: int) -> tuple[str, str]:
        """The volume and document that *ibid.* at ``start`` of the current run means; empty texts if something else
        was cited since."""
        for at, (text, begin) in enumerate(self._since, 1):
            end = start if at == len(self._since) else len(text)
            if self._grammar.outside.search(text, begin, end) or self._grammar.archives.search(text, begin, end):
                return "", ""
        return self._document

    def just_cited(self, start: int) -> VolumeName | str | None:
        """The volume cited directly before ``start`` of the current run, with but a comma or the like between."""
        text, end = self._unread[-1]
        if not self.last or len(self._unread) > 1 or not end or start - end > 16:
            return None
        between = _all_tokens(text[end:start])
        lexicon = self._grammar.lexicon
        joins = all(t.text in ",;" or t.low in self._grammar.language.leads or lexicon.word("and", Stream(t.text, 0), 0) for t in between)  # fmt: skip
        return self.last if joins else None

    def before(self, start: int, paged: bool) -> VolumeName | str | None:
        """What *ibid.* at ``start`` of the current run means: with a page the last printed source, bare the last
        source of any kind, so that after an archive it is no reference at all (empty text)."""
        current = self._unread[-1][0]
        for at, (text, begin) in enumerate(self._unread, 1):
            # Only now does it matter what was said since the last citation.
            end = start if at == len(self._unread) else len(text)
            if self._grammar.outside.search(text, begin, end):
                self.last = ""
            self._archived = self._archived or bool(self._grammar.archives.search(text, begin, end))
        self._unread = [(current, start)]
        return "" if self._archived and not paged else self.last


def scope(run: Run, start: int, grammar: Compiled, before: Scope, back: int = 2) -> Scope:
    """Return what a page or volume at ``start`` counts in. ``before`` is what the last one in this run counted in; it
    holds on where nothing but names or a date stands between (``Bulletin, May 5, p. 3; May 12, p. 9``). ``back`` says how
    many clauses without words of their own may be passed over."""
    language, lexicon = grammar.language, grammar.lexicon
    if grammar.own.search(run.text, max(0, start - 20), start):
        return "here"
    begin = _clause(run.text, start, grammar)
    if _outside(run, begin, start, grammar):
        return "outside"
    tokens = _tokens(run.text[begin:start])
    continued = back > 0 and begin > 0 and run.text[begin - 1] == ";"
    if not tokens:
        return scope(run, begin - 1, grammar, before, back - 1) if continued else "here"
    if tokens[-1].low in language.leads:
        return "here"
    months = {name for given in language.months for name in given}
    # "Printed as despatch 5, p. 3" names no book by one Printed, and "p. 9; vol. IV" none by one P.
    plain = language.small | language.cited
    named = [
        t for t in tokens
        if t.kind == "word" and t.low not in plain and t.text not in months and "page" not in lexicon.categories(t)
    ]  # fmt: skip
    if _YEAR_OF_A_BOOK.search(run.text, begin, start):
        return "outside"
    if any(name in run.text[begin:start] for name in lexicon.words["series"]):
        # Had it been a citation of the series, the page would be a part of it.
        return "outside"
    if any(lexicon.word("volume", Stream(t.text, 0), 0) or lexicon.word("ibid", Stream(t.text, 0), 0) for t in named):
        return "outside"
    if not named:
        return (
            scope(run, begin - 1, grammar, before, back - 1) if continued else before if before == "outside" else "here"
        )
    name = _name_at_end(tokens, language.small, months)
    if (
        name < len(tokens)
        and (before == "outside" or _is_author(tokens, name, language.cited))
        and _only_name(tokens[name:])
    ):
        return "outside"
    if any(t.low in language.items for t in named):
        return "here"
    if all(t.text[0].isupper() for t in named):
        # Only names: "Hull, p. 5" is a book by Hull; "NSC 152/2, p. 5" a paper of the edition.
        initials = any(t.text.isupper() and len(t.text) > 1 and not roman(t.text) for t in named)
        return "here" if initials and any(t.kind == "number" for t in tokens) else "outside"
    return "here" if run.text[:start].rstrip().endswith(",") else "unclear"


def outside(run: Run, start: int, grammar: Compiled) -> bool:
    """Whether the clause before ``start`` names a work outside the edition."""
    return _outside(run, _clause(run.text, start, grammar), start, grammar)


def archival(run: Run, start: int, grammar: Compiled) -> bool:
    """Whether the clause before ``start`` names an archive: ``NSC Files, Box 541, Korea, Vol. II``."""
    return bool(grammar.archives.search(run.text, _clause(run.text, start, grammar), start))


def _clause(text: str, start: int, grammar: Compiled) -> int:
    """Where the clause begins that ends before ``start``. A bracket closed again begins none."""
    begin = max(0, start - _BACK)
    for found in grammar.clause.finditer(text, begin, start):
        sign = found[0]
        if sign in "([" and text.find(")" if sign == "(" else "]", found.end(), start) >= 0:
            continue
        begin = found.end()
    return begin


def _outside(run: Run, begin: int, start: int, grammar: Compiled) -> bool:
    if grammar.outside.search(run.text, begin, start):
        return True
    lexicon = grammar.lexicon
    for first, last in run.leaning:
        if first < start and last > begin:
            stream = Stream(run.text[first:last], 0)
            word = stream.at(0)
            known = any(lexicon.word(c, stream, 0) for c in ("series", "ibid", "previous", "next", "following", "here"))
            titled = word.kind == "word" and word.text[0].isupper() and word.low not in grammar.language.leads
            one_word = stream.at(1).kind not in ("word", "number")
            if titled and not known and not (one_word and word.low in grammar.language.items):
                return True
    return False


def _name_at_end(tokens: list[Token], small: frozenset[str], months: set[str]) -> int:
    """Where the capitalised words begin that end a clause; ``and`` may stand between them."""
    at = len(tokens)
    while at and (tokens[at - 1].text[0].isupper() or (at < len(tokens) and tokens[at - 1].low == "and")) and tokens[at - 1].text not in months:  # fmt: skip
        at -= 1
    while at < len(tokens) and tokens[at].low in small:
        at += 1
    return at


def _is_author(tokens: list[Token], name: int, cited: frozenset[str]) -> bool:
    """Whether the words before a name say that it is a book: ``is printed in Hull``."""
    return name > 1 and any(t.low in cited for t in tokens[max(0, name - 3) : name])


def _only_name(tokens: list[Token]) -> bool:
    return all(t.kind == "word" and not (t.text.isupper() and len(t.text) > 1) for t in tokens)


def _tokens(text: str) -> list[Token]:
    return [t for t in _all_tokens(text) if t.kind in ("word", "number")]


def _all_tokens(text: str) -> list[Token]:
    stream = Stream(text, 0)
    out: list[Token] = []
    while (token := stream.at(len(out))).kind != "end":
        out.append(token)
    return out
