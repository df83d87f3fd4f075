"""Dates: what editors write, what is stored, what is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generator import theme
from generator.dates import parse
from generator.wording import date_in_words


@pytest.mark.parametrize(
    ("text", "start", "end", "words"),
    [
        ("1953-10-07", "1953-10-07", "1953-10-07", "October 7, 1953"),
        ("1953-10", "1953-10-01", "1953-10-31", "October 1953"),
        ("1952-02", "1952-02-01", "1952-02-29", "February 1952"),
        ("1953", "1953-01-01", "1953-12-31", "1953"),
        ("1953~", "1953-01-01", "1953-12-31", "about 1953"),
        ("1953-10-07?", "1953-10-07", "1953-10-07", "October 7, 1953 (uncertain)"),
        ("1953-10-07%", "1953-10-07", "1953-10-07", "about October 7, 1953 (uncertain)"),
        ("1953-10-07/1953-10-09", "1953-10-07", "1953-10-09", "October 7–9, 1953"),
        ("1953-10-30/1953-11-02", "1953-10-30", "1953-11-02", "October 30, 1953 – November 2, 1953"),
        ("1953-10/1954-01", "1953-10-01", "1954-01-31", "October 1953 – January 1954"),
        ("1953/1954", "1953-01-01", "1954-12-31", "1953 – 1954"),
        ("1953-10-XX", "1953-10-01", "1953-10-31", "October 1953"),
        ("195X", "1950-01-01", "1959-12-31", "1950–1959"),
        ("1953-21", "1953-03-01", "1953-05-31", "March 1, 1953 – May 31, 1953"),
        ("../1953-10-07", "1953-10-07", "1953-10-07", "October 7, 1953"),
        ("1953-10-07T19:30:00-05:00", "1953-10-07", "1953-10-07", "October 7, 1953"),
    ],
)
def test_dates_that_are_taken(text: str, start: str, end: str, words: str, checkout: object) -> None:
    date = parse(text)
    assert (date.edtf, date.start, date.end) == (text, start, end)
    assert date_in_words(date, theme.Theme(theme.home()).messages("en")) == words


def test_time_and_zone_are_kept() -> None:
    assert parse("1953-10-07T19:30:00-05:00").time == "19:30-05:00"
    assert parse("1953-10-07T19:30").time == "19:30"


@pytest.mark.parametrize(
    "text",
    ["", "October 7", "1953-13", "1953-02-30", "1953-10-07T25:00", "1954/1953", "../..", "0000", "19XX-10", "1953-1-7", "T10:00"],
)  # fmt: skip
def test_dates_that_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r'"'):
        parse(text)


@given(st.text(alphabet="0123456789-/~?%X.T:Z+", max_size=24))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    try:
        date = parse(text)
    except ValueError:
        return
    assert date.start <= date.end
    assert date.precision in ("day", "month", "year", "span")
    date_in_words(date, {"months": "J F M A M J J A S O N D", **dict.fromkeys(("date_day", "date_month", "date_days_in_month", "date_from_to", "date_about", "date_uncertain"), "{date}")})  # fmt: skip
