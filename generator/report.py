"""What a build is asked for, and what it says that it did."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from generator import config, consistency
from generator.catalog import Catalog
from generator.diagnostics import Diagnostic, Severity


class Options(msgspec.Struct, frozen=True):
    """What one build is asked for. ``jobs`` 0 means one a processor; ``base_url`` None means the edition's own;
    ``explain`` names a path of the site; with ``drafts``, they get pages too; with
    ``reasons``, the report says why each file was made, and which were kept; without ``classic``
    there is no search index in one file, whatever the edition says."""

    edition: Path
    output: Path
    jobs: int = 0
    clean: bool = False
    base_url: str | None = None
    explain: str = ""
    drafts: bool = False
    reasons: bool = False
    classic: bool = True


class Report(msgspec.Struct):
    """What a build did. ``read`` counts the source files looked into, ``reread`` the documents in them that had to be
    read; ``rendered`` were made anew, ``written`` of them differed from what stood there; ``drafts`` are the pages of drafts."""

    documents: int = 0
    volumes: int = 0
    read: int = 0
    reread: int = 0
    pages: int = 0
    rendered: list[str] = []
    written: list[str] = []
    drafts: list[str] = []
    removed: list[str] = []
    reasons: dict[str, list[str]] = {}
    kept: list[str] = []
    diagnostics: list[Diagnostic] = []
    seconds: dict[str, float] = {}
    notices: list[str] = []
    explanation: list[str] = []

    @property
    def errors(self) -> int:
        return sum(d.severity == Severity.ERROR for d in self.diagnostics)

    @property
    def warnings(self) -> int:
        return sum(d.severity == Severity.WARNING for d in self.diagnostics)


class Survey(msgspec.Struct, frozen=True):
    """What an edition holds, read as for a build: its catalog, the place of each document, all that was found."""

    edition: config.Edition
    catalog: Catalog
    where: consistency.Where
    diagnostics: tuple[Diagnostic, ...]
    notices: tuple[str, ...] = ()


class Clock:
    """Seconds of wall time by stage."""

    def __init__(self, seconds: dict[str, float]) -> None:
        self.seconds, self.last = seconds, time.perf_counter()

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.seconds[stage] = round(now - self.last, 4)
        self.last = now


def as_json(report: Report) -> bytes:
    """Return a report for a program: what was read, rendered (with the reasons), written, kept and removed, what is wrong,
    and the seconds of wall time that each stage took."""
    told = {
        "documents": report.documents,
        "volumes": report.volumes,
        "pages": report.pages,
        "read": report.read,
        "reread": report.reread,
        "seconds": report.seconds,
        "rendered": {path: report.reasons.get(path, []) for path in report.rendered},
        "written": report.written,
        "kept": report.kept,
        "removed": report.removed,
        "errors": report.errors,
        "warnings": report.warnings,
        "diagnostics": [found_as_data(found) for found in report.diagnostics],
        "notices": report.notices,
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


def found_as_data(found: Diagnostic) -> dict[str, str | int]:
    """Return a diagnostic as plain data."""
    return {
        "file": found.span.file,
        "line": found.span.line,
        "column": found.span.column,
        "rule": found.rule,
        "severity": found.severity.value,
        "message": found.message,
        "hint": found.hint,
    }


Sortable = tuple[tuple[str, int, int, str, str], Diagnostic]


class Findings:
    """All that is wrong with an edition, as it is told: each thing once, in the order of the files, with the line it
    speaks of. It is kept by the places where it was found, so that only what is new has to be looked up."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._places: dict[str, tuple[list[Diagnostic], list[Sortable]]] = {}

    def put(self, found: dict[str, list[Diagnostic]]) -> None:
        """Make ``found``, by the places where it was found, all there is. A list that is the same object as before is
        taken to be the same."""
        texts: dict[str, list[str]] = {}
        before, self._places = self._places, {}
        for place, listed in found.items():
            known = before.get(place)
            if known is None or known[0] is not listed or len(known[0]) != len(known[1]):
                known = (listed, [(d.sort_key(), self._with_line(d, texts)) for d in listed])
            self._places[place] = known

    def by_place(self) -> dict[str, list[Diagnostic]]:
        """Return all that was put, by the places where it was found."""
        return {place: [found for _, found in listed] for place, (_, listed) in self._places.items()}

    def sorted(self) -> list[Diagnostic]:
        """Return all that was put."""
        return list(dict(sorted(self._all(), key=lambda one: one[0])).values())

    def _all(self) -> Iterator[Sortable]:
        for _, found in self._places.values():
            yield from found

    def _with_line(self, found: Diagnostic, texts: dict[str, list[str]]) -> Diagnostic:
        span = found.span
        if not span.line or found.line:
            return found
        if span.file not in texts:
            try:
                texts[span.file] = (self._root / span.file).read_text(encoding="utf-8-sig").split("\n")
            except (OSError, UnicodeDecodeError):
                texts[span.file] = []
        if span.line > len(texts[span.file]):
            return found
        return msgspec.structs.replace(found, line=texts[span.file][span.line - 1])
