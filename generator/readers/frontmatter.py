"""The front matter of a Markdown document: a block of YAML between two lines of ``---``.

All values are text, as the editor wrote it (``1953-10`` is no number, ``no`` no truth value); YAML's anchors,
aliases and tags are refused. Every fault is reported at its place, not the first alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import yaml

from generator import dates
from generator.diagnostics import Rule, did_you_mean, nearest
from generator.document import Metadata, Party

KEYS = (
    "title", "number", "date", "dateline", "place", "kind", "classification", "source_line", "from", "to", "persons",
    "topics", "first_page", "status", "aliases", "summary", "lang", "order",
)  # fmt: skip
"""The keys of a document's front matter, in the order in which editors like to see them."""

STATUSES = ("published", "draft")

Report = Callable[..., None]
"""``report(rule, message, line, column, hint="")``: lines and columns count from 1."""

Places = tuple[tuple[int, int, int], ...]
"""Where text stands in the file: (offset in the text, line, column), from each offset to the next."""


class Line(msgspec.Struct, frozen=True):
    """A value in the dialect's inline Markdown, and where it stands."""

    text: str
    places: Places


class FrontMatter(msgspec.Struct, frozen=True):
    """What the front matter says; ``title`` is None only if it is missing."""

    title: Line | None
    metadata: Metadata
    source_line: Line | None = None
    dateline: Line | None = None


class _Value(msgspec.Struct):
    """A value of YAML: ``content`` is a str, a list of values, or a list of pairs of them (``mapping``)."""

    content: Any
    kind: str
    line: int
    column: int
    start: int = 0
    end: int = 0


_PLAIN_HINT = 'Put a value in quotation marks if it holds ": " or " #" or begins with one of * & ! [ { > | @ ` % - ?'
_MAX_DEPTH = 8
_LABEL_OF_NUMBER = re.compile(r"(?:No|Nr|Doc|Document)\b\.?\s*", re.IGNORECASE)
"""What volumes print before a document's number (``No. 77``): it is shown, but is no part of the number."""
_LANG = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$")


def read(text: str, first_line: int, report: Report) -> FrontMatter | None:
    """Read ``text``, the lines between the two ``---``, of which the first is line ``first_line`` of the file.

    Faults are reported, and the values that have none are returned all the same, so that the rest of the document
    can be checked. Returns None if there is no telling the keys.
    """
    faults = 0

    def fault(rule: Rule, message: str, line: int, column: int, hint: str = "") -> None:
        nonlocal faults
        faults += 1
        report(rule, message, line, column, hint=hint)

    root = _parse(text, first_line, fault)
    if root is None:
        return None
    fields = _fields(root, KEYS, fault)
    check = _Check(fields, text, first_line, fault)
    title = check.line("title")
    misspelt = any(nearest(str(key.content), KEYS) == "title" for key in root.content[::2] if key.content not in KEYS)
    if title is None and not misspelt and (not faults or "title" not in fields):
        fault(Rule.MISSING_VALUE, "The document has no title", root.line, root.column, 'Add a line such as  title: "Memorandum of Conversation"')  # fmt: skip
    printed = check.text("number")
    number = _LABEL_OF_NUMBER.sub("", printed).rstrip(".")
    metadata = Metadata(
        number=number,
        printed_number=printed if printed != number else f"{number}." if number else "",
        date=check.date("date"),
        place=check.text("place"),
        kind=check.text("kind"),
        classification=check.text("classification"),
        sender=check.parties("from"),
        addressee=check.parties("to"),
        persons=check.texts("persons"),
        topics=check.texts("topics"),
        first_page=check.text("first_page"),
        status=check.one_of("status", STATUSES),
        aliases=check.texts("aliases"),
        summary=check.text("summary"),
        lang=check.lang("lang"),
        order=check.whole_number("order"),
    )
    source_line, dateline = check.line("source_line"), check.line("dateline")
    if title and number:
        title = _without_number(title, metadata.printed_number)
    return FrontMatter(title, metadata, source_line, dateline)


def _without_number(title: Line, printed: str) -> Line:
    """Editors paste titles as printed, number included; it is shown from its own key, and must not stand twice."""
    if not title.text.startswith(f"{printed} "):
        return title
    rest = title.text[len(printed) :].lstrip()
    cut = len(title.text) - len(rest)
    places = [(offset - cut, line, column) for offset, line, column in title.places]
    first = max(i for i, place in enumerate(places) if place[0] <= 0)
    offset, line, column = places[first]
    return Line(rest, ((0, line, column - offset), *places[first + 1 :]))


def _parse(text: str, first_line: int, fault: Report) -> _Value | None:
    """The values with their places, from YAML's events; None if there is no mapping at the top."""
    root: _Value | None = None
    stack: list[_Value] = []
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            line, column = event.start_mark.line + first_line, event.start_mark.column + 1
            if isinstance(event, (yaml.AliasEvent, yaml.NodeEvent)) and (event.anchor or getattr(event, "tag", None)):
                what = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else f"&{event.anchor}" if event.anchor else str(getattr(event, "tag", "")).replace("tag:yaml.org,2002:", "!!")  # fmt: skip
                fault(Rule.FRONT_MATTER, f'"{what}" has a meaning of its own in YAML that is not used here', line, column, _PLAIN_HINT)  # fmt: skip
                if isinstance(event, yaml.AliasEvent):
                    value = _Value("", "text", line, column)
                    if stack:
                        stack[-1].content.append(value)
                    continue
            if isinstance(event, yaml.ScalarEvent):
                value = _Value(event.value, "text", line, column, event.start_mark.index, event.end_mark.index)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                value = _Value([], "mapping" if isinstance(event, yaml.MappingStartEvent) else "list", line, column)
                if len(stack) >= _MAX_DEPTH:
                    fault(Rule.FRONT_MATTER, "The front matter is nested more deeply than any key needs", line, column)
                    return None
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                stack.pop()
                continue
            elif isinstance(event, yaml.DocumentStartEvent) and root is not None:
                fault(Rule.FRONT_MATTER, "The front matter holds a second YAML document", line, column)
                return None
            else:
                continue
            if stack:
                stack[-1].content.append(value)
            else:
                root = value
            if value.kind != "text":
                stack.append(value)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = (mark.line if mark else 0) + first_line
        column = (mark.column if mark else 0) + 1
        fault(Rule.FRONT_MATTER, f"The front matter is not valid YAML: {error.problem}", line, column, _PLAIN_HINT)
        return None
    except yaml.YAMLError as error:
        fault(Rule.FRONT_MATTER, f"The front matter is not valid YAML: {str(error).splitlines()[0]}", first_line, 1)
        return None
    if root is None:
        return _Value([], "mapping", first_line, 1)
    if root.kind != "mapping":
        fault(Rule.FRONT_MATTER, "The front matter is not a list of keys and values", root.line, root.column, "Each line is a key, a colon and a value:  title: Telegram From the Embassy")  # fmt: skip
        return None
    return root


def _fields(mapping: _Value, known: tuple[str, ...], fault: Report) -> dict[str, tuple[_Value, _Value]]:
    """The pairs of a mapping by key; unknown and repeated keys are reported."""
    fields: dict[str, tuple[_Value, _Value]] = {}
    pairs = mapping.content
    for key, value in zip(pairs[::2], pairs[1::2], strict=False):
        name = key.content
        if key.kind != "text":
            fault(Rule.FRONT_MATTER, "A key is a word", key.line, key.column)
        elif name not in known:
            hint = did_you_mean(name, known) or f"The keys are {', '.join(known)}."
            fault(Rule.UNKNOWN_KEY, f'The key "{name}" is not known', key.line, key.column, hint)
        elif name in fields:
            first = fields[name][0]
            fault(Rule.DUPLICATE_KEY, f'The key "{name}" stands twice; it is in line {first.line} already', key.line, key.column, "Take one of the two out.")  # fmt: skip
        else:
            fields[name] = (key, value)
    return fields


class _Check:
    """The values of the fields in the form each key asks for; a fault is reported and yields the empty value."""

    def __init__(self, fields: dict[str, tuple[_Value, _Value]], source: str, first_line: int, fault: Report) -> None:
        self.fields = fields
        self.source = source
        self.first_line = first_line
        self.fault = fault

    def text(self, name: str) -> str:
        if name not in self.fields:
            return ""
        value = self.fields[name][1]
        if value.kind != "text":
            self.wrong(name, value, f"a {value.kind} where text is expected")
            return ""
        return str(value.content).strip()

    def texts(self, name: str) -> tuple[str, ...]:
        if name not in self.fields:
            return ()
        value = self.fields[name][1]
        if value.kind != "list":
            if value.kind == "text" and not value.content:
                return ()
            self.wrong(name, value, f"{'text' if value.kind == 'text' else 'a mapping'} where a list is expected", f"Write  {name}: [first, second]")  # fmt: skip
            return ()
        found = []
        for item in value.content:
            if item.kind != "text" or not item.content:
                self.wrong(name, item, "something that is not text in a list of texts")
            else:
                found.append(item.content.strip())
        return tuple(found)

    def parties(self, name: str) -> tuple[Party, ...]:
        if name not in self.fields:
            return ()
        value = self.fields[name][1]
        items = value.content if value.kind == "list" else [value]
        found = []
        for item in items:
            if item.kind == "mapping":
                given = _fields(item, ("name", "person"), self.fault)
                inner = _Check(given, self.source, self.first_line, self.fault)
                person, words = inner.text("person"), inner.text("name")
                if person or words:
                    found.append(Party(words or person, person))
                else:
                    self.wrong(name, item, "neither a name nor a person", "Write  {person: bartholomew, name: Reginald Bartholomew}")  # fmt: skip
            elif item.kind == "list":
                self.wrong(name, item, "a list within the list of names")
            elif item.content.strip():
                found.append(Party(item.content.strip()))
        return tuple(found)

    def date(self, name: str) -> dates.EditionDate | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return dates.parse(text)
        except ValueError as error:
            hint = "A date is written 1953-10-07, 1953-10, 1953, 1953~ (about) or 1953-10-07/1953-10-09."
            self.wrong(name, self.fields[name][1], str(error), hint)
            return None

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        text = self.text(name)
        if text and text not in choices:
            hint = did_you_mean(text, choices)
            self.wrong(name, self.fields[name][1], f'"{text}" is not one of {", ".join(choices)}', hint)
        return text or choices[0]

    def lang(self, name: str) -> str:
        text = self.text(name)
        if text and not _LANG.match(text):
            self.wrong(name, self.fields[name][1], f'"{text}" is not the code of a language, such as en or pt-BR')
        return text

    def whole_number(self, name: str) -> int:
        text = self.text(name)
        if text and not text.isdecimal():
            self.wrong(name, self.fields[name][1], f'"{text}" is not a whole number')
            return 0
        return int(text or 0)

    def line(self, name: str) -> Line | None:
        text = self.text(name)
        if not text:
            return None
        value = self.fields[name][1]
        return Line(text, self.places(text, value))

    def wrong(self, name: str, value: _Value, what: str, hint: str = "") -> None:
        self.fault(Rule.WRONG_VALUE, f"{name}: {what}", value.line, value.column, hint)

    def places(self, text: str, value: _Value) -> Places:
        """Where each character of ``text`` stands: YAML's quotes, escapes and folded lines make it shift."""
        raw = self.source[value.start : value.end]
        at = raw.find(text)
        if at >= 0 and "\n" not in text:
            return ((0, *self.place(value.start + at)),)
        places: list[tuple[int, int, int]] = []
        position, expected = 0, -1
        for offset, character in enumerate(text):
            position = _skip_to(raw, position, character)
            if position != expected:
                places.append((offset, *self.place(value.start + position)))
            if raw[position : position + 1] == "\\" and character != "\\":
                position += {"x": 4, "u": 6, "U": 10}.get(raw[position + 1 : position + 2], 2)
                expected = -1
            else:
                position += 1
                expected = position
        return tuple(places)

    def place(self, index: int) -> tuple[int, int]:
        """Line and column of a character of the source."""
        before = self.source.count("\n", 0, index)
        return before + self.first_line, index - self.source.rfind("\n", 0, index)


def _skip_to(raw: str, position: int, character: str) -> int:
    """The next place where ``raw`` yields ``character``: itself, a line's end for a space, or an escape."""
    for at in range(position, len(raw)):
        if raw[at] == character or raw[at] == "\\" or (character == " " and raw[at] == "\n"):
            return at
    return position
