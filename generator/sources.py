"""The edition's sources on disk: which files there are, and which of them have changed.

A file whose size, time and inode are as remembered is taken to be unchanged, but only if it was already older
than the clock's grain when it was read: otherwise a change within that grain would go unnoticed.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping
from operator import attrgetter
from pathlib import Path

import msgspec

from generator import files, urls
from generator.config import VOLUME_FILE, is_volume_id
from generator.diagnostics import Diagnostic, Rule, Severity, Span, diagnostic, did_you_mean
from generator.files import Entry
from generator.readers.registry import reader_for
from generator.store import Source

PAGES = "pages"
"""The folder of ``content/`` that holds the site's free pages."""

GRAIN_NS = 2_000_000_000
"""The coarsest time stamp of a file system in use (FAT): two seconds."""

LISTS = ("persons.yaml", "terms.yaml", "places.yaml")

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")


_ABOUT_THE_PROJECT = ("readme.md", "license.md", "licence.md", "contributing.md", "changelog.md", "notes.md")
"""What people put beside any work, to be read where it lies."""


_TO_IMPORT = (".txt", ".docx", ".doc", ".odt", ".rtf")
_NEARLY = {".markdown": ".md", ".mdown": ".md", ".md": ".md", ".xml": ".xml", ".yml": ".yaml", ".yaml": ".yaml", ".toml": ".toml"}  # fmt: skip
"""Endings that an editor may take for those that are read, in capitals for example."""


class File(msgspec.Struct, frozen=True):
    """A source file: path relative to the edition, its volume, the reader that takes it, its stat."""

    path: str
    volume: str
    reader: str
    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int


class Folder(msgspec.Struct, frozen=True):
    """What lies in the folder of a volume: its text files, the files that describe it by name, its images by their path
    below it with their path in the edition."""

    files: tuple[File, ...] = ()
    about: Mapping[str, bytes] = {}
    images: Mapping[str, str] = {}
    diagnostics: tuple[Diagnostic, ...] = ()


class Content(msgspec.Struct, frozen=True):
    """What lies in ``content/``: text files in order; the files that describe volumes, by volume and name; images by
    volume and path below it, with their path in the edition. ``folders`` has the same by folder."""

    files: tuple[File, ...]
    about: Mapping[str, Mapping[str, bytes]]
    images: Mapping[str, Mapping[str, str]]
    volumes: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    folders: Mapping[str, Folder]


def scan(edition: Path, before: Content | None = None, again: Collection[str] = ()) -> Content:
    """Return the sources below ``edition/content``, in an order that does not depend on the file system. Where
    ``before`` is given, only the folders of the volumes ``again`` are looked into, and those that are new."""
    found: list[Diagnostic] = []
    whole: dict[str, File] = {}
    folders: dict[str, Folder] = {}
    for entry in files.entries(edition, "content", found):
        reader = "" if entry.is_folder else reader_for(entry.name)
        if not entry.is_folder and not reader:
            continue
        volume = entry.name if entry.is_folder else entry.name.rpartition(".")[0]
        if not entry.is_folder and (volume == PAGES or reader != "tei"):
            found.append(_misplaced(entry))
            continue
        if volume != PAGES and not is_volume_id(volume):
            hint = "Use letters, digits, dots, hyphens and underscores, and none of the site's own names (search, chronology, assets, embed)."  # fmt: skip
            found.append(_refused(entry, f'"{volume}" cannot be the name of a volume', hint))
            continue
        if not entry.is_folder:
            whole[volume] = _file(entry, volume, reader)
        elif before and volume in before.folders and volume not in again:
            folders[volume] = before.folders[volume]
        else:
            folders[volume] = _folder(edition, entry.path, volume)
        if entry.is_folder:
            found += folders[volume].diagnostics
    taken: list[File] = []
    for volume in sorted({*whole, *folders}):
        of_volume = (
            *([whole[volume]] if volume in whole else ()),
            *(folders[volume].files if volume in folders else ()),
        )
        taken += sorted(of_volume, key=attrgetter("path"))
    return Content(
        tuple(taken),
        {volume: folder.about for volume, folder in folders.items()},
        {volume: folder.images for volume, folder in folders.items() if folder.images},
        tuple(sorted({*whole, *folders} - {PAGES}, key=urls.natural)),
        tuple(found),
        folders,
    )


def _folder(edition: Path, here: str, volume: str) -> Folder:
    found: list[Diagnostic] = []
    taken: list[File] = []
    described: dict[str, bytes] = {}
    images: dict[str, str] = {}
    others: list[Entry] = []
    for inner in files.walk(edition, here, found):
        below = inner.path.removeprefix(f"{here}/")
        if inner.name == VOLUME_FILE or inner.name in LISTS:
            _describe(edition, inner, below, described, found)
        elif inner.name.lower().endswith(IMAGES):
            images[below] = inner.path
        elif name := reader_for(inner.name):
            if _is_document(inner, volume, name, found):
                taken.append(_file(inner, volume, name))
        else:
            others.append(inner)
    ids = {file.path.rpartition(".")[0] for file in taken}
    found += [told for entry in others if (told := _left_out(entry, volume, ids))]
    return Folder(tuple(taken), described, images, tuple(found))


def is_unchanged(file: File, known: Source | None) -> bool:
    """Whether ``file`` can be taken to be as remembered without reading it."""
    return (
        known is not None
        and (known.size, known.mtime_ns, known.ctime_ns, known.inode)
        == (file.size, file.mtime_ns, file.ctime_ns, file.inode)
        and known.mtime_ns + GRAIN_NS < known.scanned_ns
    )


def now_ns() -> int:
    """The time to remember a scan by. Read before the file is, so that a later change is always newer."""
    return time.time_ns()


def _file(entry: Entry, volume: str, reader: str) -> File:
    return File(entry.path, volume, reader, entry.size, entry.mtime_ns, entry.ctime_ns, entry.inode)


def _describe(edition: Path, entry: Entry, below: str, described: dict[str, bytes], found: list[Diagnostic]) -> None:
    """Take a file that describes its volume: it stands in the volume's own folder, not in one of that."""
    if below != entry.name:
        message = f"{entry.name} describes a volume only if it lies directly in the volume's folder"
        hint = "Move it there, or put what it says into the file that is there already."
        misplaced = diagnostic(Rule.MISPLACED, message, Span(entry.path), hint=hint)
        found.append(msgspec.structs.replace(misplaced, severity=Severity.ERROR))
        return
    data = files.read(edition, entry.path)
    if isinstance(data, Diagnostic):
        found.append(data)
    else:
        described[entry.name] = data


def _is_document(entry: Entry, volume: str, reader: str, found: list[Diagnostic]) -> bool:
    stem = entry.name.rpartition(".")[0]
    if not urls.is_id(stem) or (urls.is_reserved(stem, in_volume=True) and volume != PAGES):
        hint = "Name the file by the document's id, such as d387.md or d72a.md."
        found.append(_refused(entry, f'"{stem}" cannot be a document\'s id', hint))
        return False
    if volume == PAGES and reader != "markdown":
        message = "a page of the site is written in Markdown; TEI is for documents"
        misplaced = diagnostic(Rule.MISPLACED, message, Span(entry.path), hint="Put TEI into a volume's folder.")
        found.append(msgspec.structs.replace(misplaced, severity=Severity.ERROR))
        return False
    return True


def _misplaced(entry: Entry) -> Diagnostic:
    """A file directly in ``content/`` that is not published: only whole volumes in TEI may stand there."""
    hint = "Move it into the folder of its volume, or, if it is a page of the site, into content/pages/."
    message = "directly in content/ only folders and volumes in TEI are published; this file is not"
    found = diagnostic(Rule.MISPLACED, message, Span(entry.path), hint=hint)
    if entry.name.lower() in _ABOUT_THE_PROJECT:
        return msgspec.structs.replace(found, severity=Severity.NOTE, hint="")
    return found


def _left_out(entry: Entry, volume: str, ids: Collection[str]) -> Diagnostic | None:
    """What is said of a file in a volume's folder that an editor may think is published; ``ids`` are the paths, without
    their ending, of those that are."""
    stem, dot, ending = entry.name.rpartition(".")
    ending = f"{dot}{ending}".lower()
    severity = Severity.WARNING
    if ending in _TO_IMPORT:
        message = f"a transcript that ends in {ending} is not published as it is"
        hint = f"Make a document of it: edition import {entry.path} --volume {volume}"
        if volume == PAGES:
            hint = f"A page of the site is written in Markdown, as {stem}.md."
        if entry.path.rpartition(".")[0] in ids:  # the document was made from it
            severity = Severity.NOTE
    elif ending in (".md", ".xml", ".markdown", ".mdown"):
        message = "the file is not published, because of its ending"
        hint = f"Rename it to {stem}{_NEARLY[ending]}."
    elif ending in _NEARLY:
        message = "a volume has no such file; it is left out"
        hint = did_you_mean(f"{stem}{_NEARLY[ending]}", (VOLUME_FILE, *LISTS))
    else:
        return None
    told = diagnostic(Rule.MISPLACED, message, Span(entry.path), hint=hint)
    return msgspec.structs.replace(told, severity=severity)


def _refused(entry: Entry, message: str, hint: str) -> Diagnostic:
    return diagnostic(Rule.BAD_ID, message, Span(entry.path), hint=hint)
