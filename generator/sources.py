"""The edition's sources on disk: which files there are, and which of them have changed.

A file whose size, time and inode are as remembered is taken to be unchanged, but only if it was already older
than the clock's grain when it was read: otherwise a change within that grain would go unnoticed.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from generator import urls
from generator.config import VOLUME_FILE, is_volume_id
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic
from generator.readers.registry import reader_for
from generator.store import Source

PAGES = "pages"
"""The folder of ``content/`` that holds the site's free pages."""

GRAIN_NS = 2_000_000_000
"""The coarsest time stamp of a file system in use (FAT): two seconds."""

LISTS = ("persons.yaml", "terms.yaml")

IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg")


class File(msgspec.Struct, frozen=True):
    """A source file: path relative to the edition, its volume, the reader that takes it, its stat."""

    path: str
    volume: str
    reader: str
    size: int
    mtime_ns: int
    inode: int


class Content(msgspec.Struct, frozen=True):
    """What lies in ``content/``: text files in order; the files that describe volumes, by volume and name; images by
    volume and path below it, with their path in the edition."""

    files: tuple[File, ...]
    about: Mapping[str, Mapping[str, bytes]]
    images: Mapping[str, Mapping[str, str]]
    volumes: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]


def scan(edition: Path) -> Content:
    """Return the sources below ``edition/content``, in an order that does not depend on the file system."""
    root = edition / "content"
    files: list[File] = []
    about: dict[str, dict[str, bytes]] = {}
    images: dict[str, dict[str, str]] = {}
    volumes: list[str] = []
    found: list[Diagnostic] = []
    for entry in _entries(root, found, edition):
        here = f"content/{entry.name}"
        is_folder = entry.is_dir()
        reader = "" if is_folder else reader_for(entry.name)
        if not is_folder and not reader:
            continue
        volume = entry.name if is_folder else entry.name.rpartition(".")[0]
        if volume != PAGES and not is_volume_id(volume):
            hint = "Use letters, digits, dots, hyphens and underscores, and none of the site's own names (search, chronology, assets, embed)."  # fmt: skip
            found.append(diagnostic(Rule.BAD_ID, f'"{volume}" cannot be the name of a volume', Span(here), hint=hint))
            continue
        if volume not in volumes and volume != PAGES:
            volumes.append(volume)
        if not is_folder:
            files.append(_file(entry, here, volume, reader))
            continue
        described = about.setdefault(volume, {})
        for path, inner in _walk(root / volume, here, found, edition):
            if path == f"{here}/{VOLUME_FILE}" or inner.name in LISTS:
                described[inner.name] = Path(inner.path).read_bytes()
            elif inner.name.lower().endswith(IMAGES):
                images.setdefault(volume, {})[path.removeprefix(f"{here}/")] = path
            elif name := reader_for(inner.name):
                stem = inner.name.rpartition(".")[0]
                if not urls.is_id(stem) or (urls.is_reserved(stem, in_volume=True) and volume != PAGES):
                    hint = "Name the file by the document's id, such as d387.md or d72a.md."
                    found.append(diagnostic(Rule.BAD_ID, f'"{stem}" cannot be a document\'s id', Span(path), hint=hint))
                    continue
                files.append(_file(inner, path, volume, name))
    files.sort(key=lambda f: (f.volume, f.path))
    return Content(tuple(files), about, images, tuple(sorted(volumes, key=urls.natural)), tuple(found))


def is_unchanged(file: File, known: Source | None) -> bool:
    """Whether ``file`` can be taken to be as remembered without reading it."""
    return (
        known is not None
        and (known.size, known.mtime_ns, known.inode) == (file.size, file.mtime_ns, file.inode)
        and known.mtime_ns + GRAIN_NS < known.scanned_ns
    )


def now_ns() -> int:
    """The time to remember a scan by. Read before the file is, so that a later change is always newer."""
    return time.time_ns()


def _file(entry: os.DirEntry[str], path: str, volume: str, reader: str) -> File:
    stat = entry.stat()
    return File(path, volume, reader, stat.st_size, stat.st_mtime_ns, stat.st_ino)


def _walk(folder: Path, here: str, found: list[Diagnostic], edition: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    for entry in _entries(folder, found, edition):
        path = f"{here}/{entry.name}"
        if entry.is_dir():
            yield from _walk(folder / entry.name, path, found, edition)
        else:
            yield path, entry


def _entries(folder: Path, found: list[Diagnostic], edition: Path) -> list[os.DirEntry[str]]:
    """The folder's entries by name, without hidden files and the traces that editors leave, and without links
    that lead out of the edition."""
    try:
        with os.scandir(folder) as scan:
            entries = sorted(scan, key=lambda e: e.name)
    except OSError as error:
        here = folder.relative_to(edition).as_posix()
        found.append(diagnostic(Rule.UNREADABLE, f"the folder cannot be read: {error.strerror}", Span(here)))
        return []
    out = []
    for entry in entries:
        if entry.name.startswith((".", "#")) or entry.name.endswith(("~", ".swp", ".tmp", ".bak")):
            continue
        if entry.is_symlink():
            here = Path(entry.path).relative_to(edition).as_posix()
            target = Path(entry.path).resolve()
            if not target.exists():
                found.append(diagnostic(Rule.UNREADABLE, "the link leads nowhere", Span(here)))
                continue
            if not target.is_relative_to(edition.resolve()):
                found.append(diagnostic(Rule.UNREADABLE, "the link leads out of the edition's folder", Span(here), hint="Copy the file here instead."))  # fmt: skip
                continue
        out.append(entry)
    return out
