"""Dates and sentences in the words of the interface's language."""

from __future__ import annotations

from collections.abc import Mapping

from generator import dates
from generator.dates import EditionDate


def filled(text: str, **values: str) -> str:
    """Return ``text`` with each ``{name}`` replaced by its value."""
    for name, value in values.items():
        text = text.replace("{" + name + "}", value)
    return text


def date_in_words(date: EditionDate | None, messages: Mapping[str, str]) -> str:
    """Return ``date`` in the words of ``messages`` (months, date_day, date_month ...), or an empty string."""
    if date is None:
        return ""
    words = _span(date, messages)
    if date.uncertain:
        words = filled(messages["date_uncertain"], date=words)
    return filled(messages["date_about"], date=words) if date.approximate else words


def _span(date: EditionDate, messages: Mapping[str, str]) -> str:
    first, last = date.start, date.end
    match date.precision:
        case "day":
            return _day(first, messages)
        case "month":
            return filled(messages["date_month"], month=_month(first, messages), year=_year(first))
        case "year":
            return _year(first)
    if date.edtf.endswith("X") and first.endswith("01-01"):
        return f"{_year(first)}–{_year(last)}"
    if first[:7] == last[:7]:
        return filled(
            messages["date_days_in_month"],
            month=_month(first, messages),
            day=day_in_words(first, messages),
            last_day=str(int(last[8:])),
            year=_year(first),
        )
    ends = [end for end in date.edtf.split("/") if end not in ("", "..")]
    if "/" in date.edtf and len(ends) == 2:
        start, end = (_span(dates.parse(e), messages) for e in ends)
    else:
        start, end = _day(first, messages), _day(last, messages)
    return filled(messages["date_from_to"], first=start, last=end)


def _day(iso: str, messages: Mapping[str, str]) -> str:
    return filled(messages["date_day"], month=_month(iso, messages), day=day_in_words(iso, messages), year=_year(iso))


def day_in_words(iso: str, messages: Mapping[str, str]) -> str:
    """The day of the month of a date (its last two digits), as dates in words have it: the first may have a word."""
    return messages["day_first"] if iso.endswith("01") else iso[-2:].lstrip("0")


def _month(iso: str, messages: Mapping[str, str]) -> str:
    return messages["months"].split()[int(iso[5:7]) - 1]


def _year(iso: str) -> str:
    return iso[:4].lstrip("0")
