"""Months as calendars: weeks of days, and where there are documents.

Days are those of the Gregorian calendar, as EDTF gives dates. The week begins as the interface's language has it.
"""

from __future__ import annotations

import calendar
import datetime
import itertools
from collections.abc import Mapping

from generator.views.frame import Data
from generator.wording import day_in_words, filled

LEVELS = (1, 2, 4, 8)
"""From how many documents on a day is shaded one step more, and has one dot more."""


def month(year: str, number: int, counts: Mapping[str, int], words: Mapping[str, str]) -> Data:
    """The calendar of a month. ``counts`` says how many documents each of its days has, by day (``07``).

    ``weeks`` are rows of seven days, 0 for those of other months; ``days`` says of each that has documents, by its
    number, how many they are, its ``level`` of shade, its anchor and its name.
    """
    first, length = calendar.monthrange(int(year), number)
    before = (first - _week_begins(words)) % 7
    days = [0] * before + list(range(1, length + 1))
    days += [0] * (-len(days) % 7)
    name = words["months"].split()[number - 1]
    shown = {}
    for day, count in counts.items():
        label = filled(words["date_day"], month=name, day=day_in_words(day, words), year=year.lstrip("0"))
        shown[str(int(day))] = {
            "count": count,
            "level": level(count),
            "anchor": f"{year}-{number:02}-{day}",
            "label": counted(label, count, words),
        }
    return {"weeks": [days[at : at + 7] for at in range(0, len(days), 7)], "days": shown}


def weekdays(words: Mapping[str, str]) -> list[Data]:
    """The names of the days of the week, long and short, from the one it begins with."""
    begins = _week_begins(words)
    named = list(zip(words["weekdays"].split(), words["weekdays_short"].split(), strict=True))
    return [{"name": name, "short": short} for name, short in named[begins:] + named[:begins]]


def weekday(iso: str, words: Mapping[str, str]) -> str:
    """The name of the day of the week of a day."""
    return words["weekdays"].split()[datetime.date.fromisoformat(iso).weekday()]


def level(count: int) -> int:
    """The shade of a day or month with so many documents, 0 for none."""
    return sum(count >= least for least in LEVELS)


def legend(words: Mapping[str, str]) -> list[Data]:
    """What the shades mean: level and the numbers of documents it stands for."""
    spans = [
        str(least) if after == least + 1 else f"{least}–{after - 1}" for least, after in itertools.pairwise(LEVELS)
    ]
    spans.append(filled(words["calendar_and_more"], n=str(LEVELS[-1])))
    return [{"level": at, "text": span} for at, span in enumerate(spans, 1)]


def share(count: int, most: int) -> int:
    """The shade of a month with so many documents where the fullest has ``most``: by quarters, 0 for none."""
    return min(4, 1 + 4 * count // (most + 1)) if count else 0


def _week_begins(words: Mapping[str, str]) -> int:
    """The day of the week that stands first, 0 for Monday."""
    return int(words["week_begins"]) - 1


def counted(label: str, count: int, words: Mapping[str, str]) -> str:
    """A day with the number of its documents: ``October 7, 1953: 3 documents``."""
    documents = words["document_1"] if count == 1 else filled(words["documents_n"], n=str(count))
    return filled(words["calendar_day"], day=label, documents=documents)
