"""The front matter of a Markdown document: a block of YAML between two lines of ``---``.

Which keys there are, and the form of the value of each.
"""

from __future__ import annotations

import re

import msgspec

from generator import dates, strict_yaml
from generator.diagnostics import Rule, nearest
from generator.document import Metadata, Party
from generator.strict_yaml import Fields, Places, Report

KEYS = (
    "title", "number", "date", "dateline", "place", "kind", "classification", "source_line", "from", "to", "persons",
    "topics", "first_page", "status", "aliases", "summary", "updated", "lang", "order",
    "role",
)  # fmt: skip
"""The keys of a document's front matter, in the order in which editors like to see them."""

STATUSES = ("published", "draft")


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
    role: str = ""


_LABEL_OF_NUMBER = re.compile(r"(?:No|Nr|Doc|Document)\b\.?\s*", re.IGNORECASE)
"""What volumes print before a document's number (``No. 77``): it is shown, but is no part of the number."""
_ALIAS = re.compile(r"/?[A-Za-z0-9._~-][A-Za-z0-9._~%/-]*")
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

    root = strict_yaml.parse(text, first_line, fault)
    if root is None:
        return None
    fields = strict_yaml.fields(root, KEYS, fault)
    check = Fields(fields, text, first_line, fault)
    title = _line(check, "title")
    misspelt = any(nearest(str(key.content), KEYS) == "title" for key in root.content[::2] if key.content not in KEYS)
    if title is None and not misspelt and (not faults or "title" not in fields):
        fault(Rule.MISSING_VALUE, "The document has no title", root.line, root.column, 'Add a line such as  title: "Memorandum of Conversation"')  # fmt: skip
    printed = check.text("number")
    if supplied := printed.startswith("[") and printed.endswith("]"):
        printed = printed[1:-1]
    number = _LABEL_OF_NUMBER.sub("", printed).rstrip(".")
    metadata = Metadata(
        number=number,
        printed_number="" if supplied or not number else printed if printed != number else f"{number}.",
        date=_date(check, "date"),
        place=check.text("place"),
        kind=check.text("kind"),
        classification=check.text("classification"),
        sender=_parties(check, "from"),
        addressee=_parties(check, "to"),
        persons=check.texts("persons"),
        topics=check.texts("topics"),
        first_page=check.text("first_page"),
        status=check.one_of("status", STATUSES),
        aliases=_aliases(check, "aliases"),
        summary=check.text("summary"),
        updated=_day(check, "updated"),
        lang=_lang(check, "lang"),
        order=check.whole_number("order"),
    )
    source_line, dateline = _line(check, "source_line"), _line(check, "dateline")
    if title and number:
        title = _without_number(title, metadata.printed_number)
    return FrontMatter(
        title, metadata, source_line, dateline, check.one_of("role", ("", "document", "section", "chapter"))
    )


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


def _parties(fields: Fields, name: str) -> tuple[Party, ...]:
    if name not in fields.pairs:
        return ()
    value = fields.pairs[name][1]
    items = value.content if value.kind == "list" else [value]
    found = []
    for item in items:
        if item.kind == "mapping":
            given = strict_yaml.fields(item, ("name", "person"), fields.fault)
            inner = Fields(given, fields.source, fields.first_line, fields.fault)
            person, words = inner.text("person"), inner.text("name")
            if person or words:
                found.append(Party(words or person, person))
            else:
                fields.wrong(name, item, "neither a name nor a person", "Write  {person: bartholomew, name: Reginald Bartholomew}")  # fmt: skip
        elif item.kind == "list":
            fields.wrong(name, item, "a list within the list of names")
        elif item.content.strip():
            found.append(Party(item.content.strip()))
    return tuple(found)


def _aliases(fields: Fields, name: str) -> tuple[str, ...]:
    """Old addresses, as paths of the site: they become lines of a file that hosts read, one word each."""
    for alias in fields.texts(name):
        if not _ALIAS.fullmatch(alias):
            hint = "Write it as a path of the site:  aliases: [/volume/d12/]"
            fields.wrong(name, fields.pairs[name][1], f'"{alias}" is no old address of this site', hint)
            return ()
    return fields.texts(name)


def _date(fields: Fields, name: str) -> dates.EditionDate | None:
    text = fields.text(name)
    if not text:
        return None
    try:
        return dates.parse(text)
    except ValueError as error:
        hint = "A date is written 1953-10-07, 1953-10, 1953, 1953~ (about) or 1953-10-07/1953-10-09."
        fields.wrong(name, fields.pairs[name][1], str(error), hint)
        return None


def _day(fields: Fields, name: str) -> str:
    date = _date(fields, name)
    if date and (date.precision != "day" or date.time or date.approximate or date.uncertain):
        fields.wrong(
            name, fields.pairs[name][1], f'"{date.edtf}" is not one day', "Write it as a day:  updated: 2026-11-20"
        )
        return ""
    return date.start if date else ""


def _lang(fields: Fields, name: str) -> str:
    text = fields.text(name)
    if text and not _LANG.match(text):
        fields.wrong(name, fields.pairs[name][1], f'"{text}" is not the code of a language, such as en or pt-BR')
    return text


def _line(fields: Fields, name: str) -> Line | None:
    text = fields.text(name)
    return Line(text, fields.places(text, fields.pairs[name][1])) if text else None
