"""YAML as editors write it: every value is text (``1953-10`` is no number, ``no`` no truth value), every value knows
its place, and YAML's anchors, aliases and tags are refused. Every fault is reported, not the first alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec
import yaml

from generator.diagnostics import Rule, did_you_mean

Report = Callable[..., None]
"""``report(rule, message, line, column, hint="")``: lines and columns count from 1."""

Places = tuple[tuple[int, int, int], ...]
"""Where text stands in the file: (offset in the text, line, column), from each offset to the next."""


_PLAIN_HINT = 'Put a value in quotation marks if it holds ": " or " #" or begins with one of * & ! [ { > | @ ` % - ?'
_MAX_DEPTH = 8


class Value(msgspec.Struct):
    """A value of YAML: ``content`` is a str, a list of values, or a list of pairs of them (``mapping``)."""

    content: Any
    kind: str
    line: int
    column: int
    start: int = 0
    end: int = 0


def parse(text: str, first_line: int, fault: Report) -> Value | None:
    """The values with their places, from YAML's events; None if there is no mapping at the top."""
    root: Value | None = None
    stack: list[Value] = []
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)):
            start, end = event.start_mark, event.end_mark
            assert start and end  # a parser always marks its events; only events made by hand lack them
            line, column = start.line + first_line, start.column + 1
            if isinstance(event, (yaml.AliasEvent, yaml.NodeEvent)) and (event.anchor or getattr(event, "tag", None)):
                what = f"*{event.anchor}" if isinstance(event, yaml.AliasEvent) else f"&{event.anchor}" if event.anchor else str(getattr(event, "tag", "")).replace("tag:yaml.org,2002:", "!!")  # fmt: skip
                fault(Rule.FRONT_MATTER, f'"{what}" has a meaning of its own in YAML that is not used here', line, column, _PLAIN_HINT)  # fmt: skip
                if isinstance(event, yaml.AliasEvent):
                    value = Value("", "text", line, column)
                    if stack:
                        stack[-1].content.append(value)
                    continue
            if isinstance(event, yaml.ScalarEvent):
                value = Value(event.value, "text", line, column, start.index, end.index)
            elif isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                value = Value([], "mapping" if isinstance(event, yaml.MappingStartEvent) else "list", line, column)
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
        return Value([], "mapping", first_line, 1)
    if root.kind != "mapping":
        fault(Rule.FRONT_MATTER, "The front matter is not a list of keys and values", root.line, root.column, "Each line is a key, a colon and a value:  title: Telegram From the Embassy")  # fmt: skip
        return None
    return root


def fields(mapping: Value, known: tuple[str, ...], fault: Report) -> dict[str, tuple[Value, Value]]:
    """Return the pairs of a mapping (key and value) by key; unknown and repeated keys are reported."""
    fields: dict[str, tuple[Value, Value]] = {}
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


class Fields:
    """The values of a mapping in the form each key asks for; a fault is reported and yields the empty value."""

    def __init__(self, pairs: dict[str, tuple[Value, Value]], source: str, first_line: int, fault: Report) -> None:
        """``pairs`` come from ``fields``; ``source`` is the YAML, whose first line is line ``first_line`` of the file."""
        self.pairs = pairs
        self.source = source
        self.first_line = first_line
        self.fault = fault

    def text(self, name: str) -> str:
        if name not in self.pairs:
            return ""
        value = self.pairs[name][1]
        if value.kind != "text":
            self.wrong(name, value, f"a {value.kind} where text is expected")
            return ""
        return str(value.content).strip()

    def texts(self, name: str) -> tuple[str, ...]:
        if name not in self.pairs:
            return ()
        value = self.pairs[name][1]
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

    def one_of(self, name: str, choices: tuple[str, ...]) -> str:
        text = self.text(name)
        if text and text not in choices:
            hint = did_you_mean(text, choices)
            self.wrong(name, self.pairs[name][1], f'"{text}" is not one of {", ".join(choices)}', hint)
        return text or choices[0]

    def whole_number(self, name: str) -> int:
        text = self.text(name)
        # Python takes the digits of all scripts, and counts digits without end.
        if text and not re.fullmatch(r"[0-9]{1,9}", text):
            self.wrong(name, self.pairs[name][1], f'"{text}" is not a whole number')
            return 0
        return int(text or 0)

    def wrong(self, name: str, value: Value, what: str, hint: str = "") -> None:
        self.fault(Rule.WRONG_VALUE, f"{name}: {what}", value.line, value.column, hint)

    def places(self, text: str, value: Value) -> Places:
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
