"""Dates as editors write them: EDTF levels 0 and 1 (Library of Congress, 2019), the parts an edition needs.

1953-10-07  1953-10  1953          a day, a month, a year
1953-10-07/1953-10-09              an interval
1953~  1953-10?  1953-10-07%       about, uncertain, both
1953-10-XX  1953-XX  195X          unspecified digits
1953-21 ... 1953-24                spring, summer, autumn, winter
../1953-10-07  1953-10-07/..       open at one end
1953-10-07T19:30:00-05:00          a day with a time, and where known its zone
"""

from __future__ import annotations

import calendar
import datetime
import re

import msgspec


class EditionDate(msgspec.Struct, frozen=True):
    """A date or span of dates.

    ``edtf`` is the text as given; ``start`` and ``end`` are the first and last possible day as ISO 8601
    (``end`` equals ``start`` for a day; an open end repeats the known one); ``time`` is ``19:30`` or with
    its zone ``19:30-05:00``, or empty; ``approximate`` and ``uncertain`` come from ``~`` and ``?``.
    """

    edtf: str
    start: str
    end: str
    time: str = ""
    approximate: bool = False
    uncertain: bool = False

    @property
    def precision(self) -> str:
        """``day``, ``month``, ``year`` or ``span``: how the date may be shown and sorted into lists."""
        if self.start == self.end:
            return "day"
        if self.start[:7] == self.end[:7] and self.start.endswith("-01") and _last(self.start) == self.end:
            return "month"
        if self.start[:4] == self.end[:4] and self.start.endswith("-01-01") and self.end.endswith("-12-31"):
            return "year"
        return "span"

    @property
    def day(self) -> str:
        """The day a calendar shows it on, as ISO 8601: the day itself, or the first one of a span that is given with
        its day; empty for a date that is no nearer than a month."""
        if self.start == self.end:
            return self.start
        return self.start if _DAY.match(self.edtf) else ""


_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_POINT = re.compile(
    r"(?P<year>\d{4}|\d{3}X|\d\dXX)(?:-(?P<month>\d\d|XX)(?:-(?P<day>\d\d|XX))?)?"
    r"(?:T(?P<time>\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?(?P<mark>[~?%])?$"
)
_SEASONS = {"21": (3, 5), "22": (6, 8), "23": (9, 11), "24": (12, 12)}


def parse(text: str) -> EditionDate:
    """Read an EDTF date. Raises ValueError, with a message for the editor, if it is none or is impossible."""
    text = text.strip()
    if "/" in text:
        first, _, last = text.partition("/")
        if first in ("", "..") and last in ("", ".."):
            raise ValueError(f'"{text}" is open at both ends')
        left = None if first in ("", "..") else _point(first)
        right = None if last in ("", "..") else _point(last)
        start, end = left or right, right or left
        assert start and end
        if start.start > end.end:
            raise ValueError(f'"{text}" ends before it begins')
        return EditionDate(text, start.start, end.end, start.time, start.approximate or end.approximate, start.uncertain or end.uncertain)  # fmt: skip
    return _point(text)


def _point(text: str) -> EditionDate:
    found = _POINT.match(text)
    if not found:
        raise ValueError(f'"{text}" is not a date such as 1953-10-07, 1953-10, 1953~ or 1953-10-07/1953-10-09')
    year, month, day = found["year"], found["month"], found["day"]
    mark = found["mark"] or ""
    time = (found["time"] or "") + (found["zone"] or "")
    if "X" in year and month:
        raise ValueError(f'"{text}" gives a month of an unknown year')
    first_year, last_year = int(year.replace("X", "0")), int(year.replace("X", "9"))
    if first_year == 0:
        raise ValueError(f'"{text}" has the year 0')
    if time and not day:
        raise ValueError(f'"{text}" gives a time without a day')
    if month in (None, "XX"):
        if day and day != "XX":
            raise ValueError(f'"{text}" gives a day of an unknown month')
        start, end = f"{first_year:04}-01-01", f"{last_year:04}-12-31"
    elif month in _SEASONS and not day:
        low, high = _SEASONS[month]
        start, end = f"{year}-{low:02}-01", _last(f"{year}-{high:02}-01")
    elif not 1 <= int(month) <= 12:
        raise ValueError(f'"{text}" has no month {month}')
    elif day in (None, "XX"):
        start = f"{year}-{month}-01"
        end = _last(start)
    else:
        try:
            start = end = datetime.date(first_year, int(month), int(day)).isoformat()
        except ValueError:
            raise ValueError(f'"{text}": there is no day {int(day)} in that month') from None
        if found["time"] and (found["time"] > "24:00" or found["time"][3:] > "59"):
            raise ValueError(f'"{text}" has no such time of day')
    return EditionDate(text, start, end, time, mark in ("~", "%"), mark in ("?", "%"))


def _last(first_of_month: str) -> str:
    """The last day of the month that ``first_of_month`` (ISO) lies in."""
    year, month = int(first_of_month[:4]), int(first_of_month[5:7])
    return f"{first_of_month[:8]}{calendar.monthrange(year, month)[1]:02}"
