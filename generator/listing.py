"""The lists of a volume: ``persons.yaml`` and ``terms.yaml``, entries by id."""

from __future__ import annotations

import re

from generator import files
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.document import Entry, is_safe_url
from generator.strict_yaml import Fields, fields, parse

KEYS = ("name", "text", "names", "links")
"""The keys of an entry: its name, the explanation, other names for the same, addresses in authority files."""


def read_entries(file: str, data: bytes) -> tuple[tuple[Entry, ...], list[Diagnostic]]:
    """Read the bytes of a list; faulty entries are reported and left out."""
    found: list[Diagnostic] = []
    decoded = files.decode(file, data)
    if isinstance(decoded, Diagnostic):
        return (), [decoded]
    text = decoded.replace("\r\n", "\n")

    def report(rule: Rule, message: str, line: int, column: int, hint: str = "") -> None:
        found.append(diagnostic(rule, message, Span(file, line, column), hint=hint, text=text))

    entries = []
    root = parse(text, 1, report)
    pairs = root.content if root else []
    seen: dict[str, int] = {}
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        before = len(found)
        id = key.content if key.kind == "text" else ""
        if not re.fullmatch(r"[^\s\"<>]+", id):
            report(Rule.BAD_ID, "an entry begins with its id, one word", key.line, key.column)
        elif id in seen:
            report(Rule.DUPLICATE_KEY, f'the id "{id}" stands in line {seen[id]} already', key.line, key.column)
        elif value.kind != "mapping":
            hint = f"Write\n      {id}:\n        name: ..."
            report(Rule.WRONG_VALUE, f'the entry "{id}" has no name', value.line, value.column, hint)
        else:
            check = Fields(fields(value, KEYS, report), text, 1, report)
            entry = Entry(id, check.text("name"), check.text("text"), check.texts("names"), check.texts("links"))
            for link in entry.links:
                if not is_safe_url(link) or "://" not in link:
                    hint = "Links begin with https:// or http://."
                    report(
                        Rule.UNSAFE_LINK, f'"{link}" is no address that a page may link to', key.line, key.column, hint
                    )
            if not entry.name:
                report(Rule.MISSING_VALUE, f'the entry "{id}" has no name', key.line, key.column)
            if len(found) == before:
                entries.append(entry)
        seen[id] = key.line
    return tuple(entries), found
