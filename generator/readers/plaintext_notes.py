"""Finding the note references of a plain transcript.

Text copied from a page has lost its superscripts: the reference of note 8 after the year 1954 reads ``19548``.
What is still known is the list of the notes at the end, and that their references stand in the order of that list.
So every place where a note's label could stand is a candidate; each candidate gets a score for the signs that
speak for and against it (``SCORES``); and the best way of giving every note one candidate, in order, is found by
dynamic programming. The second best way without that candidate tells how sure it is.

Pure: text and spans in, placements out. It knows nothing of files, pages or Markdown.
"""

from __future__ import annotations

import bisect
import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence

import msgspec

from generator.readers.plaintext_scores import HOPELESS, LOST, NESTED, SCORES

BODY = -1
"""The host of a reference that stands in the body, not in a note."""

NEAR = 3
"""A note within a note is listed after its host, with at most this many of its kind before it."""

CROWD = 1000
"""Of more candidates for one label than this, only the best are weighed: no real text has so many that matter."""

_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)\.?"
)
_AFTER_MONTH = re.compile(rf"\b{_MONTH} ?$", re.I)
_DAY_AND_MONTH = re.compile(rf"\b\d{{1,2}} {_MONTH} ?$", re.I)
_DAY_THEN_MONTH = re.compile(rf" {_MONTH}\b", re.I)
_DATE = re.compile(rf"\b{_MONTH} \d{{1,2}}\b", re.I)
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d$")
_NUMBER_WORD = re.compile(
    r"\b(?:\w*tels?|telegrams?|tel|cables?|Dulte|Tedul|Secto|Tosec|Polto|Topol|Todep|Topad|Nos?|number|airgrams?"
    r"|despatch(?:es)?|Desp|circular|niact|NSC|Memorandum|Resolution|CA|Toisa|Tousfo|Usfoto|message|msg)[.:,]? $",
    re.I,
)
_PLACE_WORD = re.compile(
    r"\b(?:para(?:graph)?s?|pages?|pp?|documents?|footnotes?|sections?|articles?|vol(?:ume)?s?|parts?|box|lot|items?"
    r"|chapters?|annex|enclosures?|tab|figures?|tables?|line|point|no|Title|Phase|Group|Category|Appendix)\.? $",
    re.I,
)
_WORD_BEFORE = re.compile(r"([^\W\d_]+)[\W_]*$")
_ABBREVIATION = re.compile(r"\b(?:Nos?|pp?|vols?|paras?|art|sec|ch|fig|doc)\.$", re.I)
_NUMBER = re.compile(r"\d+")
_PAGE_BEFORE = re.compile(r"\[Page \[?$")
_CLOSING = ")]”’\"'"


class Zone(msgspec.Struct, frozen=True):
    """A stretch of the text in which a reference may stand: ``kind`` is title, source, body, signed, row or
    note; ``host`` is the index of the note it belongs to, or ``BODY``."""

    start: int
    end: int
    kind: str
    host: int = BODY


class Placement(msgspec.Struct, frozen=True):
    """Where the reference of one note stands: the note's index and label, the offsets of the label in the text
    (-1 when it is nowhere), the host note or ``BODY``, how certain this is (0 to 1), why, and the offset of the
    best other candidate (-1: the only other way is that the text has lost it)."""

    note: int
    label: str
    start: int
    end: int
    host: int
    certainty: float
    reason: str
    rival: int = -1


class Candidate(msgspec.Struct, frozen=True):
    """A place where a label could be a reference, and the signs about it that hold for every note of that label."""

    start: int
    end: int
    zone: Zone
    signs: tuple[str, ...]


def place(text: str, zones: Sequence[Zone], labels: Sequence[str], notes: Sequence[str]) -> list[Placement]:
    """Find the reference of each note.

    ``zones`` are in the order of the text; ``labels`` and ``notes`` are the notes' labels and texts in the order
    of the list. Returns one placement a note, in the same order.
    """
    found = candidates(text, zones, labels)
    for label, same in found.items():
        if len(same) > CROWD:
            best = sorted(same, key=lambda c: (-sum(SCORES.get(s, 0.0) for s in c.signs), c.start))
            found[label] = sorted(best[:CROWD], key=lambda c: c.start)
    weighed: list[list[tuple[Candidate, float]]] = []
    for k, label in enumerate(labels):
        fitting = (c for c in found[label] if c.zone.host == BODY or k - NEAR <= c.zone.host < k)
        weighed.append([(c, score) for c in fitting if (score := weigh(text, c, k, notes[k])) > HOPELESS])
    chosen = _best_path(weighed)
    return [_placement(text, k, labels[k], notes[k], choice) for k, choice in enumerate(chosen)]


def weigh(text: str, candidate: Candidate, k: int, note: str) -> float:
    """Return the score of ``candidate`` as the reference of note ``k``: the sum of the scores of its signs."""
    total = sum(SCORES.get(s, 0.0) for s in candidate.signs) + SCORES["any candidate"]
    return total + sum(SCORES.get(s, 0.0) for s in note_signs(text, candidate, k, note))


# Candidates and their signs


def candidates(text: str, zones: Sequence[Zone], labels: Sequence[str]) -> dict[str, list[Candidate]]:
    """Return, for each label, the places where it could be a reference, in the order of the text."""
    known = frozenset(labels)
    joined = {a + b: (a, b) for a, b in itertools.pairwise(labels) if (a + b).isdigit()}
    numbers: dict[str, int] = {}
    for run in re.finditer(r"\d+", text):
        numbers[run[0]] = numbers.get(run[0], 0) + 1
    longest = max((len(x) for x in known), default=0)
    other = sorted(x for x in known if not x.isdigit())
    found: dict[str, list[Candidate]] = {label: [] for label in labels}
    for zone in zones:
        for run in _NUMBER.finditer(text, zone.start, zone.end):
            first, end = run.span()
            if _PAGE_BEFORE.search(text, max(zone.start, first - 8), first):
                continue
            for size in range(min(longest, end - first), 0, -1):
                label = text[end - size : end]
                if label in known:
                    signs = _signs(text, end - size, end, first, zone, numbers)
                    found[label].append(Candidate(end - size, end, zone, signs))
            for pair, (one, two) in joined.items():
                if run[0].endswith(pair):
                    at, middle = end - len(pair), end - len(two)
                    found[one].append(
                        Candidate(at, middle, zone, _signs(text, at, end, first, zone, numbers, (one, two), 0))
                    )
                    found[two].append(
                        Candidate(middle, end, zone, _signs(text, at, end, first, zone, numbers, (one, two), 1))
                    )
        for label in other:
            for hit in _occurrences(text, label, zone):
                signs = _signs(text, hit, hit + len(label), hit, zone, numbers)
                found[label].append(Candidate(hit, hit + len(label), zone, signs))
    for same in found.values():
        same.sort(key=lambda c: c.start)
    return found


def _occurrences(text: str, label: str, zone: Zone) -> Iterator[int]:
    """Where a label that is no number stands in a zone, not as a part of a longer run of the same character."""
    at = text.find(label, zone.start, zone.end)
    while at >= 0:
        before, after = text[max(at - 1, zone.start) : at], text[at + len(label) : at + len(label) + 1]
        if label[0].isdigit() or label.isalpha():
            fits = not after.isalnum() and not (label.isalpha() and before.isspace())
        else:
            fits = before != label[0] and after != label[-1]
        if fits:
            yield at
        at = text.find(label, at + 1, zone.end)


def _signs(
    text: str,
    start: int,
    end: int,
    first: int,
    zone: Zone,
    numbers: Mapping[str, int],
    pair: tuple[str, ...] = (),
    which: int = 0,
) -> tuple[str, ...]:
    """The signs of a candidate: what stands before, after, where it stands, how long the label is. ``first`` is where
    its run of digits begins. Two labels in a row (``pair``) share what stands before and after both."""
    label = pair[which] if pair else text[start:end]
    if label.isdigit() and first < start:
        before, more = _before_in_number(text, start, end, first, zone, numbers)
    else:
        before, more = _before(text, start, zone), []
    after = _after(text, end, zone)
    if label.isdigit():
        kind = f"label of {min(len(label), 3)}"
    elif label[0].isdigit():
        kind = "label is a number with a letter"
    else:
        kind = "label is a letter" if label.isalpha() else "label is a sign"
    signs = [f"before: {before}", f"after: {after}", f"in {zone.kind}", kind, *more]
    if pair:
        signs.append("two labels in a row")
    if end == zone.end:
        signs.append(f"ends {zone.kind}")
    if not pair and label.isdigit() and first == start and numbers.get(label, 0) > 3:
        signs.append("label often in text")
    return tuple(signs)


def _before_in_number(
    text: str, start: int, end: int, first: int, zone: Zone, numbers: Mapping[str, int]
) -> tuple[str, list[str]]:
    """What a label run on to a number has before it, and the signs of that number."""
    rest, whole = text[first:start], text[first:end]
    lead = text[max(zone.start, first - 24) : first]
    last = lead[-1:]
    more: list[str] = []
    if numbers.get(whole, 0) > 1:
        more.append("whole number elsewhere")
    if rest in numbers and len(rest) > 1:
        more.append("rest of number elsewhere")
    if _YEAR.match(whole):
        more.append("whole number is a year")
    if _YEAR.match(rest):
        return "year", more
    if len(whole) <= 3 and _DAY_AND_MONTH.search(lead):
        return "short year" if len(rest) == 2 else "part of a short year", more
    if _AFTER_MONTH.search(lead) and len(rest) <= 2 and 1 <= int(rest) <= 31:
        return ("day" if int(whole) > 31 else "day or part of one"), more
    if last == "," and lead[-2:-1].isdigit():
        return ("thousands" if len(rest) == 3 else "part of thousands"), more
    if last in "-–/." and last:
        return f"{_digits(rest)} after {'point' if last == '.' else 'dash or slash'}", more
    if last in "$£#":
        return "amount", more
    if _NUMBER_WORD.search(lead):
        return f"{_digits(rest)} of a message", more
    if _PLACE_WORD.search(lead):
        return f"{_digits(rest)} of a page or part", more
    word = _WORD_BEFORE.search(lead)
    if word and lead.endswith(" ") and word[1][:1].isupper():
        return f"{_digits(rest)} after a name", more
    return f"{_digits(rest)} of a number", more


def _digits(number: str) -> str:
    return f"{min(len(number), 4)} digits"


def _before(text: str, start: int, zone: Zone) -> str:
    """What a label that is no part of a longer number has before it."""
    lead = text[max(zone.start, start - 24) : start]
    last = lead[-1:]
    if not last:
        return "nothing"
    if last.isalpha():
        word = re.search(r"[^\W\d_]+$", lead)
        assert word
        if len(word[0]) == 1:
            return "single letter"
        if word[0].isupper():
            return "capitals"
        return "word"
    if last.isspace():
        return "space" if last == " " else "line start"
    if last.isdigit():
        return "number"
    if last in ".,:":
        name = {".": "point", ",": "comma", ":": "colon"}[last]
        prior = lead[-2:-1]
        if prior.isdigit():
            number = re.search(r"\d+(?=.$)", lead)
            assert number
            if _YEAR.match(number[0]):
                return f"{name} after year"
            if _AFTER_MONTH.search(lead[: number.start()]):
                return f"{name} after day"
            return f"{name} after number"
        if last == "." and _ABBREVIATION.search(lead):
            return "point of an abbreviation"
        if prior.isalpha():
            single = last == "." and not lead[-3:-2].isalpha()
            return f"{name} after {'initial' if single else 'word'}"
        return f"{name} after {'close' if prior and prior in _CLOSING else 'sign'}"
    if last in ")]":
        return "bracket"
    if last in "”’\"'":
        return "close quote"
    if last in ";?!…":
        return f"sign {last}"
    if last in "-–/":
        return "dash or slash"
    return f"sign {last}" if last in "—([“$|*%" else "sign"


def _after(text: str, end: int, zone: Zone) -> str:
    if end >= zone.end:
        return "end"
    one, two = text[end], text[end + 1 : end + 2]
    if one == "\n":
        return "end"
    if one == " ":
        if two.isdigit():
            return "number"
        if two.isupper():
            return "capital"
        if two.islower():
            month = _DAY_THEN_MONTH.match(text, end)
            return "month" if month else "small letter"
        if two == "[" and text.startswith("[Page ", end + 1):
            return "page"
        return "open" if two in '([“‘"' else "space and sign"
    if one.isdigit():
        return "digit"
    if one.isalpha():
        return "letter"
    if one in ",.:" and two.isdigit():
        return "decimal"
    if one in ")]”’\"'":
        return "possessive" if one in "’'" and two == "s" else "close"
    if one in ",.;:?!…":
        return "stop"
    if one in "-–/":
        return "dash or slash"
    return f"sign {one}" if one in "—%|$(" else "sign"


def note_signs(text: str, candidate: Candidate, k: int, note: str) -> list[str]:
    """The signs that depend on which note it is: its place in the list, and words it shares with the context."""
    start, zone = candidate.start, candidate.zone
    signs = []
    if k == 0 and zone.kind in ("title", "source"):
        signs.append(f"first note, {'ends' if candidate.end == zone.end else 'in'} {zone.kind}")
    elif k > 0 and zone.kind in ("title", "source"):
        signs.append(f"later note in {zone.kind}")
    if note.startswith("Source:"):
        signs.append("source note in title" if zone.kind == "title" else "source note elsewhere")
    lead = text[max(zone.start, start - 40) : start]
    word = _WORD_BEFORE.search(lead)
    if word and len(word[1]) > 3:
        shared = word[1] in note
        proper = word[1][:1].isupper()
        signs.append(f"note {'has' if shared else 'has not'} the {'name' if proper else 'word'} before")
    last = re.search(r"(\d{2,})[^\w]{0,3}$", lead)
    if last and not _YEAR.match(last[1]):
        signs.append(
            "note has the number before"
            if re.search(rf"(?<!\d){last[1]}(?!\d)", note)
            else "note has not the number before"
        )
    dates = _DATE.findall(lead)
    if dates:
        signs.append("note has the date before" if dates[-1] in note else "note has not the date before")
    if "llipsis" in note or "mission" in note[:24]:
        signs.append(
            "ellipsis, note on it" if lead.rstrip(" ”]").endswith(("…", ". .", "...")) else "no ellipsis, note on it"
        )
    elif lead.endswith("…"):
        signs.append("ellipsis, note on other")
    if "rackets" in note:
        signs.append("bracket, note on it" if lead.rstrip(".,; ”").endswith("]") else "no bracket, note on it")
    return signs


# The best path


def price_of_loss(k: int) -> float:
    """The score of saying that the text has no reference to note ``k``: copying loses the dateline, and with it its
    note, which is mostly the second and never a late one."""
    return LOST[min(k, len(LOST) - 1)]


class _Choice(msgspec.Struct, frozen=True):
    candidate: Candidate | None
    margin: float
    rival: Candidate | None


class _Frontier:
    """The best total of a chain that ends at or before a given offset: offsets and totals both rise."""

    def __init__(self) -> None:
        self.ends: list[int] = []
        self.totals: list[float] = []
        self.nodes: list[_Link | None] = []

    def best(self, at: int) -> tuple[float, _Link | None]:
        i = bisect.bisect_right(self.ends, at) - 1
        return (self.totals[i], self.nodes[i]) if i >= 0 else (0.0, None)

    def add(self, end: int, total: float, node: _Link | None) -> None:
        if self.best(end)[0] >= total:
            return
        i = bisect.bisect_left(self.ends, end)
        j = i
        while j < len(self.ends) and self.totals[j] <= total:
            j += 1
        self.ends[i:j], self.totals[i:j], self.nodes[i:j] = [end], [total], [node]

    def copy(self) -> _Frontier:
        other = _Frontier()
        other.ends, other.totals, other.nodes = self.ends[:], self.totals[:], self.nodes[:]
        return other


class _Link(msgspec.Struct):
    note: int
    candidate: Candidate
    before: _Link | None


def _best_path(weighed: Sequence[Sequence[tuple[Candidate, float]]]) -> list[_Choice]:
    """Choose at most one candidate a note, in the order of notes and text, with the greatest sum of scores.

    A note may also have no reference in the body: it stands in the note before it (at the price ``NESTED``) or is
    lost (at ``price_of_loss``). Scores of body candidates are counted above that, so that a chain is a choice of
    candidates whose notes and offsets both rise.
    """
    aside: list[tuple[float, Candidate | None]] = []
    gains: list[list[tuple[Candidate, float]]] = []
    for k, scored in enumerate(weighed):
        best: tuple[float, Candidate | None] = (price_of_loss(k), None)
        for c, s in scored:
            if c.zone.host != BODY and s + NESTED > best[0]:
                best = (s + NESTED, c)
        aside.append(best)
        gains.append([(c, s - best[0]) for c, s in scored if c.zone.host == BODY])

    forward, before = _Frontier(), []
    reached: list[list[float]] = []
    for k, options in enumerate(gains):
        before.append(forward.copy())
        arrivals = [forward.best(c.start) for c, _ in options]
        reached.append([total + gain for (total, _), (_, gain) in zip(arrivals, options, strict=True)])
        for (c, _), (_, link), total in zip(options, arrivals, reached[k], strict=True):
            forward.add(c.end, total, _Link(k, c, link))
    backward, rest = _Frontier(), [0.0] * len(gains)
    totals: list[list[float]] = [[] for _ in gains]
    for k in range(len(gains) - 1, -1, -1):
        rest[k] = max(
            [backward.best(0)[0]]
            + [t + backward.best(-e)[0] for e, t in zip(before[k].ends, before[k].totals, strict=True)]
        )
        following = [backward.best(-c.end)[0] for c, _ in gains[k]]
        totals[k] = [a + b for a, b in zip(reached[k], following, strict=True)]
        for (c, gain), after in zip(gains[k], following, strict=True):
            backward.add(-c.start, after + gain, None)

    best_total, link = forward.best(1 << 60)
    chosen: list[Candidate | None] = [None] * len(gains)
    while link:
        chosen[link.note] = link.candidate
        link = link.before
    out = []
    for k, options in enumerate(gains):
        placed = chosen[k]
        at = placed.start if placed else -1
        others = [(t, c) for t, (c, _) in zip(totals[k], options, strict=True) if c.start != at]
        other = max(others, key=lambda o: o[0], default=(-math.inf, None))
        price, nested = aside[k]
        if placed is not None:
            rival = max(other, (rest[k], nested), key=lambda o: o[0])
            out.append(_Choice(placed, best_total - rival[0], rival[1]))
        elif nested is not None and price - price_of_loss(k) < best_total - other[0]:
            out.append(_Choice(nested, price - price_of_loss(k), None))
        else:
            out.append(_Choice(nested, best_total - other[0], other[1]))
    return out


def _placement(text: str, k: int, label: str, note: str, choice: _Choice) -> Placement:
    certainty = 1 / (1 + math.exp(-min(choice.margin, 30.0)))
    c = choice.candidate
    rival = choice.rival.start if choice.rival else -1
    if c is None:
        return Placement(k, label, -1, -1, BODY, certainty, "no place in the text speaks for it", rival)
    return Placement(k, label, c.start, c.end, c.zone.host, certainty, _reason(text, c, k, note), rival)


def _reason(text: str, c: Candidate, k: int, note: str) -> str:
    """The signs that speak loudest for the candidate, in words."""
    signs = [s for s in (*c.signs, *note_signs(text, c, k, note)) if SCORES.get(s, 0.0) > 0.3 and ">" not in s]
    signs.sort(key=lambda s: (-SCORES[s], s))
    return "; ".join(signs[:3]) or "the only place left in the order of the notes"
