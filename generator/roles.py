"""Offices and their times, read from the running text of a list of persons in English: "Under Secretary of State to
August 1959; thereafter Ambassador to France".

A clause whose time is not understood yields an office without a time, so that a card shows none rather than a wrong
one. Months and years stand for all of their days: in the month of a change both offices hold.
"""

from __future__ import annotations

import calendar
import datetime
import re
from functools import lru_cache
from typing import NamedTuple

from generator.document import Entry, Role


def role_at(entry: Entry, day: str) -> str:
    """Return the office that ``entry`` held on ``day`` (ISO 8601), or an empty string where its list does not say.

    Offices held together are joined by a semicolon. The entry's own roles win; without them its text is read.
    """
    if len(day) < 10:
        return ""
    roles = (role for role in entry.roles or roles_of(entry.text) if role.since or role.until)
    holding = (role.text for role in roles if role.since <= day[:10] and (not role.until or day[:10] <= role.until))
    return "; ".join(dict.fromkeys(holding))


@lru_cache(maxsize=4096)
def roles_of(text: str) -> tuple[Role, ...]:
    """Return the offices that ``text`` tells, in its order; those whose time it does not tell plainly have none."""
    held = [office for clause in _clauses(text) for office in _offices(clause)]
    return tuple(office.role() for office in _in_sequence(held))


class _Period(NamedTuple):
    """The first and last day of a year, a month or a day."""

    start: datetime.date
    end: datetime.date

    @property
    def following(self) -> _Period:
        """When that begins which follows this: the next day, or some day of the same month or year."""
        if self.start < self.end:
            return self
        day = _shifted(self.end, 1)
        return _Period(day, day)


class _Office(NamedTuple):
    """An office with the periods in which it began and ended. ``follows`` says that it began when the one before it
    ended."""

    text: str
    since: _Period | None = None
    until: _Period | None = None
    follows: bool = False

    def role(self) -> Role:
        since = self.since.start.isoformat() if self.since else ""
        until = self.until.end.isoformat() if self.until else ""
        return Role(self.text, since, until)


class _Token(NamedTuple):
    """A word, number or sign of a clause, in small letters, and where it stands."""

    text: str
    start: int
    end: int


class _Point(NamedTuple):
    """A date as written; ``year`` or ``month`` 0 means that it is not given here. ``last_month`` is set for seasons."""

    year: int
    month: int = 0
    day: int = 0
    last_month: int = 0


class _Span(NamedTuple):
    """When an office was held, and the place of the words that say so (bounds in tokens)."""

    since: _Period | None
    until: _Period | None
    first: int
    last: int


_MONTH_NAMES = "january february march april may june july august september october november december".split()
_MONTHS = {name[:3]: number for number, name in enumerate(_MONTH_NAMES, 1)} | {"sept": 9}
_MONTHS |= {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_SEASONS = {"spring": (3, 6), "summer": (6, 9), "autumn": (9, 12), "fall": (9, 12)}
_SINCE = frozenset(("from", "since", "beginning", "starting", "effective"))
_UNTIL = frozenset(("to", "until", "till", "through", "thru"))
_WITHIN = frozenset(("in", "during", "on", "for"))
_ABOUT = frozenset(("early", "mid", "late", "about", "circa", "ca", "the", "end", "beginning", "middle"))
_ENDINGS = frozenset(("death", "resignation", "retirement", "assassination", "dismissal", "ouster", "overthrow"))
_NOW = frozenset(("present", "date"))
_OF_A_NAME = frozenset(("of", "the", "no"))
"""Before a date: it is part of a name ("the Act of 1949")."""
_EVENTS = re.compile(
    r"(?:(?:was|were|who|he|she) )?(?i:(?:re)?(?:appointed|elected|named|nominated|promoted|died|resigned|retired|assassinated|born"
    r"|arrested|executed|succeeded|overthrown|deposed|replaced|removed|killed|murdered|defected|became|prevented))\b"
    r"|(?:for|in|at|of|under|with|left)\b"
)
"""What happened to a person, or the rest of an office told before, is no office."""
_UNREAD = re.compile(
    r"\b(?:until|since|before|after|then)\b|\bfrom (?:his|her)\b|\b(?:from|to) (?:[A-Z]\w+ )?(?:\d\d?,? )?(?:1[5-9]|20)\d\d\b"
)
"""A time that was not understood is left within the words of the office."""
_LEADING = re.compile(r"(?:[\s,]+|^\([^()]*\),|(?:and|also|again|former|formerly|concurrently)(?= |$))+", re.I)
_THEREAFTER = re.compile(r"(?:and )?(?:then|therea?fter|afterwards?|after that)\b[ ,]*", re.I)
_WORD = re.compile(r"[^\W\d_]{3}")
_TOKEN = re.compile(r"\d+|[^\W\d_]+|[^\s\w]")
_OWN_SENTENCE = re.compile(r"(?:(?<=[a-z]{3})|(?<=\d\d))\.\s+(?=[A-Z])")
_LONGEST = 45
"""Years; a longer span is that of a life."""


def _clauses(text: str) -> list[str]:
    """The text cut at semicolons and full stops outside brackets."""
    clauses, depth, begin = [], 0, 0
    for at, letter in enumerate(text):
        if letter == "(":
            depth += 1
        elif letter == ")":
            depth = max(0, depth - 1)
        elif letter == ";" and not depth:
            clauses.append(text[begin:at])
            begin = at + 1
    clauses.append(text[begin:])
    sentences = [sentence for clause in clauses for sentence in _OWN_SENTENCE.split(clause)]
    return [clause.strip(" .,") for clause in sentences if clause.strip(" .,")]


def _offices(clause: str) -> list[_Office]:
    """The offices of a clause, each with its time; one without a time where the clause is not understood."""
    then = _THEREAFTER.match(clause)
    rest = clause[then.end() :] if then else clause
    tokens = [_Token(m[0].lower(), m.start(), m.end()) for m in _TOKEN.finditer(_without_remark(rest))]
    spans = _spans(tokens)
    unknown = [_Office(_office(rest))]
    if not spans:
        return [_Office(_office(rest), follows=True)] if then and not _has_year(rest) else unknown
    if spans[0].first == 0:
        return unknown if len(spans) > 1 or then else _led_by_time(rest, tokens, spans[0])
    found: list[_Office] = []
    begin = 0
    for number, span in enumerate(spans):
        text = _office(rest[begin : _opening(tokens, span.first)])
        begin = tokens[span.last - 1].end
        if not text and found:
            # "1953–1955, and again from 1957": one office more than once.
            text = found[-1].text
        found.append(_Office(text, span.since, span.until, bool(then) and number == 0))
        between = tokens[span.last : spans[number + 1].first] if number + 1 < len(spans) else tokens[span.last :]
        if not _ends(between, number + 1 == len(spans)):
            return unknown
    if any(not office.text or _is_event(office.text) for office in found):
        return unknown
    return found


def _led_by_time(clause: str, tokens: list[_Token], span: _Span) -> list[_Office]:
    """The office of a clause that begins with its time ("From 1953, Ambassador to France")."""
    text = _office(clause[tokens[span.last - 1].end :])
    is_led = tokens[0].text in _SINCE | _UNTIL | {"after", "before", "between"} and bool(text) and text[0].isupper()
    return [_Office(text, span.since, span.until)] if is_led else [_Office(_office(clause))]


def _ends(tokens: list[_Token], is_last: bool) -> bool:
    """Whether an office may end before ``tokens``: the clause is at its end, or another begins."""
    signs = [token.text for token in tokens if token.text not in (")", ".")]
    return not signs if is_last else not signs or signs[0] in (",", "and")


def _opening(tokens: list[_Token], first: int) -> int:
    """Where the words of a time begin, with the bracket before them."""
    if first and tokens[first - 1].text == "(":
        return tokens[first - 1].start
    return tokens[first].start


def _without_remark(clause: str) -> str:
    """The clause with what is said in brackets at its end blanked out, unless that is nothing but a time."""
    start = clause.rfind("(") if clause.endswith(")") else -1
    if start < 0 or not _has_year(clause[:start]) or not _WORD.search(clause, start):
        return clause
    return clause[:start].rstrip()


def _office(words: str) -> str:
    lead = _LEADING.match(words)
    return words[lead.end() if lead else 0 :].strip(" ,.:").removesuffix("(").rstrip(" ,")


def _is_event(text: str) -> bool:
    return _EVENTS.match(text) is not None or _UNREAD.search(re.sub(r"\([^()]*\)", "", text)) is not None


def _has_year(text: str) -> bool:
    return re.search(r"\b1[5-9]\d\d\b|\b20\d\d\b", text) is not None


def _in_sequence(offices: list[_Office]) -> list[_Office]:
    """The offices with what the order of telling says of their times: one that is said to end begins when the one
    before it ends, and one that is not said to end is not sure to go on when another begins."""
    out: list[_Office] = []
    for office in offices:
        before = out[-1] if out else None
        if before and before.until and (office.follows or (office.until and not office.since)):
            if not office.until or office.until.end > before.until.end:
                office = office._replace(since=before.until.following)
            elif office.follows:
                # Told out of order: nothing follows from it.
                office = office._replace(since=None, until=None)
        if office.since and before and before.since and not before.until and before.since.start < office.since.start:
            out[-1] = before._replace(until=office.since)
        out.append(office)
    return out


# Times


def _spans(tokens: list[_Token]) -> list[_Span]:
    """All times told, but those within brackets that say more than a time."""
    found: list[_Span] = []
    at = 0
    while at < len(tokens):
        word = tokens[at].text
        if word == "(":
            span = _span(tokens, at + 1)
            if span is None or _word(tokens, span.last) != ")":
                at = next((n for n in range(at, len(tokens)) if tokens[n].text == ")"), len(tokens))
                continue
            at += 1
        span = None if word in _OF_A_NAME else _span(tokens, at)
        if span:
            found.append(span)
            at = span.last
        elif word in _OF_A_NAME | _WITHIN and (point := _point(tokens, at + 1))[0]:
            at = point[1]
        else:
            at += 1
    return found


def _span(tokens: list[_Token], at: int) -> _Span | None:
    """The time that the tokens from ``at`` tell, if they tell one."""
    first, lead = at, _word(tokens, at)
    if lead in _SINCE | _UNTIL | _WITHIN or lead in ("after", "before", "between"):
        at += 1
        if lead in ("effective", "beginning", "starting") and _word(tokens, at) in ("from", "in", "on", "with"):
            at += 1
        if lead in _UNTIL and _word(tokens, at) in ("his", "her") and _word(tokens, at + 1) in _ENDINGS:
            at += 3 if _word(tokens, at + 2) in ("in", "on") else 2
    elif lead == "as" and _word(tokens, at + 1) == "of":
        lead, at = "since", at + 2
    else:
        lead = ""
    left, at = _point(tokens, at)
    if left is None:
        return None
    right, at, is_open = _second(tokens, at, left, lead)
    if right:
        left = _completed(left, right)
    if not left.year:
        return None
    start = _period(left)
    end = _period(right) if right else None
    if start is None or (right and end is None):
        return None
    if not end and lead in ("in", "on") and _months(start) == 1 and _word(tokens, first - 1) != "again":
        # "General in March 1952" is a promotion.
        return None
    return _made(lead, start, end, is_open, first, at)


def _made(lead: str, start: _Period, end: _Period | None, is_open: bool, first: int, last: int) -> _Span | None:
    if end:
        is_life = (end.end.year - start.start.year) > _LONGEST
        return None if end.end < start.start or is_life or lead in _UNTIL else _Span(start, end, first, last)
    if lead in _SINCE or is_open:
        return _Span(start, None, first, last)
    if lead in _UNTIL:
        return _Span(None, start, first, last)
    if lead == "after":
        day = _shifted(start.end, 1)
        return _Span(_Period(day, day), None, first, last)
    if lead == "before":
        day = _shifted(start.start, -1)
        return _Span(None, _Period(day, day), first, last)
    return None if lead == "between" else _Span(start, start, first, last)


def _second(tokens: list[_Token], at: int, left: _Point, lead: str) -> tuple[_Point | None, int, bool]:
    """The end of a span, the place behind it, and whether the span is said to be open."""
    to = at + 1 if _word(tokens, at) == "," and _word(tokens, at + 1) in _UNTIL else at
    sign = _word(tokens, to)
    is_dash = sign in ("–", "—", "-", "‑")
    if not (is_dash or sign in _UNTIL or (lead == "between" and sign == "and")):
        is_on = sign in ("on", "onward", "onwards")
        return None, at + is_on, is_on
    if _word(tokens, to + 1) in _NOW or (is_dash and to + 1 == len(tokens)):
        return None, min(to + 2, len(tokens)), True
    number = _word(tokens, to + 1)
    if is_dash and number.isdigit() and len(number) <= 2 and _month(tokens, to + 2) == 0:
        if not left.month and left.year and len(number) == 2:
            return _Point(left.year // 100 * 100 + int(number)), to + 2, False
        if left.day:
            year, behind = _year(tokens, to + 2)
            if year:
                return _Point(year, left.month, int(number)), behind, False
        return None, at, False
    right, behind = _point(tokens, to + 1)
    if right is None or not right.year:
        return None, at, False
    return right, behind, False


def _completed(left: _Point, right: _Point) -> _Point:
    """The first date of a span with the year that only the second one gives ("May–July 1957")."""
    return left if left.year else left._replace(year=right.year)


def _point(tokens: list[_Token], at: int) -> tuple[_Point | None, int]:
    """The date from ``at`` on, perhaps without its year, and the place behind it."""
    for _ in range(4):
        if _word(tokens, at) in _ABOUT or (_word(tokens, at) in ("of", "-", ".") and _word(tokens, at - 1) in _ABOUT):
            at += 1
    if season := _SEASONS.get(_word(tokens, at)):
        year, behind = _year(tokens, at + 1 + (_word(tokens, at + 1) == "of"))
        return (_Point(year, season[0], 0, season[1]), behind) if year else (None, at)
    day = _day(tokens, at)
    if day and (month := _month(tokens, at + 1)):
        year, behind = _year(tokens, at + 2)
        return _Point(year, month, day), behind
    if month := _month(tokens, at):
        at += 2 if _word(tokens, at + 1) == "." else 1
        if day := _day(tokens, at):
            at += 1
        year, behind = _year(tokens, at)
        return _Point(year, month, day), behind
    year, behind = _year(tokens, at, comma=False)
    return (_Point(year), behind) if year else (None, at)


def _year(tokens: list[_Token], at: int, *, comma: bool = True) -> tuple[int, int]:
    """The year at ``at`` (0 if there is none) and the place behind it."""
    place = at + (comma and _word(tokens, at) == ",")
    word = _word(tokens, place)
    is_year = len(word) == 4 and word.isascii() and word.isdigit() and "1500" <= word < "2100"
    return (int(word), place + 1) if is_year else (0, at)


def _month(tokens: list[_Token], at: int) -> int:
    return _MONTHS.get(_word(tokens, at), 0)


def _day(tokens: list[_Token], at: int) -> int:
    word = _word(tokens, at)
    return int(word) if len(word) <= 2 and word.isascii() and word.isdigit() and 1 <= int(word) <= 31 else 0


def _word(tokens: list[_Token], at: int) -> str:
    return tokens[at].text if 0 <= at < len(tokens) else ""


def _period(point: _Point) -> _Period | None:
    """The days that a date stands for; None if there is no such day."""
    try:
        first = datetime.date(point.year, point.month or 1, point.day or 1)
    except ValueError:
        return None
    if point.day:
        return _Period(first, first)
    month = point.last_month or point.month or 12
    return _Period(first, datetime.date(point.year, month, calendar.monthrange(point.year, month)[1]))


def _months(period: _Period) -> int:
    return (period.end.year - period.start.year) * 12 + period.end.month - period.start.month + 1


def _shifted(day: datetime.date, by: int) -> datetime.date:
    return day + datetime.timedelta(days=by)
