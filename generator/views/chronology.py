"""The chronology: the documents of all volumes by year, month and day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from itertools import groupby
from typing import TypeVar

from generator import urls
from generator.document import Facts
from generator.views import calendar
from generator.views.frame import Data, Frame, Page, document_path
from generator.wording import day_in_words, filled

_LISTED = 100
"""Up to so many documents are listed on the page of a year as well; more stand on those of its months only."""

_DECADES_FROM = 25
"""From so many years on the overview is divided by decades."""

T = TypeVar("T")

Key = tuple[str, str]
"""A year and a month in it, or a year as a whole."""

Months = dict[str, list[Facts]]
"""The documents of a year by month (``10``); those of which the month is not known under nothing."""


def pages(frame: Frame, wanted: Collection[Key] | None = None) -> Iterator[Page]:
    """Yield the chronology, its years and its months: all, or those ``wanted`` and those beside them, which lead
    there."""
    years = {year: _by_month(found) for year, found in groupby(frame.catalog.by_date, key=year_of)}
    yield _overview(frame, years)
    order = list(years)
    for at, year in enumerate(order):
        if wanted is None or any((one, "") in wanted for one in _around(order, at)):
            yield _year_page(frame, year, years[year], *_beside(order, at))
    months = [(year, month) for year in order for month in sorted(years[year]) if month]
    for at, (year, month) in enumerate(months):
        if wanted is None or any(one in wanted for one in _around(months, at)):
            yield _month_page(frame, year, month, years[year][month], *_beside(months, at))


def keys_of(facts: Facts) -> Iterator[Key]:
    """Yield the year and the month under which a document is listed."""
    if facts.metadata.date:
        yield year_of(facts), ""
        yield year_of(facts), _month(facts)


def paths_of(facts: Facts) -> Iterator[str]:
    """Yield the paths of the pages that list a document."""
    if facts.metadata.date:
        yield urls.page("chronology", year_of(facts))
        if month := _month(facts):
            yield urls.page("chronology", year_of(facts), month)


def year_of(facts: Facts) -> str:
    """The year under which a dated document is listed."""
    assert facts.metadata.date
    return facts.metadata.date.start[:4]


def around(frame: Frame, facts: Facts) -> Data | None:
    """What the page of a document says of its place in time: the documents before and after it in all volumes
    (``previous`` and ``next``, if its day is known), and where the chronology lists it."""
    if not facts.metadata.date:
        return None
    before, after = frame.catalog.around_in_time(facts)
    return {
        "path": list(paths_of(facts))[-1],
        "anchor": day_of(facts),
        "previous": _link(frame, before, facts),
        "next": _link(frame, after, facts),
    }


def _link(frame: Frame, facts: Facts | None, of: Facts) -> Data | None:
    if facts is None:
        return None
    volume = frame.title_of(facts.volume) if facts.volume != of.volume else ""
    date = frame.row(facts)["date"]
    return {
        "path": document_path(facts),
        "name": frame.name(facts),
        "title": facts.title,
        "date": date,
        "volume": volume,
    }


def day_of(facts: Facts) -> str:
    """The day under which a document is listed, as ISO 8601; empty if its date is no nearer than a month."""
    assert facts.metadata.date
    return facts.metadata.date.day


def _overview(frame: Frame, years: Mapping[str, Months]) -> Page:
    """All years, with the months in which there are documents."""
    rows: list[Data] = []
    most = max((len(found) for months in years.values() for month, found in months.items() if month), default=0)
    for year, months in years.items():
        rows.append({
            "year": year,
            "name": _name(year),
            "path": urls.page("chronology", year),
            "count": sum(map(len, months.values())),
            "months": _strip(frame, year, months, most),
        })  # fmt: skip
    by_decade = len(rows) >= _DECADES_FROM
    groups: list[Data] = []
    for decade, found in groupby(rows, key=lambda row: row["year"][:3] + "0" if by_decade else ""):
        listed = list(found)
        name = filled(frame.messages["decade"], year=_name(decade)) if decade else ""
        groups.append({"id": decade, "name": name, "years": listed, "count": sum(row["count"] for row in listed)})
    title, known = frame.messages["chronology"], frame.catalog.in_time
    span = {"first": day_of(known[0]), "last": day_of(known[-1])} if known else None
    return frame.page(urls.page("chronology"), "chronology.html", title, trail=frame.trail(), groups=groups, span=span)


def _strip(frame: Frame, year: str, months: Months, most: int) -> list[Data]:
    """The twelve months of a year with their counts; without a path if there are no documents."""
    strip = []
    names = zip(frame.messages["months"].split(), frame.messages["months_short"].split(), strict=True)
    for number, (name, short) in enumerate(names, 1):
        count = len(months.get(f"{number:02}", ()))
        path = urls.page("chronology", year, f"{number:02}") if count else ""
        shade = calendar.share(count, most)
        strip.append({"name": name, "short": short, "path": path, "count": count, "level": shade})
    return strip


def _year_page(frame: Frame, year: str, months: Months, before: str | None, after: str | None) -> Page:
    """The calendar of a year, and its documents where they are few or have no month."""
    title, names = frame.messages["chronology"], frame.messages["months"].split()
    shown = []
    for number, name in enumerate(names, 1):
        month = f"{number:02}"
        found = months.get(month, [])
        counts = Counter(day[8:] for facts in found if (day := day_of(facts)))
        shown.append({
            "month": month,
            "name": name,
            "path": urls.page("chronology", year, month) if found else "",
            "count": len(found),
            "unknown": len(found) - counts.total(),
            "calendar": calendar.month(year, number, counts, frame.messages),
        })  # fmt: skip
    count = sum(map(len, months.values()))
    listed = [
        {"month": month, "name": names[int(month) - 1] if month else frame.messages["month_unknown"], "documents": _rows(frame, found)}
        for month, found in sorted(months.items(), key=lambda item: (not item[0], item[0]))
        if count <= _LISTED or not month
    ]  # fmt: skip
    return frame.page(
        urls.page("chronology", year),
        "chronology_year.html",
        _name(year),
        trail=[*frame.trail(), (title, urls.page("chronology"))],
        count=count,
        months=shown,
        weekdays=calendar.weekdays(frame.messages),
        legend=calendar.legend(frame.messages),
        listed=listed,
        previous={"path": urls.page("chronology", before), "name": _name(before)} if before else None,
        next={"path": urls.page("chronology", after), "name": _name(after)} if after else None,
    )


def _month_page(
    frame: Frame, year: str, month: str, found: list[Facts], before: tuple[str, str] | None, after: tuple[str, str] | None
) -> Page:  # fmt: skip
    """The documents of a month day by day, those without a day at the end."""
    words = frame.messages
    name = words["months"].split()[int(month) - 1]
    days = []
    counts: dict[str, int] = {}
    known = sorted((f for f in found if day_of(f)), key=day_of)
    for day, in_day in groupby(known, key=day_of):
        rows = _rows(frame, in_day, day)
        counts[day[8:]] = len(rows)
        heading = filled(
            words["date_weekday"], weekday=calendar.weekday(day, words), month=name, day=day_in_words(day, words)
        )
        days.append({"day": day, "name": heading, "documents": rows})
    if unknown := [f for f in found if not day_of(f)]:
        days.append({"day": "", "name": words["day_unknown"], "documents": _rows(frame, unknown)})
    trail = [(words["chronology"], urls.page("chronology")), (_name(year), urls.page("chronology", year))]
    return frame.page(
        urls.page("chronology", year, month),
        "chronology_month.html",
        _month_name(frame, year, month),
        trail=[*frame.trail(), *trail],
        count=len(found),
        month=name,
        calendar=calendar.month(year, int(month), counts, words),
        weekdays=calendar.weekdays(words),
        days=days,
        previous={"path": urls.page("chronology", *before), "name": _month_name(frame, *before)} if before else None,
        next={"path": urls.page("chronology", *after), "name": _month_name(frame, *after)} if after else None,
    )


def _rows(frame: Frame, found: Collection[Facts] | Iterator[Facts], day: str = "") -> list[Data]:
    """Documents as lists show them, with their volume; the date is left out where it is no more than ``day`` says."""
    rows = []
    for facts in found:
        row = {**frame.row(facts), "volume_title": frame.title_of(facts.volume)}
        date = facts.metadata.date
        if day and date and date.start == date.end and not date.approximate and not date.uncertain:
            row["date"] = row["date_iso"] = ""
        rows.append(row)
    return rows


def _by_month(found: Iterator[Facts]) -> Months:
    out: Months = {}
    for facts in found:
        out.setdefault(_month(facts), []).append(facts)
    return out


def _around(order: list[T], at: int) -> list[T]:
    """A place with those before and after it."""
    return order[max(at - 1, 0) : at + 2]


def _beside(order: list[T], at: int) -> tuple[T | None, T | None]:
    """What stands before and after a place."""
    return (order[at - 1] if at else None), (order[at + 1] if at + 1 < len(order) else None)


def _name(year: str) -> str:
    return year.lstrip("0")


def _month_name(frame: Frame, year: str, month: str) -> str:
    name = frame.messages["months"].split()[int(month) - 1]
    return filled(frame.messages["date_month"], month=name, year=_name(year))


def _month(facts: Facts) -> str:
    """``10``, or nothing for a date that is no nearer than a year."""
    date = facts.metadata.date
    assert date
    return date.start[5:7] if date.precision in ("day", "month") or date.start[:7] == date.end[:7] else (
        "" if date.start[5:] == "01-01" and date.end[5:] == "12-31" else date.start[5:7]
    )  # fmt: skip
