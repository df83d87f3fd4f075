"""The anchors of a Markdown document: of its page marks, of its notes and of the references to them.

Ids are unique in the document and depend on nothing but its own text.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from generator.diagnostics import Rule, did_you_mean
from generator.document import Node, Note, plain_text
from generator.strict_yaml import Report

_MARK_NAMES = {"*": "star", "†": "dagger", "‡": "ddagger", "§": "section", "‖": "parallel", "∥": "parallel", "║": "parallel", "¶": "pilcrow", "#": "number"}  # fmt: skip


class Definition:
    """A note's text, as tokens still, and what refers to it."""

    __slots__ = ("children", "column", "first", "id", "label", "last", "line", "queued", "refs", "slug")

    def __init__(self, label: str, slug: str, id: str, line: int, column: int, first: int, last: int) -> None:
        self.label = label
        self.slug = slug
        self.id = id
        self.line = line
        self.column = column
        self.first = first
        self.last = last
        self.refs: list[str] = []
        self.queued = False
        self.children: tuple[Node, ...] = ()


class Anchors:
    """What has an anchor in one document. ``in_note`` says that the text now read is that of a note, whose page
    marks do not advance the document's."""

    def __init__(self, id: str, report: Report) -> None:
        self.id = id
        self.report = report
        self.in_note = False
        self.definitions: dict[str, list[Definition]] = {}
        self._ids: dict[str, int] = {}
        self._uses: dict[str, int] = {}
        self._queue: list[Definition] = []
        self._marks: set[str] = set()
        self._latest: dict[str, tuple[int, str]] = {}

    def unique(self, id: str) -> str:
        """``id``, or the first of ``id-2``, ``id-3`` ... that is free."""
        wanted = id
        if id in self._ids:
            count = self._ids[id] + 1
            while f"{id}-{count}" in self._ids:
                count += 1
            self._ids[id] = count
            wanted = f"{id}-{count}"
        self._ids[wanted] = 1
        return wanted

    def define(self, label: str, line: int, column: int, first: int, last: int) -> None:
        """Take up a note, whose text is the tokens from ``first`` to ``last``."""
        slug = label if label.isascii() and label.isalnum() else _slug(label)
        id = self.unique(f"{self.id}fn{slug}")
        slug = id[len(self.id) + 2 :]
        self.definitions.setdefault(label, []).append(Definition(label, slug, id, line, column, first, last))

    def page_break(self, label: str, line: int, column: int) -> Node:
        number = re.search(r"\d+", label)
        form, _, last = label.rpartition(" ")
        slug = re.sub(r"[^A-Za-z0-9._-]", "-", last)
        prefix = f"pg_{form.split()[0].lower()}_" if form else "pg_"
        anchor = self.unique(prefix + slug)
        if not self.in_note:
            if label in self._marks:
                self.report(Rule.PAGE_REPEATED, f"[{_mark(label)}] stands twice in this document", line, column, hint="Correct one of the two, or delete it.")  # fmt: skip
            self._marks.add(label)
            series = form
            if last[:1].isdigit() and number:
                value = int(number[0])
            elif last.isalpha():
                series, value = form + "roman", _roman(last)
            else:
                series, value = form + re.sub(r"\d.*", "", last), int(number[0]) if number else 0
            before = self._latest.get(series)
            if before is not None and value < before[0]:
                self.report(Rule.PAGE_BACKWARDS, f"[{_mark(label)}] comes after [{_mark(before[1])}]", line, column, hint="Check the number, or the order of the text.")  # fmt: skip
            self._latest[series] = value, label
        return Node("page_break", (), {"label": label, "id": anchor}, "", line, column)

    def note_ref(self, label: str, line: int, column: int) -> Node | None:
        """The reference, or None if there is no such note."""
        definitions = self.definitions.get(label)
        if definitions is None:
            hint = did_you_mean(label, self.definitions)
            self.report(Rule.MARKER_WITHOUT_NOTE, f"There is no note [^{label}]", line, column, hint or f"Add its text on a line that begins with [^{label}]: ")  # fmt: skip
            return None
        use = self._uses.get(label, 0)
        self._uses[label] = use + 1
        definition = definitions[min(use, len(definitions) - 1)]
        self._enqueue(definition)
        count = len(definition.refs)
        anchor = self.unique(f"{self.id}fnref{definition.slug}" + (f"-{count + 1}" if count else ""))
        definition.refs.append(anchor)
        return Node("note_ref", (), {"note": definition.id, "id": anchor, "label": label}, "", line, column)

    def _enqueue(self, definition: Definition) -> None:
        if not definition.queued:
            definition.queued = True
            self._queue.append(definition)

    def notes(self, build: Callable[[int, int], tuple[Node, ...]]) -> tuple[Note, ...]:
        """The notes in the order of their first references; those that nothing refers to come last. ``build`` makes
        nodes of a run of tokens; it is called in that order, so that notes within notes follow."""
        if not self.definitions:
            return ()
        self.in_note = True
        done = self._build(build, 0)
        everything = [d for definitions in self.definitions.values() for d in definitions]
        for missed in sorted(everything, key=lambda d: d.first):
            if missed.queued:
                continue
            if not self._uses.get(missed.label):
                self.report(Rule.NOTE_WITHOUT_MARKER, f"Nothing in the text refers to the note [^{missed.label}]", missed.line, missed.column, hint=f"Put [^{missed.label}] where it belongs, or delete the note.")  # fmt: skip
            self._enqueue(missed)
            done = self._build(build, done)
        for label, definitions in self.definitions.items():
            uses = self._uses.get(label, 0)
            if len(definitions) > 1 and uses not in (0, len(definitions)):
                second = definitions[1]
                self.report(Rule.NOTE_LABEL_REPEATED, f"{len(definitions)} notes have the label {label}, but {uses} references", second.line, second.column, hint="Give each note a label of its own, or as many references as notes, in the same order.")  # fmt: skip
        return tuple(self._note(definition) for definition in self._queue)

    def _build(self, build: Callable[[int, int], tuple[Node, ...]], done: int) -> int:
        """Read the notes that wait, and those that come to wait meanwhile; return how many are done."""
        while done < len(self._queue):
            definition = self._queue[done]
            definition.children = build(definition.first + 1, definition.last)
            done += 1
        return done

    def _note(self, d: Definition) -> Note:
        kind = "source" if plain_text(d.children[:1]).startswith("Source:") else "foot"
        return Note(d.id, d.label, d.children, tuple(d.refs), kind, d.line, d.column)


def _slug(label: str) -> str:
    """The name of a note's label in its anchor: marks have names, what is left is letters and digits."""
    words = "".join(_MARK_NAMES.get(c, c if c.isascii() and (c.isalnum() or c in "-_.") else "-") for c in label)
    return re.sub(r"-{2,}", "-", words).strip("-.") or "x"


def _mark(label: str) -> str:
    return label if " " in label else f"Page {label}"


def _roman(text: str) -> int:
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = before = 0
    for letter in reversed(text.upper()):
        value = values[letter]
        total += -value if value < before else value
        before = max(before, value)
    return total
