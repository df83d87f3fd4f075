"""The slots that name volumes: by series, by number, by *ibid.*"""

from __future__ import annotations

from msgspec.structs import replace

from generator.phrases import names
from generator.phrases.lexicon import Ends, Lexicon, Number, Piece
from generator.phrases.names import VolumeName
from generator.phrases.tokens import Stream, Token, roman

_LONGEST_TITLE = 16


def series(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    taken = lexicon.word("series", stream, at)
    if not taken:
        return []
    out = _segments(lexicon, "series", stream, at, at + taken)
    other = lexicon.other_series(stream, at, taken)
    if not other:
        return out
    return [(end, replace(piece, volume=replace(piece.volume or VolumeName(), series=other))) for end, piece in out]


def ibid(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    taken = lexicon.word("ibid", stream, at)
    if not taken:
        return []
    first = stream.at(at)
    piece = Piece("ibid", first.start, first.end, volume=VolumeName())
    i = at + taken
    # An encoder's space before the full stop is no reason to lose the page behind it.
    if stream.at(i).text == "." and stream.at(i - 1).text != ".":
        i += 1
    return [(i, piece), *_segments(lexicon, "ibid", stream, at, i)]


def volume(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    return _segments(lexicon, "volume", stream, at, at) if lexicon.word("volume", stream, at) else []


def _segments(lexicon: Lexicon, slot: str, stream: Stream, at: int, i: int) -> Ends:
    """Years, supplement, volume, part and title, in the order they come, between commas."""
    start = stream.at(at).start
    name = VolumeName()
    volumes: tuple[Number, ...] = ()
    out: Ends = []
    titles = 0
    while True:
        j = i
        # A colon leads to a volume's own title: "Foreign Relations of the United States: Diplomatic Papers, 1943".
        if (stream.at(j).text in ",.;" and j > at) or (stream.at(j).text == ":" and slot == "series" and not out):
            sign = stream.at(j).text
            j += 1
        else:
            sign = ""
        found = _segment(lexicon, stream, j, name, slot) if sign != ";" else None
        if not found and not sign and not out and slot == "series":
            break
        if found:
            i, name, volumes = found[0], found[1], found[2] or volumes
            end = stream.at(i - 1).end
            out.append((i, Piece(slot, start, end, volumes, name)))
            continue
        if sign == "." and not (slot == "series" and lexicon.word("conference", stream, j) > 0):
            break
        ended = _words_of_title(lexicon, stream, j)
        if not ended or titles > 6:
            break
        titles += 1
        if slot != "volume" and not name.number:
            text = stream.text[stream.at(j).start : stream.at(ended - 1).end]
            name = VolumeName(name.years, name.number, name.part, f"{name.title} {text}".strip())
        conference = slot != "volume" and lexicon.word("conference", stream, j) > 0
        i = ended
        out.append((i, Piece(slot, start, stream.at(i - 1).end, volumes, name, open=not conference)))
    return out


def _segment(
    lexicon: Lexicon, stream: Stream, i: int, name: VolumeName, slot: str
) -> tuple[int, VolumeName, tuple[Number, ...]] | None:
    token = stream.at(i)
    bracket = token.text == "["
    year = stream.at(i + bracket)
    open_to_years = not name.years and (slot == "series" or (slot == "ibid" and not name.number))
    if open_to_years and year.kind == "number" and len(year.text) == 4 and year.text[:2] in ("17", "18", "19", "20"):  # fmt: skip
        i += bracket + 1
        last = ""
        if stream.at(i).kind == "dash" and stream.at(i + 1).kind == "number" and len(stream.at(i + 1).text) in (2, 4):
            last = stream.at(i + 1).text
            i += 2
        i += bracket and stream.at(i).text == "]"
        return i, VolumeName(names.years(year.text, last), name.number, name.part, name.title), ()
    taken = lexicon.word("supplement", stream, i)
    if taken and slot != "volume":
        number = stream.at(i + taken)
        counted = number.kind == "number"
        title = f"{name.title} supp{' ' + number.text if counted else ''}".strip()
        return i + taken + counted, VolumeName(name.years, name.number, name.part, title), ()
    taken = lexicon.word("volume", stream, i)
    if taken and not name.number:
        taken += stream.at(i + taken).text == "," and taken == 1
        found = _volume_numbers(lexicon, stream, i + taken, lexicon.is_plural(token))
        if found:
            values = found[1]
            return found[0], VolumeName(name.years, values[0].value, name.part, name.title), values
        return None
    taken = lexicon.word("part", stream, i)
    if taken and not name.part:
        number = stream.at(i + taken)
        value = number.text if number.kind == "number" else str(roman(number.text) or "")
        if value:
            return i + taken + 1, VolumeName(name.years, name.number, value, name.title), ()
    return None


def _volume_numbers(lexicon: Lexicon, stream: Stream, i: int, plural: bool) -> tuple[int, tuple[Number, ...]] | None:
    numbers: list[Number] = []
    while True:
        j = i
        if numbers:
            if not plural:
                break
            j += stream.at(j).text == ","
            j += lexicon.word("and", stream, j)
            if j == i and stream.at(j).kind == "dash":
                j += 1
            if j == i:
                break
        token = stream.at(j)
        if token.text == "E" and stream.at(j + 1).kind == "dash" and stream.at(j + 2).kind == "number":
            number = stream.at(j + 2)
            numbers.append(Number(f"E{number.text}", token.start, number.end))
            i = j + 3
        elif token.kind == "number" and token.text.isdecimal() and len(token.text) < 4:
            numbers.append(Number(token.text, token.start, token.end))
            i = j + 1
        elif token.kind == "word" and roman(token.text):
            numbers.append(Number(str(roman(token.text)), token.start, token.end))
            i = j + 1
        else:
            break
    return (i, tuple(numbers)) if numbers else None


def _words_of_title(lexicon: Lexicon, stream: Stream, at: int) -> int:
    """Where a run of words that can be (a part of) a title ends; 0 if there is none."""
    i, capital = at, False
    while i - at < _LONGEST_TITLE:
        token = stream.at(i)
        if token.kind == "word":
            if any(lexicon.word(c, stream, i) for c in ("volume", "series", "ibid")):
                break
            if any((n := lexicon.word(c, stream, i)) and _counts(lexicon, stream.at(i + n)) for c in ("page", "document", "footnote")):  # fmt: skip
                break
            if token.text[0].isupper():
                capital = True
            elif token.low not in lexicon.language.small or (i == at and not _capital_after_and(lexicon, stream, i)):
                break
        elif token.kind == "number":
            capital = capital or len(token.text) == 4
        elif token.kind != "dash" and not (token.text in "()’" and i > at):
            short = stream.at(i - 1).text
            if token.text == "." and stream.touches(i) and i > at and (len(short) <= 1 or (len(short) <= 4 and short.isupper())):  # fmt: skip
                i += 1
                continue
            break
        i += 1
    while i > at and stream.at(i - 1).kind == "word" and stream.at(i - 1).low in lexicon.language.small:
        i -= 1
    return i if capital else 0


def _counts(lexicon: Lexicon, token: Token) -> bool:
    return token.kind == "number" or (token.kind == "word" and roman(token.text) > 0)


def _capital_after_and(lexicon: Lexicon, stream: Stream, i: int) -> bool:
    taken = lexicon.word("and", stream, i)
    return bool(taken) and stream.at(i + taken).text[:1].isupper()
