"""What the last build left behind, so that the next one need not look at what has not changed since.

A build that came to its end without errors notes what it was made from, apart from the texts, and what it found. If all
of that is as it was, and every file of the site too, then only the texts that have changed can make a difference.
"""

from __future__ import annotations

import msgspec

from generator import digest, extras, sources, theme
from generator.diagnostics import Diagnostic
from generator.engine import engine
from generator.report import Clock, Report
from generator.stages import Build
from generator.store import Source
from generator.update import update


class Finished(msgspec.Struct, frozen=True, array_like=True):
    """A build that came to its end: the digests of all it was made from but texts (``frame``), and of the records of
    those; what it counted; what it found, by the places where it did."""

    frame: bytes
    records: bytes
    documents: int
    volumes: int
    pages: int
    drafts: list[str]
    found: dict[str, list[Diagnostic]]


def resume(build: Build) -> Report | None:
    """Bring the site up to date from where the last build left it; return None if all must be looked at."""
    clock = Clock(build.report.seconds)
    noted = build.store.meta(_name(build))
    if not noted or build.publication.was_unfinished or build.options.clean or build.options.explain:
        return None
    last = msgspec.msgpack.decode(noted, type=Finished)
    content = sources.scan(build.root)
    known = build.reader.known()
    clock.lap("scan")
    build.theme_key = theme.fingerprint(build.root)
    if last.frame != _frame(build, content) or last.records != _records(known):
        return None
    if not all(map(build.publication.is_untouched, build.publication.manifest)):
        return None
    changed = [file.path for file in content.files if not sources.is_unchanged(file, known.get(file.path))]
    build.report.documents, build.report.volumes, build.report.pages = last.documents, last.volumes, last.pages
    build.report.drafts = last.drafts
    if not changed:
        build.findings.put(last.found)
        build.report.diagnostics = build.findings.sorted()
        build.report.kept = sorted(build.publication.manifest) if build.options.reasons else []
        build.publication.finish()
        clock.lap("look")
        return build.report
    build.begin(content, build.reader.catalog(content, known))
    build.checked = {place.removeprefix("checking "): found for place, found in last.found.items() if place.startswith("checking ")}  # fmt: skip
    build.found = last.found.get("building", [])
    build.index = build.search_index()
    clock.lap("resume")
    report = update(build, changed)
    if report:
        remember(build)
    return report


def remember(build: Build) -> None:
    """Note that ``build`` came to its end, if it had no errors; or that nothing is known to go on from."""
    report = build.report
    frame = b"" if report.errors else _frame(build, build.content)
    if not frame:
        build.store.put_meta(_name(build), b"")
        build.store.commit()
        return
    noted = Finished(
        frame,
        _records(build.reader.known()),
        report.documents,
        report.volumes,
        report.pages,
        report.drafts,
        build.findings.by_place(),
    )
    build.store.put_meta(_name(build), msgspec.msgpack.encode(noted))
    build.store.commit()


def _name(build: Build) -> str:
    return f"finished {build.store.site}"


def _frame(build: Build, content: sources.Content) -> bytes:
    """The digest of all that decides the site but the texts of the documents; empty if it cannot be told."""
    copied = extras.copied(build.to_copy(content, []), build.store)
    if copied is None:
        return b""
    return digest.of(
        engine(),
        build.edition,
        (build.options.drafts, build.options.classic),
        [file.path for file in content.files],
        content.about,
        content.diagnostics,
        copied,
        build.theme_key,
    )


def _records(known: dict[str, Source]) -> bytes:
    return digest.of(sorted((path, source.split) for path, source in known.items()))
