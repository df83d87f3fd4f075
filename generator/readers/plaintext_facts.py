"""What the words of a transcript say about the document: its kind, classification and date.

Each is taken from a fixed place and in a fixed form, or not at all. Where a date or classification comes from is told
in words, so that an editor can judge it. Pure: text in, values out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from generator.dates import parse

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATE = re.compile(
    r"\b(?P<month>Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? (?P<day>\d{1,2}),? (?P<year>1[5-9]\d\d|20\d\d)(?!\d)"
)
_DATELINE = re.compile(
    r"\[?(?:[^\W\d_][\w.’'()\[\] –-]{1,40},\]? ){1,4}\[?(?:undated|(?:Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}),?"
    r"(?: (?:1[5-9]|20)\d\d)?\]?(?:[,—–-] ?.{0,40})?"
)
_FILE_NUMBER = re.compile(
    r"\d{2,3}[A-Za-z]?(?:\.\S{1,40}?| [A-Z]\S{0,40})?/(?P<month>1[0-2]|[1-9])[–-](?P<day>\d{1,2})(?P<year>[4-6]\d)(?!\d)"
)
_KINDS = (
    (r"editorial note", "editorial note"),
    (r"memorandum of (?:a )?(?:telephone )?conversation", "memorandum of conversation"),
    (r"minutes|record of (?:a )?(?:meeting|action)|notes (?:of|on) (?:a |the )?.{0,40}meeting", "minutes"),
    (r"(?:circular )?telegram|cablegram", "telegram"),
    (r"(?:circular )?airgram", "airgram"),
    (r"despatch", "despatch"),
    (r"(?:circular )?instruction", "instruction"),
    (r"aide-m[ée]moire", "aide-mémoire"),
    (
        r"memorandum|action memorandum|briefing memorandum|national security (?:study|decision|action) memorandum|memorandums",
        "memorandum",
    ),
    (r"letter", "letter"),
    (r"message", "message"),
    (r"(?:special )?national intelligence estimate", "intelligence estimate"),
    (r"note from", "note"),
)
_LEVELS = {
    "top secret": "Top Secret",
    "secret": "Secret",
    "confidential": "Confidential",
    "restricted": "Restricted",
    "official use only": "Official Use Only",
    "limited official use": "Limited Official Use",
    "for official use only": "Official Use Only",
    "unclassified": "Unclassified",
}
_LEVEL = re.compile("(?:" + "|".join(sorted(_LEVELS, key=len, reverse=True)) + r")\b", re.I)
_LEVEL_SENTENCE = re.compile(
    r"(?<=[.)] )(?:"
    + "|".join(re.escape(v) for v in sorted(set(_LEVELS.values()), key=len, reverse=True))
    + r")(?=[.;,])"
)


def kind_of(title: str, source_line: str) -> str:
    """The kind of document that a title (without its number) or source line names, or nothing."""
    form = source_line.rpartition(":")[2].strip(" .\u00b9").lower() if ":" in source_line else ""
    for pattern, kind in _KINDS:
        if form and re.fullmatch(pattern + r"\W*\d*", form):
            return kind
    for pattern, kind in _KINDS:
        if re.match(
            r"(?:draft |extracts? from (?:the )?|excerpts? from (?:the )?|summary |supplementary )?(?:"
            + pattern
            + r")\b",
            title,
            re.I,
        ):
            return kind
    return ""


def classification(leading: Sequence[str], first_note: str) -> tuple[str, str]:
    """The classification and where it stands: a short block among the first ones (``Secret NIACT``), or a sentence
    of the source note (``Source: ... Confidential; Exdis.``)."""
    for words in leading:
        found = _LEVEL.match(words)
        if found and len(words) <= 60 and not re.search(r"[a-z]{3,} [a-z]+ [a-z]+|\.$", words[found.end() :]):
            return _LEVELS[found[0].lower()], f'the line "{words}"'
    if first_note.startswith("Source:"):
        said = _LEVEL_SENTENCE.search(first_note)
        if said:
            return _LEVELS[said[0].lower()], "the source note"
    return "", ""


def is_level(words: str) -> bool:
    """Whether the words are a level of secrecy and nothing else."""
    return words.lower() in _LEVELS


def is_dateline(words: str) -> bool:
    """Whether a block is a dateline: place and date (``Washington, October 7, 1953—6:11 p.m.``) and no more."""
    return len(words) <= 110 and bool(_DATELINE.fullmatch(words))


def date_of(dateline: str, title: str, source_line: str, first_note: str) -> tuple[str, str]:
    """The date as EDTF, and where it stands: the dateline, or the title where it has just one date; else, marked as
    uncertain, the file number of the source line or source note (``460.509/10–753`` is October 7, 1953): papers were
    filed on their date, or some days after."""
    for words, where in ((dateline, "the dateline"), (title, "the title")):
        dates = {_edtf(m["year"], _MONTHS.index(m["month"][:3].lower()) + 1, m["day"]) for m in _DATE.finditer(words)}
        if len(dates) == 1 and "" not in dates:
            return dates.pop(), where
        if dates:
            return "", ""
    note = first_note if first_note.startswith("Source:") else ""
    for words, where in ((source_line, "source line"), (re.split(r"(?<=\d)\. ", note)[0], "source note")):
        numbers = list(_FILE_NUMBER.finditer(words))
        if len(numbers) == 1:
            m = numbers[0]
            date = _edtf("19" + m["year"], int(m["month"]), m["day"])
            if date:
                return date + "?", f"the file number {m[0]} of the {where}"
    return "", ""


def _edtf(year: str, month: int, day: str) -> str:
    text = f"{year}-{month:02}-{int(day):02}"
    try:
        parse(text)
    except ValueError:
        return ""
    return text
