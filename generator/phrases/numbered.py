"""The slots that hold numbers: documents, footnotes, pages, paragraphs, with their lists and ranges; chapters and
attachments."""

from __future__ import annotations

import msgspec

from generator.phrases.lexicon import Ends, Lexicon, Number, Piece
from generator.phrases.tokens import Stream, Token, roman

_LONGEST_LIST = 40


def numbered(slot: str, lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    first = stream.at(at)
    taken = lexicon.word(slot, stream, at)
    if not taken:
        return []
    i = at + taken
    i += lexicon.word("number", stream, i)
    if stream.touches(i) and stream.at(i - 1).text != ".":
        return []
    return _numbers(lexicon, slot, first, stream, i)


def _numbers(lexicon: Lexicon, slot: str, first: Token, stream: Stream, i: int) -> Ends:
    plural = lexicon.is_plural(first)
    numbers: list[Number] = []
    ends: Ends = []
    while len(numbers) < _LONGEST_LIST:
        joined = _joiner(lexicon, stream, i, plural) if numbers else (i, False)
        if joined is None:
            break
        j, ranged = joined
        again = lexicon.word(slot, stream, j) if numbers and slot == "page" and not ranged else 0
        found = _number(lexicon, slot, stream, j + again, numbers[-1] if ranged else None, bool(numbers))
        if found is None:
            break
        i, number = found
        if again:
            # "p. 3 and pp. 5": the word belongs to the link.
            number = msgspec.structs.replace(number, start=stream.at(j).start)
        numbers.append(number)
        ends.append((i, Piece(slot, first.start, number.end, tuple(numbers))))
        while lexicon.word("following", stream, i):
            i += lexicon.word("following", stream, i)
            if stream.at(i).text == "." and stream.touches(i) and stream.at(i - 1).text != ".":
                i += 1
            if stream.at(i).low == "seq":
                i += 1
            ends[-1] = (i, ends[-1][1])
    return ends[-1:]


def _joiner(lexicon: Lexicon, stream: Stream, i: int, plural: bool) -> tuple[int, bool] | None:
    """After a number: where the next begins, and whether it ends a range."""
    token = stream.at(i)
    if token.kind == "dash":
        return i + 1, True
    if lexicon.word("through", stream, i):
        return (i + 1, True) if plural else None
    comma = token.text == ","
    j = i + comma
    joined = lexicon.word("and", stream, j)
    if joined:
        return j + joined, False
    return (j, False) if comma and plural else None


def _number(
    lexicon: Lexicon, slot: str, stream: Stream, i: int, before: Number | None, listed: bool
) -> tuple[int, Number] | None:
    token = stream.at(i)
    mark, value = "", token.text
    if token.kind == "word":
        if slot != "page" or not roman(value) or len(value) > 9 or value in ("C", "D", "L", "M"):
            return None
    elif token.kind != "number":
        return None
    elif slot == "page" and value[-1] == "n":
        value, mark = value[:-1], "n"
    elif not value.isdecimal() and slot in ("document",) and value[-1] in "nf":
        return None
    after = stream.at(i + 1)
    if after.start == token.end:
        if after.text in "/%°½¼¾\u2044" and after.kind == "sign":
            return None
        third = stream.at(i + 2)
        if third.start == after.end and third.kind == "number" and after.text in ".:":
            return None
        if after.text == "," and third.start == after.end and len(third.text) == 3 and third.kind == "number":
            return None
        if after.kind == "dash" and third.start == after.end and third.kind == "word" and not (token.kind == "word" and roman(third.text)):  # fmt: skip
            return None
    if listed and before is None and after.kind == "word" and _unit(lexicon, after, stream, i + 1):
        return None
    falls = False
    if before is not None and value.isdecimal() and before.value.isdecimal():
        if len(value) < len(before.value):
            value = before.value[: -len(value)] + value
        falls = int(value) < int(before.value)
    return i + 1, Number(value, token.start, token.end, mark, falls)


def _unit(lexicon: Lexicon, token: Token, stream: Stream, i: int) -> bool:
    """Whether a word after a listed number claims it: a month, ``UST``, ``percent``."""
    if lexicon.word("following", stream, i) or lexicon.word("and", stream, i) or lexicon.word("through", stream, i):
        return False
    return token.text[0].isupper() or token.low in lexicon.language.units


def chapter(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    taken = lexicon.word("chapter", stream, at)
    token = stream.at(at + taken)
    if not taken or not (
        token.kind == "number" or roman(token.text) or (len(token.text) == 1 and token.text.isupper())
    ):
        return []
    word = stream.at(at)
    number = Number(token.text, token.start, token.end)
    return [(at + taken + 1, Piece("chapter", word.start, token.end, (number,), text=word.low))]


def attachment(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    first = stream.at(at)
    taken = lexicon.word("attachment", stream, at)
    if not taken:
        return []
    out = [(at + taken, Piece("attachment", first.start, stream.at(at + taken - 1).end))]
    label = stream.at(at + taken)
    if label.kind == "number" or (label.kind == "word" and len(label.text) <= 4 and label.text.isupper()):
        number = Number(label.text, label.start, label.end)
        out.append((at + taken + 1, Piece("attachment", first.start, label.end, (number,))))
    return out
