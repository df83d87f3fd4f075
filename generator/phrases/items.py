"""The slots for telegrams and the like: by kind and number, post and date; and file numbers."""

from __future__ import annotations

from generator.phrases.lexicon import Ends, Lexicon, Piece
from generator.phrases.names import Item
from generator.phrases.tokens import Stream


def item(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    first = stream.at(at)
    taken = lexicon.word("item", stream, at)
    if not taken:
        return []
    i = at + taken
    i += lexicon.word("number", stream, i)
    i += stream.at(i).kind == "dash"
    prefix = stream.at(i)
    if (
        prefix.kind == "word"
        and len(prefix.text) <= 8
        and prefix.text[0].isupper()
        and stream.at(i + 1).kind in ("number", "dash")
    ):
        i += 1 + (stream.at(i + 1).kind == "dash")
    number = stream.at(i)
    if number.kind != "number" or not number.text[0].isdigit():
        return []
    after = stream.at(i + 1)
    if (
        after.start == number.end
        and after.text in "/.,:"
        and stream.at(i + 2).start == after.end
        and stream.at(i + 2).kind == "number"
    ):
        return []
    i += 1
    item = Item(stream.text[first.start : stream.at(at + taken - 1).end], number.text)
    out = [(i, Piece("item", first.start, number.end, item=item))]
    for _ in range(3):
        j = i + (stream.at(i).text == ",")
        j += lexicon.word("dated", stream, j)
        place = _place(lexicon, stream, j) if not item.post else None
        date = None if place else _date(lexicon, stream, j) if not item.date else None
        if place:
            i, item = place[0], Item(item.kind, item.number, place[1], item.date)
        elif date:
            i, item = _after_time(lexicon, stream, date[0]), Item(item.kind, item.number, item.post, date[1])
        else:
            break
        out.append((i, Piece("item", first.start, stream.at(i - 1).end, item=item)))
    return out


def _place(lexicon: Lexicon, stream: Stream, i: int) -> tuple[int, str] | None:
    taken = lexicon.word("from", stream, i)
    if not taken:
        return None
    i += taken
    while lexicon.word("station", stream, i):
        i += 1
    start = i
    while (
        (token := stream.at(i)).kind == "word"
        and token.text[0].isupper()
        and i - start < 3
        and token.low not in lexicon.months
    ):
        i += 1
    if i == start:
        return None
    return i, stream.text[stream.at(start).start : stream.at(i - 1).end]


def _date(lexicon: Lexicon, stream: Stream, i: int) -> tuple[int, str] | None:
    """``Oct. 15, 1953``, ``October 15``, ``15 October 1953``."""
    month = lexicon.months.get(stream.at(i).low)
    if month:
        i += 1
        i += stream.at(i).text == "." and stream.touches(i)
        day = stream.at(i)
        i += 1
    else:
        day, month = stream.at(i), lexicon.months.get(stream.at(i + 1).low)
        i += 2
        i += stream.at(i).text == "." and stream.touches(i)
    if not month or day.kind != "number" or not day.text.isdecimal() or not 1 <= int(day.text) <= 31:
        return None
    j = i + (stream.at(i).text == ",")
    year = stream.at(j)
    if year.kind == "number" and len(year.text) == 4 and year.text[:2] in ("17", "18", "19", "20"):
        return j + 1, f"{year.text}-{month:02}-{int(day.text):02}"
    return i, f"--{month:02}-{int(day.text):02}"


def _after_time(lexicon: Lexicon, stream: Stream, i: int) -> int:
    """Where the hour ends that may follow a day: ``May 3, 5 p.m.``"""
    j = i + (stream.at(i).text in ",—")
    j += stream.at(j).kind == "number"
    taken = lexicon.word("time", stream, j)
    return j + taken if taken else i


def post(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    """``Geneva 11751``: a telegram by the post it came from."""
    first = stream.at(at)
    taken = lexicon.word("post", stream, at)
    number = stream.at(at + taken)
    year = len(number.text) == 4 and number.text[:2] in ("17", "18", "19", "20")
    if not taken or number.kind != "number" or not number.text.isdecimal() or year:
        return []
    if stream.at(at + taken + 1).start == number.end and stream.at(at + taken + 1).text in "/–-":
        return []
    place = stream.text[first.start : stream.at(at + taken - 1).end]
    return [(at + taken + 1, Piece("item", first.start, number.end, item=Item("", number.text, place)))]


def file(lexicon: Lexicon, stream: Stream, at: int) -> Ends:
    start = stream.at(at).start
    found = lexicon.files.match(stream.text, start)
    if not found:
        return []
    end = at
    while stream.at(end).kind != "end" and stream.at(end).end <= found.end():
        end += 1
    return [(end, Piece("file", start, found.end(), text=found[0].replace("-", "–")))]
