"""The slots of phrases: what stands in ``{document}``, ``{page}``, ``{series}`` and the others.

Each slot is a small reader of tokens: given a place, it returns where it may end and what it found there, the
shortest first. The words come from the language pack; here is only how they go together.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from generator.phrases import names
from generator.phrases.language import Language
from generator.phrases.names import Item, VolumeName
from generator.phrases.tokens import Stream, Token, roman


class Number(msgspec.Struct, frozen=True):
    """One number of a list: its value, where it stands, what follows it (``n`` or nothing); ``falls``: it ends a
    range and is lower than its beginning."""

    value: str
    start: int
    end: int
    mark: str = ""
    falls: bool = False


class Piece(msgspec.Struct, frozen=True):
    """What a slot found between ``start`` and ``end``. ``open``: it is right only if more of the phrase follows
    (the title of a volume, before its page)."""

    slot: str
    start: int
    end: int
    numbers: tuple[Number, ...] = ()
    volume: VolumeName | None = None
    item: Item | None = None
    text: str = ""
    open: bool = False


Ends = list[tuple[int, Piece]]

HINTS: Final[Mapping[str, str]] = {
    "document": r"\.?\s+(?:[Nn]os?\.\s*)?(?=\d)",
    "footnote": r"(?:\.\s*|\s+)(?:[Nn]os?\.\s*)?(?=\d)",
    "page": r"(?:\.\s*|\s+)(?=[\dIVXLCivxlc])",
    "paragraph": r"(?:\.\s*|\s+)(?=\d)",
    "volume": r"(?:[.,]\s*|\s+)(?=[\dIVXLCivxlcEN])",
    "chapter": r"\s+(?=[\dIVXLCA-H])",
    "attachment": r"(?:\s+[A-Z\d]{1,3})?\s+(?=to\s|of\s)",
    "item": r"(?:\s+|[–-])(?:[Nn]os?\.\s*)?(?=[A-Z–-]*\d)",
    "series": "",
    "ibid": r"\b",
    "neighbour": r"\b",
    "forthcoming": "",
    "here": r"\s+(?=\w)",
    "file": "",
    "post": r"\s+(?=\d{2,6}(?!\w))",
}
"""What must follow a word for a slot to be worth trying there: the quick test before any token is made."""

START: Final[Mapping[str, tuple[str, ...]]] = {
    "document": ("document",), "footnote": ("footnote",), "page": ("page",), "paragraph": ("paragraph",),
    "volume": ("volume",), "chapter": ("chapter",), "attachment": ("attachment",), "item": ("item",),
    "series": ("series",), "ibid": ("ibid",), "neighbour": ("previous", "next"), "forthcoming": ("forthcoming",),
    "here": ("here",), "file": (),
    "post": ("post",),
}  # fmt: skip
"""The categories of words that each slot may begin with."""

def _variants(name: str) -> tuple[str, ...]:
    """The name of a series as it stands and as it is often misprinted: without its last s, in small letters."""
    first, *rest = name.split()
    low = " ".join((first, *(word.lower() for word in rest)))
    return (name, name.removesuffix("s"), low, low.removesuffix("s")) if rest else (name,)


_LONGEST_LIST = 40
_LONGEST_TITLE = 16


class Slots:
    """The slots of one language, with the names of the series."""

    def __init__(self, language: Language, series: tuple[str, ...]) -> None:
        self.language = language
        self.words = {**language.words, "post": language.posts, "series": tuple(dict.fromkeys(v for name in series for v in _variants(name)))}
        self._first: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        for category, given in self.words.items():
            for phrase in given:
                parts = tuple(phrase.split())
                self._first.setdefault(parts[0], []).append((category, parts))
        for found in self._first.values():
            found.sort(key=lambda entry: -len(entry[1]))
        self._months = {name.lower(): at for at, given in enumerate(language.months, 1) for name in given}
        self.read: dict[str, Callable[[Stream, int], Ends]] = {
            "document": lambda s, i: self._numbered("document", s, i),
            "footnote": lambda s, i: self._numbered("footnote", s, i),
            "page": lambda s, i: self._numbered("page", s, i),
            "paragraph": lambda s, i: self._numbered("paragraph", s, i),
            "chapter": self._chapter,
            "attachment": self._attachment,
            "volume": self._volume,
            "series": self._series,
            "ibid": self._ibid,
            "neighbour": self._neighbour,
            "here": self._here,
            "forthcoming": self._forthcoming,
            "item": self._item,
            "title": self._title,
            "file": self._file,
            "post": self._post,
        }
        self._files = re.compile("|".join(language.files))

    # Words

    def word(self, category: str, stream: Stream, at: int) -> int:
        """How many tokens from ``at`` on make a word of ``category``, its abbreviating full stop included; 0: none."""
        token = stream.at(at)
        for key in (token.text, token.low) if token.low != token.text else (token.text,):
            for found, parts in self._first.get(key, ()):
                if found == category and all(
                    stream.at(at + n).text == p or stream.at(at + n).low == p for n, p in enumerate(parts)
                ):
                    n = len(parts)
                    stop = stream.at(at + n).text == "." and stream.touches(at + n)
                    return n + 1 if stop and len(parts[-1]) <= 5 else n
        return 0

    def begins(self, slot: str, stream: Stream) -> bool:
        """Whether a slot may begin with the first token."""
        token = stream.at(0)
        categories = START[slot]
        if not categories:
            return token.kind == "number" or len(token.text) == 1
        return any(
            found in categories
            for key in (token.text, token.low)
            for found, _ in self._first.get(key, ())
        )

    def is_plural(self, token: Token) -> bool:
        return token.low in self.language.plural

    # Numbers

    def _numbered(self, slot: str, stream: Stream, at: int) -> Ends:
        first = stream.at(at)
        taken = self.word(slot, stream, at)
        if not taken:
            return []
        i = at + taken
        i += self.word("number", stream, i)
        if stream.touches(i) and stream.at(i - 1).text != ".":
            return []
        return self._numbers(slot, first, stream, i)

    def _numbers(self, slot: str, first: Token, stream: Stream, i: int) -> Ends:
        plural = self.is_plural(first)
        numbers: list[Number] = []
        ends: Ends = []
        while len(numbers) < _LONGEST_LIST:
            joined = self._joiner(stream, i, plural, slot) if numbers else (i, False)
            if joined is None:
                break
            j, ranged = joined
            found = self._number(slot, stream, j, numbers[-1] if ranged else None, bool(numbers))
            if found is None:
                break
            i, number = found
            numbers.append(number)
            ends.append((i, Piece(slot, first.start, number.end, tuple(numbers))))
            while self.word("following", stream, i):
                i += self.word("following", stream, i)
                if stream.at(i).text == "." and stream.touches(i) and stream.at(i - 1).text != ".":
                    i += 1
                if stream.at(i).low == "seq":
                    i += 1
                ends[-1] = (i, ends[-1][1])
        return ends[-1:]

    def _joiner(self, stream: Stream, i: int, plural: bool, slot: str) -> tuple[int, bool] | None:
        """After a number: where the next begins, and whether it ends a range."""
        token = stream.at(i)
        if token.kind == "dash":
            return i + 1, True
        if self.word("through", stream, i):
            return (i + 1, True) if plural else None
        comma = token.text == ","
        j = i + comma
        joined = self.word("and", stream, j)
        if joined:
            return j + joined + self._again(slot, stream, j + joined), False
        if comma and plural:
            return j + self._again(slot, stream, j), False
        return None

    def _again(self, slot: str, stream: Stream, i: int) -> int:
        """The word again in a list: ``pp. 3 and pp. 5``. Documents and notes may be meant in another sense then."""
        return self.word(slot, stream, i) if slot == "page" else 0

    def _number(self, slot: str, stream: Stream, i: int, before: Number | None, listed: bool) -> tuple[int, Number] | None:
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
            if after.kind == "dash" and third.start == after.end and third.kind == "word" and third.text != "p":
                return None
        if listed and before is None and after.kind == "word" and self._unit(after, stream, i + 1):
            return None
        falls = False
        if before is not None and value.isdecimal() and before.value.isdecimal():
            if len(value) < len(before.value):
                value = before.value[: -len(value)] + value
            falls = int(value) < int(before.value)
        return i + 1, Number(value, token.start, token.end, mark, falls)

    def _unit(self, token: Token, stream: Stream, i: int) -> bool:
        """Whether a word after a listed number claims it: a month, ``UST``, ``percent``."""
        if self.word("following", stream, i) or self.word("and", stream, i) or self.word("through", stream, i):
            return False
        return token.text[0].isupper() or token.low in ("percent", "million", "thousand", "days", "years", "p", "a", "other", "others")

    # Other parts of a document

    def _chapter(self, stream: Stream, at: int) -> Ends:
        taken = self.word("chapter", stream, at)
        token = stream.at(at + taken)
        if not taken or not (token.kind == "number" or roman(token.text) or (len(token.text) == 1 and token.text.isupper())):
            return []
        word = stream.at(at)
        number = Number(token.text, token.start, token.end)
        return [(at + taken + 1, Piece("chapter", word.start, token.end, (number,), text=word.low))]

    def _attachment(self, stream: Stream, at: int) -> Ends:
        first = stream.at(at)
        taken = self.word("attachment", stream, at)
        if not taken:
            return []
        out = [(at + taken, Piece("attachment", first.start, stream.at(at + taken - 1).end))]
        label = stream.at(at + taken)
        if label.kind == "number" or (label.kind == "word" and len(label.text) <= 4 and label.text.isupper()):
            number = Number(label.text, label.start, label.end)
            out.append((at + taken + 1, Piece("attachment", first.start, label.end, (number,))))
        return out

    def _neighbour(self, stream: Stream, at: int) -> Ends:
        token = stream.at(at)
        for category in ("previous", "next"):
            if self.word(category, stream, at):
                return [(at + 1, Piece("neighbour", token.start, token.end, text=category))]
        return []

    def _here(self, stream: Stream, at: int) -> Ends:
        token = stream.at(at)
        return [(at + 1, Piece("here", token.start, token.end))] if self.word("here", stream, at) else []

    def _forthcoming(self, stream: Stream, at: int) -> Ends:
        taken = self.word("forthcoming", stream, at)
        return [(at + taken, Piece("forthcoming", stream.at(at).start, stream.at(at + taken - 1).end))] if taken else []

    # Volumes

    def _series(self, stream: Stream, at: int) -> Ends:
        taken = self.word("series", stream, at)
        return self._segments("series", stream, at, at + taken) if taken else []

    def _ibid(self, stream: Stream, at: int) -> Ends:
        taken = self.word("ibid", stream, at)
        if not taken:
            return []
        first = stream.at(at)
        piece = Piece("ibid", first.start, first.end, volume=VolumeName())
        i = at + taken
        # An encoder's space before the full stop is no reason to lose the page behind it.
        if stream.at(i).text == "." and stream.at(i - 1).text != ".":
            i += 1
        return [(i, piece), *self._segments("ibid", stream, at, i)]

    def _volume(self, stream: Stream, at: int) -> Ends:
        return self._segments("volume", stream, at, at) if self.word("volume", stream, at) else []

    def _segments(self, slot: str, stream: Stream, at: int, i: int) -> Ends:
        """Years, supplement, volume, part and title, in the order they come, between commas."""
        start = stream.at(at).start
        name = VolumeName()
        volumes: tuple[Number, ...] = ()
        out: Ends = []
        titles = 0
        while True:
            j = i
            if stream.at(j).text in ",.;" and j > at:
                sign = stream.at(j).text
                j += 1
            else:
                sign = ""
            found = self._segment(stream, j, name, slot) if sign != ";" else None
            if not found and not sign and not out and slot == "series":
                break
            if found:
                i, name, volumes = found[0], found[1], found[2] or volumes
                end = stream.at(i - 1).end
                out.append((i, Piece(slot, start, end, volumes, name)))
                continue
            if sign == "." and not (slot == "series" and self._conference(stream, j)):
                break
            ended = self._words_of_title(stream, j)
            if not ended or titles > 6:
                break
            titles += 1
            if slot != "volume" and not name.number:
                text = stream.text[stream.at(j).start : stream.at(ended - 1).end]
                name = VolumeName(name.years, name.number, name.part, f"{name.title} {text}".strip())
            conference = slot != "volume" and self._conference(stream, j)
            i = ended
            out.append((i, Piece(slot, start, stream.at(i - 1).end, volumes, name, open=not conference)))
        return out

    def _conference(self, stream: Stream, j: int) -> bool:
        j += stream.at(j).low == "the"
        return stream.at(j).low in ("conference", "conferences")

    def _segment(
        self, stream: Stream, i: int, name: VolumeName, slot: str
    ) -> tuple[int, VolumeName, tuple[Number, ...]] | None:
        token = stream.at(i)
        bracket = token.text == "["
        year = stream.at(i + bracket)
        if not name.years and slot != "volume" and year.kind == "number" and len(year.text) == 4 and year.text[:2] in ("17", "18", "19", "20"):  # fmt: skip
            i += bracket + 1
            last = ""
            if stream.at(i).kind == "dash" and stream.at(i + 1).kind == "number" and len(stream.at(i + 1).text) in (2, 4):
                last = stream.at(i + 1).text
                i += 2
            i += bracket and stream.at(i).text == "]"
            return i, VolumeName(names.years(year.text, last), name.number, name.part, name.title), ()
        taken = self.word("supplement", stream, i)
        if taken and slot != "volume":
            number = stream.at(i + taken)
            counted = number.kind == "number"
            title = f"{name.title} supp{' ' + number.text if counted else ''}".strip()
            return i + taken + counted, VolumeName(name.years, name.number, name.part, title), ()
        taken = self.word("volume", stream, i)
        if taken and not name.number:
            taken += stream.at(i + taken).text == "," and taken == 1
            found = self._volume_numbers(stream, i + taken, self.is_plural(token))
            if found:
                values = found[1]
                return found[0], VolumeName(name.years, values[0].value, name.part, name.title), values
            return None
        taken = self.word("part", stream, i)
        if taken and not name.part:
            number = stream.at(i + taken)
            value = number.text if number.kind == "number" else str(roman(number.text) or "")
            if value:
                return i + taken + 1, VolumeName(name.years, name.number, value, name.title), ()
        return None

    def _volume_numbers(self, stream: Stream, i: int, plural: bool) -> tuple[int, tuple[Number, ...]] | None:
        numbers: list[Number] = []
        while True:
            j = i
            if numbers:
                if not plural:
                    break
                j += stream.at(j).text == ","
                j += self.word("and", stream, j)
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

    def _words_of_title(self, stream: Stream, at: int) -> int:
        """Where a run of words that can be (a part of) a title ends; 0 if there is none."""
        i, capital = at, False
        while i - at < _LONGEST_TITLE:
            token = stream.at(i)
            if token.kind == "word":
                if any(self.word(c, stream, i) for c in ("volume", "series", "ibid")):
                    break
                if any((n := self.word(c, stream, i)) and self._counts(stream.at(i + n)) for c in ("page", "document", "footnote")):  # fmt: skip
                    break
                if token.text[0].isupper():
                    capital = True
                elif token.low not in self.language.small or (i == at and not self._capital_after_and(stream, i)):
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
        while i > at and stream.at(i - 1).kind == "word" and stream.at(i - 1).low in self.language.small:
            i -= 1
        return i if capital else 0

    def _counts(self, token: Token) -> bool:
        return token.kind == "number" or (token.kind == "word" and roman(token.text) > 0)

    def _capital_after_and(self, stream: Stream, i: int) -> bool:
        taken = self.word("and", stream, i)
        return bool(taken) and stream.at(i + taken).text[:1].isupper()

    # Items: telegrams and the like

    def _item(self, stream: Stream, at: int) -> Ends:
        first = stream.at(at)
        taken = self.word("item", stream, at)
        if not taken:
            return []
        i = at + taken
        i += self.word("number", stream, i)
        i += stream.at(i).kind == "dash"
        prefix = stream.at(i)
        if prefix.kind == "word" and len(prefix.text) <= 8 and prefix.text[0].isupper() and stream.at(i + 1).kind in ("number", "dash"):
            i += 1 + (stream.at(i + 1).kind == "dash")
        number = stream.at(i)
        if number.kind != "number" or not number.text[0].isdigit():
            return []
        after = stream.at(i + 1)
        if after.start == number.end and after.text in "/.,:" and stream.at(i + 2).start == after.end and stream.at(i + 2).kind == "number":
            return []
        i += 1
        item = Item(stream.text[first.start : stream.at(at + taken - 1).end], number.text)
        out = [(i, Piece("item", first.start, number.end, item=item))]
        for _ in range(3):
            j = i + (stream.at(i).text == ",")
            j += self.word("dated", stream, j)
            place = self._place(stream, j) if not item.post else None
            date = None if place else self._date(stream, j) if not item.date else None
            if place:
                i, item = place[0], Item(item.kind, item.number, place[1], item.date)
            elif date:
                i, item = date[0], Item(item.kind, item.number, item.post, date[1])
            else:
                break
            out.append((i, Piece("item", first.start, stream.at(i - 1).end, item=item)))
        return out

    def _place(self, stream: Stream, i: int) -> tuple[int, str] | None:
        taken = self.word("from", stream, i)
        if not taken:
            return None
        i += taken
        while self.word("station", stream, i):
            i += 1
        start = i
        while (token := stream.at(i)).kind == "word" and token.text[0].isupper() and i - start < 3 and token.low not in self._months:
            i += 1
        if i == start:
            return None
        return i, stream.text[stream.at(start).start : stream.at(i - 1).end]

    def _date(self, stream: Stream, i: int) -> tuple[int, str] | None:
        """``Oct. 15, 1953``, ``October 15``, ``15 October 1953``."""
        month = self._months.get(stream.at(i).low)
        if month:
            i += 1
            i += stream.at(i).text == "." and stream.touches(i)
            day = stream.at(i)
            i += 1
        else:
            day, month = stream.at(i), self._months.get(stream.at(i + 1).low)
            i += 2
            i += stream.at(i).text == "." and stream.touches(i)
        if not month or day.kind != "number" or not day.text.isdecimal() or not 1 <= int(day.text) <= 31:
            return None
        j = i + (stream.at(i).text == ",")
        year = stream.at(j)
        if year.kind == "number" and len(year.text) == 4 and year.text[:2] in ("17", "18", "19", "20"):
            return j + 1, f"{year.text}-{month:02}-{int(day.text):02}"
        return i, f"--{month:02}-{int(day.text):02}"

    def _post(self, stream: Stream, at: int) -> Ends:
        """``Geneva 11751``: a telegram by the post it came from."""
        first = stream.at(at)
        taken = self.word("post", stream, at)
        number = stream.at(at + taken)
        year = len(number.text) == 4 and number.text[:2] in ("17", "18", "19", "20")
        if not taken or number.kind != "number" or not number.text.isdecimal() or year:
            return []
        if stream.at(at + taken + 1).start == number.end and stream.at(at + taken + 1).text in "/–-":
            return []
        place = stream.text[first.start : stream.at(at + taken - 1).end]
        return [(at + taken + 1, Piece("item", first.start, number.end, item=Item("", number.text, place)))]

    def _file(self, stream: Stream, at: int) -> Ends:
        start = stream.at(at).start
        found = self._files.match(stream.text, start)
        if not found:
            return []
        end = at
        while stream.at(end).kind != "end" and stream.at(end).end <= found.end():
            end += 1
        return [(end, Piece("file", start, found.end(), text=found[0].replace("-", "–")))]

    def _title(self, stream: Stream, at: int) -> Ends:
        """Any words up to a comma: what a document is called."""
        out: Ends = []
        i = at
        start = stream.at(at).start
        while i - at < _LONGEST_TITLE:
            token = stream.at(i)
            if token.kind == "end" or token.text in ";:()[]" or (token.text == "." and len(stream.at(i - 1).text) > 4):
                break
            if any(self.word(c, stream, i) for c in ("series", "ibid", "volume")):
                break
            if i > at and (token.text == "," or self.word("page", stream, i) or self.word("previous", stream, i) or self.word("next", stream, i)):  # fmt: skip
                end = stream.at(i - 1).end
                out.append((i, Piece("title", start, end, text=stream.text[start:end])))
            i += 1
        return out


