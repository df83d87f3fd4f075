"""Files as they are met: listed, read and decoded, where every fault is a message and nothing is followed out of
the edition's folder.

A link to a file is followed if it stays in the edition; a link to a folder never is, since it may lead round in a
circle. Only regular files are read: a pipe would wait for ever.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path

import msgspec

from generator.diagnostics import Diagnostic, Rule, Span, diagnostic

_TRACES = ("~", ".swp", ".tmp", ".bak")
"""What editors leave behind."""


class Entry(msgspec.Struct, frozen=True):
    """A file or folder: path relative to the edition with slashes, name, and what the file system says of it."""

    path: str
    name: str
    is_folder: bool
    size: int = 0
    mtime_ns: int = 0
    ctime_ns: int = 0
    inode: int = 0


def entries(root: Path, here: str, found: list[Diagnostic]) -> list[Entry]:
    """Return what lies in the folder ``root/here``, by name, without hidden files and the traces of editors. What
    cannot be taken is told in ``found`` and left out."""
    if (root / here).is_symlink():
        found.append(_left_out(here, "a folder may not be a link", "Put the folder itself here."))
        return []
    out = []
    try:
        with os.scandir(root / here) as scan:
            listed = sorted(scan, key=lambda e: e.name)
    except OSError as error:
        found.append(_left_out(here, f"the folder cannot be read: {error.strerror}", ""))
        return []
    for entry in listed:
        if entry.name.startswith((".", "#")) or entry.name.endswith(_TRACES):
            continue
        path = f"{here}/{entry.name}"
        try:
            taken = _entry(root, path, entry)
        except PermissionError:
            found.append(_left_out(here, "the folder cannot be entered: its names may be read, but not its files", "Give yourself the permission to enter the folder (x)."))  # fmt: skip
            return []
        except OSError as error:
            taken = _left_out(path, f"the file cannot be read: {error.strerror}", "")
        if isinstance(taken, Diagnostic):
            found.append(taken)
        else:
            out.append(taken)
    return out


def walk(root: Path, here: str, found: list[Diagnostic]) -> Iterator[Entry]:
    """Yield all files below the folder ``root/here``, by name; see ``entries``."""
    for entry in entries(root, here, found):
        if entry.is_folder:
            yield from walk(root, entry.path, found)
        else:
            yield entry


def read(root: Path, path: str) -> bytes | Diagnostic:
    """Return the bytes of the regular file ``root/path``, or why they cannot be read."""
    try:
        # Without O_NONBLOCK, opening a pipe that has taken the file's place would wait for ever.
        flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
        with open(os.open(root / path, flags), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return _left_out(path, "this is no regular file", "")
            return file.read()
    except OSError as error:
        return _left_out(path, f"the file cannot be read: {error.strerror or error}", "")


def decode(path: str, data: bytes) -> str | Diagnostic:
    """Return ``data`` as text, without a byte order mark, or the message with the place of the first byte that is
    not UTF-8."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # With a mark, the codec counts from behind it.
        data = data.removeprefix(b"\xef\xbb\xbf")
        before, after = data[: error.start].decode("utf-8"), data[error.start :].decode("utf-8", "replace")
        lines = re.split(r"\r\n|\n|\r", before)
        line = lines[-1] + re.split(r"[\r\n]", after, maxsplit=1)[0]
        span = Span(path, len(lines), len(lines[-1]) + 1)
        found = diagnostic(
            Rule.INVALID_UTF8,
            f"the byte 0x{data[error.start]:02X} is not UTF-8 text",
            span,
            hint="Save the file as UTF-8 in your editor.",
        )
        return msgspec.structs.replace(found, line=line)


def _entry(root: Path, path: str, entry: os.DirEntry[str]) -> Entry | Diagnostic:
    if entry.is_symlink():
        target = Path(os.path.realpath(entry.path))
        if not os.path.exists(target):
            return _left_out(path, "the link leads nowhere", "")
        if not target.is_relative_to(root.resolve()):
            return _left_out(path, "the link leads out of the edition's folder", "Copy the file here instead.")
        if target.is_dir():
            return _left_out(path, "a folder may not be a link", "Put the folder itself here.")
    elif entry.is_dir():
        return Entry(path, entry.name, True)
    known = entry.stat()
    if not stat.S_ISREG(known.st_mode):
        return _left_out(path, "this is neither a file nor a folder", "Only regular files can be published.")
    # On Windows this is the time of making, which another file of the same name inherits.
    changed = 0 if os.name == "nt" else known.st_ctime_ns
    return Entry(path, entry.name, False, known.st_size, known.st_mtime_ns, changed, known.st_ino)


def _left_out(path: str, message: str, hint: str) -> Diagnostic:
    return diagnostic(Rule.UNREADABLE, message, Span(path), hint=hint)
