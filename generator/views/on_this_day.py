"""On this day: the documents of all years by the day of the year.

A page for each month, one that leads to all days, and for each month a small script of which the first page of the site
takes what belongs to the day on which it is read: no page knows what day it is when it is made.
"""

from __future__ import annotations

import calendar as gregorian
from collections.abc import Collection, Iterator, Mapping

import msgspec

from generator import urls
from generator.document import Facts
from generator.views import calendar
from generator.views.frame import Data, Frame, Page, document_path
from generator.wording import day_in_words, filled

_SHOWN = 3
"""So many documents of a day are shown on the first page of the site."""

_LEAP_YEAR = 2000

Days = Mapping[str, Mapping[str, list[Facts]]]
"""Documents by month (``10``) and day (``07``), each day's by year."""


def pages(frame: Frame, wanted: Collection[str] | None = None) -> Iterator[Page]:
    """Yield the page of all days and those of the months, all or those ``wanted``; none if no day is known."""
    days = _days(frame)
    if not days:
        return
    words = frame.messages
    title = words["on_this_day"]
    names = words["months"].split()
    months = [
        {"month": month, "name": names[int(month) - 1], "path": _path(month) if month in days else "", "days": _calendar(month, days, words)}
        for month in (f"{number:02}" for number in range(1, 13))
    ]  # fmt: skip
    trail = [*frame.trail(), (words["chronology"], urls.page("chronology"))]
    yield frame.page(_path(), "on_this_day.html", title, trail=trail, months=months, legend=calendar.legend(words))
    for month, by_day in sorted(days.items()):
        if wanted is None or month in wanted:
            groups = [
                {"id": f"{month}-{day}", "name": _name(month, day, words), "documents": [_row(frame, f) for f in found]}
                for day, found in sorted(by_day.items())
            ]
            heading = filled(words["on_this_day_month"], month=names[int(month) - 1])
            shown = next(m for m in months if m["month"] == month)
            beside = [*trail, (title, _path())]
            yield frame.page(_path(month), "on_this_day_month.html", heading, trail=beside, month=shown, days=groups)


def paths_of(facts: Facts) -> Iterator[str]:
    """Yield the paths of the pages that list a document."""
    if month := month_of(facts):
        yield _path()
        yield _path(month)


def month_of(facts: Facts) -> str:
    """The month of the year under which a document is listed, if its day is known."""
    date = facts.metadata.date
    return date.day[5:7] if date else ""


def path(frame: Frame) -> str:
    """The path of the page of all days, nothing if there is none."""
    return _path() if frame.catalog.in_time else ""


def files(frame: Frame) -> Iterator[tuple[str, bytes]]:
    """Yield a script for each month, none if no day is known: of each day its name, how many documents there are, and
    the year, title and path of some, of different years where there are such."""
    days = _days(frame)
    for month in (f"{number:02}" for number in range(1, 13) if days):
        shown: dict[str, object] = {}
        for day, found in sorted(days.get(month, {}).items()):
            some = [(_year(f), f.title, document_path(f)) for f in _some(found)]
            shown[day] = (_name(month, day, frame.messages), len(found), some)
        yield f"chronology/on-this-day/{month}.js", b"window.editionOnThisDay = %b;\n" % msgspec.json.encode(shown)


def _path(month: str = "") -> str:
    return urls.page("chronology", "on-this-day", *((month,) if month else ()))


def _days(frame: Frame) -> Days:
    days: dict[str, dict[str, list[Facts]]] = {}
    for facts in frame.catalog.in_time:
        date = facts.metadata.date
        assert date
        days.setdefault(date.day[5:7], {}).setdefault(date.day[8:], []).append(facts)
    return days


def _calendar(month: str, days: Days, words: Mapping[str, str]) -> list[Data]:
    """The days of a month; the 29th of February is one."""
    length = gregorian.monthrange(_LEAP_YEAR, int(month))[1]
    found = days.get(month, {})
    return [_day(month, f"{day:02}", len(found.get(f"{day:02}", ())), words) for day in range(1, length + 1)]


def _day(month: str, day: str, count: int, words: Mapping[str, str]) -> Data:
    label = calendar.counted(_name(month, day, words), count, words) if count else ""
    return {"day": int(day), "anchor": f"{month}-{day}", "level": calendar.level(count), "label": label}


def _some(found: list[Facts]) -> list[Facts]:
    """Some of the documents of a day: the first of years that are spread over all there are."""
    first = list({_year(f): f for f in reversed(found)}.values())[::-1]
    if len(first) <= _SHOWN:
        return first
    return [first[at * (len(first) - 1) // (_SHOWN - 1)] for at in range(_SHOWN)]


def _row(frame: Frame, facts: Facts) -> Data:
    return {**frame.brief(facts), "year": _year(facts), "volume": frame.title_of(facts.volume)}


def _year(facts: Facts) -> str:
    assert facts.metadata.date
    return facts.metadata.date.start[:4].lstrip("0")


def _name(month: str, day: str, words: Mapping[str, str]) -> str:
    name = words["months"].split()[int(month) - 1]
    return filled(words["date_month_day"], month=name, day=day_in_words(day, words))
