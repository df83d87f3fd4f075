"""The lists of a volume: ``persons.yaml``, ``terms.yaml`` and ``places.yaml``, entries by id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple

from generator import dates, files
from generator.dates import EditionDate
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import Entry, Role, is_safe_url
from generator.strict_yaml import Fields, Report, Value, fields, parse

KEYS = ("name", "text", "names", "links", "same")
"""The keys of every entry: its name, the explanation, other names for the same, addresses in authority files, and the
id it shares with entries of other volumes."""

KEYS_OF = {"persons.yaml": (*KEYS, "roles"), "terms.yaml": KEYS, "places.yaml": (*KEYS, "at")}
"""The keys of an entry by the name of the list: persons have offices, places lie somewhere."""

KEYS_OF_A_ROLE = ("text", "since", "until")

_ID = re.compile(r"[^\s\"<>]+")
_NUMBER = re.compile(r"[+-]?\d{1,3}(?:\.\d{1,15})?")
_ROLE_HINT = "Write\n      roles:\n        - {text: Ambassador to France, since: 1953-03, until: 1957-01-31}"
_DATE_HINT = "Write a day, a month or a year: 1953-03-12, 1953-03 or 1953."
_PLACE_HINT = "Write latitude and longitude in degrees, south and west below zero:  at: 48.8566, 2.3522"


def read_entries(file: str, data: bytes) -> tuple[tuple[Entry, ...], list[Diagnostic]]:
    """Read the bytes of the list ``file``, whose name says what it lists; faulty entries are reported and left out,
    doubtful ones are reported and kept."""
    found: list[Diagnostic] = []
    decoded = files.decode(file, data)
    if isinstance(decoded, Diagnostic):
        return (), [decoded]
    text = decoded.replace("\r\n", "\n")
    name = PurePosixPath(file).name

    def report(rule: Rule, message: str, line: int, column: int, hint: str = "") -> None:
        if rule is Rule.FRONT_MATTER:
            # The words of the reader of YAML are made for documents.
            message = message.replace("The front matter", "The list")
            hint = _shape(name) if "list of keys and values" in message else hint
        found.append(diagnostic(rule, message, Span(file, line, column), hint=hint, text=text))

    read = _Reader(KEYS_OF.get(name, KEYS), text, report)
    entries: list[_Given] = []
    root = parse(text, 1, report)
    pairs = root.content if root else []
    seen: dict[str, int] = {}
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        id = key.content if key.kind == "text" else ""
        before = len(found)
        if not _ID.fullmatch(id):
            report(Rule.BAD_ID, "an entry begins with its id, one word", key.line, key.column)
        elif id in seen:
            report(Rule.DUPLICATE_KEY, f'the id "{id}" stands in line {seen[id]} already', key.line, key.column)
        elif value.kind != "mapping":
            hint = f"Write\n      {id}:\n        name: ..."
            report(Rule.WRONG_VALUE, f'the entry "{id}" has no name', value.line, value.column, hint)
        else:
            given = read.entry(id, key, value)
            if len(found) == before:
                entries.append(given)
        seen.setdefault(id, key.line)
    _report_shared(entries, is_exact=name == "terms.yaml", report=report)
    return tuple(given.entry for given in entries), found


def _shape(name: str) -> str:
    """How an entry of the list looks."""
    more = {"persons.yaml": "Bohlen, Charles E.", "terms.yaml": "NATO", "places.yaml": "Paris"}.get(name, "...")
    return f"Each entry is an id, a colon, and below it the keys:\n      {more.split(',')[0].lower()}:\n        name: {more}"


class _Given(NamedTuple):
    """An entry as given: its fields, and the line of its id."""

    entry: Entry
    fields: Mapping[str, tuple[Value, Value]]
    line: int

    def value_of(self, name: str) -> Value:
        """Where the entry gives this name."""
        if name == self.entry.name:
            return self.fields["name"][1]
        names = self.fields["names"][1]
        return next((item for item in names.content if item.content.strip() == name), names)


class _Reader:
    """Reads the entries of one list."""

    def __init__(self, keys: tuple[str, ...], text: str, report: Report) -> None:
        self.keys = keys
        self.text = text
        self.report = report

    def entry(self, id: str, key: Value, value: Value) -> _Given:
        """Read one entry; its faults are reported, and what is faulty is empty."""
        given = self._fields(value, self.keys)
        check = Fields(given, self.text, 1, self.report)
        entry = Entry(
            id, check.text("name"), check.text("text"), check.texts("names"), check.texts("links"),
            self._roles(given), self._same(check), self._at(check),
        )  # fmt: skip
        for link in entry.links:
            if not is_safe_url(link) or "://" not in link:
                message = f'"{link}" is no address that a page may link to'
                self.report(Rule.UNSAFE_LINK, message, key.line, key.column, "Links begin with https:// or http://.")
        if not entry.name:
            self.report(Rule.MISSING_VALUE, f'the entry "{id}" has no name', key.line, key.column)
        return _Given(entry, given, key.line)

    def _fields(self, mapping: Value, keys: tuple[str, ...]) -> dict[str, tuple[Value, Value]]:
        pairs = mapping.content
        # Within braces a comma ends a value: {name: Bohlen, Charles}
        torn = {(k.line, k.column) for k, v in zip(pairs[::2], pairs[1::2], strict=True) if v.content == ""}

        def report(rule: Rule, message: str, line: int, column: int, hint: str = "") -> None:
            if rule is Rule.UNKNOWN_KEY and (line, column) in torn:
                hint = "Put a text with a comma in quotation marks."
            self.report(rule, message, line, column, hint)

        return fields(mapping, keys, report)

    def _same(self, check: Fields) -> str:
        same = check.text("same")
        if same and not _ID.fullmatch(same):
            check.wrong("same", check.pairs["same"][1], f'"{same}" is not one word', "Give the entries of all volumes that are the same the same word, such as  same: bohlen")  # fmt: skip
            return ""
        return same

    def _roles(self, given: dict[str, tuple[Value, Value]]) -> tuple[Role, ...]:
        if "roles" not in given:
            return ()
        value = given["roles"][1]
        if value.kind != "list":
            self._wrong("roles", value, "a list of offices is expected", _ROLE_HINT)
            return ()
        return tuple(role for item in value.content if (role := self._role(item)))

    def _role(self, item: Value) -> Role | None:
        if item.kind != "mapping":
            self._wrong("roles", item, "an office has a text, and may have a beginning and an end", _ROLE_HINT)
            return None
        given = self._fields(item, KEYS_OF_A_ROLE)
        check = Fields(given, self.text, 1, self.report)
        text = check.text("text")
        since, until = self._date(check, "since"), self._date(check, "until")
        if not text:
            self.report(Rule.MISSING_VALUE, "roles: an office has no text", item.line, item.column, _ROLE_HINT)
        if since and until and since.start > until.end:
            message = f"until: the office ends ({until.edtf}) before it begins ({since.edtf})"
            value = given["until"][1]
            self.report(Rule.WRONG_VALUE, message, value.line, value.column, "Exchange the two, or mend one of them.")
        return Role(text, since.start if since else "", until.end if until else "")

    def _date(self, check: Fields, name: str) -> EditionDate | None:
        text = check.text(name)
        if not text:
            return None
        try:
            date = dates.parse(text)
        except ValueError as error:
            check.wrong(name, check.pairs[name][1], str(error), _DATE_HINT)
            return None
        if "/" in text:
            check.wrong(
                name, check.pairs[name][1], f'"{text}" is a span of time where one date is expected', _DATE_HINT
            )
            return None
        return date

    def _at(self, check: Fields) -> tuple[float, float] | None:
        if "at" not in check.pairs:
            return None
        value = check.pairs["at"][1]
        items = value.content if value.kind == "list" else str(value.content).split(",")
        words = [item.content if isinstance(item, Value) else item for item in items]
        numbers = [word.strip() for word in words if isinstance(word, str)]
        if value.kind == "mapping" or len(numbers) != 2 or not all(map(_NUMBER.fullmatch, numbers)):
            check.wrong("at", value, "not a latitude and a longitude", _PLACE_HINT)
            return None
        latitude, longitude = map(float, numbers)
        if abs(latitude) > 90:
            hint = "The latitude, between -90 and 90, stands first." if abs(longitude) <= 90 else _PLACE_HINT
            check.wrong("at", value, f"the latitude {numbers[0]} is out of range", hint)
            return None
        if abs(longitude) > 180:
            check.wrong("at", value, f"the longitude {numbers[1]} is out of range", "The longitude is between -180 and 180.")  # fmt: skip
            return None
        return latitude, longitude

    def _wrong(self, name: str, value: Value, what: str, hint: str) -> None:
        self.report(Rule.WRONG_VALUE, f"{name}: {what}", value.line, value.column, hint)


def _report_shared(entries: list[_Given], *, is_exact: bool, report: Report) -> None:
    """Report what two entries share: in the text nobody can tell which of them a shared name means."""
    owners: dict[str, _Given] = {}
    same: dict[str, _Given] = {}
    for given in entries:
        entry = given.entry
        for name in dict.fromkeys((entry.name, *entry.names)):
            owner = owners.setdefault(_folded(name, is_exact), given)
            if owner is given:
                continue
            value = given.value_of(name)
            where = f'"{owner.entry.id}" (line {owner.line})'
            if name == entry.name and _folded(owner.entry.name, is_exact) == _folded(name, is_exact):
                hint = "If they are the same, make them one entry; if not, give each a name that tells them apart."
                report(Rule.SHARED_NAME, f'{where} and "{entry.id}" have the same name, "{name}"', value.line, value.column, hint)  # fmt: skip
            else:
                hint = "Take it out of one of them, or mark up in the text who is meant."
                report(Rule.SHARED_NAME, f'"{name}" is a name of {where} and of "{entry.id}"', value.line, value.column, hint)  # fmt: skip
        if entry.same and (first := same.setdefault(entry.same, given)) is not given:
            value = given.fields["same"][1]
            message = f'"{first.entry.id}" (line {first.line}) and "{entry.id}" are both "{entry.same}"'
            hint = "Make them one entry: the key joins entries of several volumes."
            report(Rule.SHARED_NAME, message, value.line, value.column, hint)


def _folded(name: str, is_exact: bool) -> str:
    """A name as it is compared: capitals tell terms apart (AID, aid), but not people."""
    name = " ".join(name.split())
    return name if is_exact else name.casefold()
