"""The chronology: the documents of all volumes by year and month."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import groupby

from generator import urls
from generator.document import Facts
from generator.views.frame import Data, Frame, Page
from generator.wording import filled


def pages(frame: Frame, wanted: Collection[str] | None = None) -> Iterator[Page]:
    """Yield the chronology, its years and its months: all, or those of the years ``wanted``."""
    title = frame.messages["chronology"]
    names = frame.messages["months"].split()
    years: list[Data] = []
    found: list[Page] = []
    for year, in_year in groupby(frame.catalog.by_date, key=year_of):
        months: list[Data] = []
        shown = wanted is None or year in wanted
        for month, in_month in groupby(sorted(in_year, key=_month), key=_month):
            documents = list(in_month)
            rows = [{**frame.row(f), "volume_title": frame.title_of(f.volume)} for f in documents] if shown else []
            name = names[int(month) - 1] if month else frame.messages["month_unknown"]
            path = urls.page("chronology", year, month) if month else ""
            months.append({"month": month, "name": name, "path": path, "count": len(documents), "documents": rows})
            if month and shown:
                heading = filled(frame.messages["date_month"], month=name, year=year)
                trail = [*frame.trail(), (title, urls.page("chronology")), (year, urls.page("chronology", year))]
                found.append(_year_page(frame, path, heading, [months[-1]], trail))
        path = urls.page("chronology", year)
        trail = [*frame.trail(), (title, urls.page("chronology"))]
        if shown:
            found.append(_year_page(frame, path, year, months, trail))
        counts = [{k: m[k] for k in ("month", "name", "path", "count")} for m in months]
        years.append({"year": year, "path": path, "count": sum(m["count"] for m in months), "months": counts})
    yield frame.page(urls.page("chronology"), "chronology.html", title, trail=frame.trail(), years=years)
    yield from sorted(found, key=lambda p: p.path)


def _year_page(frame: Frame, path: str, heading: str, months: list[Data], trail: list[tuple[str, str]]) -> Page:
    return frame.page(path, "chronology_year.html", heading, trail=trail, months=months, heading=heading)


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


def _month(facts: Facts) -> str:
    """``10``, or nothing for a date that is no nearer than a year."""
    date = facts.metadata.date
    assert date
    return date.start[5:7] if date.precision in ("day", "month") or date.start[:7] == date.end[:7] else (
        "" if date.start[5:] == "01-01" and date.end[5:] == "12-31" else date.start[5:7]
    )  # fmt: skip
