"""The site on disk: write whole files or nothing, leave equal files alone, remove only what is ours.

A file is written under a temporary name in its own folder and renamed over the old one, so a reader or a
killed build never meets half a page. A file that is not ours is not written over, and nothing is written or removed
through a link to a folder. Temporary names end in ``TEMPORARY``; a build that finds the traces of
a killed one sweeps them away.
"""

from __future__ import annotations

import enum
import os
import stat
from collections.abc import Sequence
from pathlib import Path

import msgspec

from generator.diagnostics import Diagnostic, Rule, Span, diagnostic

TEMPORARY = ".edition-tmp"


class Written(msgspec.Struct, frozen=True):
    """An output file as it stands on disk after a write: size in bytes, mtime in ns; ``changed`` is False
    when the very bytes stood there already."""

    path: str
    size: int
    mtime_ns: int
    changed: bool


class Refused(msgspec.Struct, frozen=True):
    """A file that was not written, since something that is not ours stands in its way."""

    path: str
    reason: str

    @property
    def diagnostic(self) -> Diagnostic:
        hint = "It was left as it is. Move it out of the site, or delete it if you do not need it; then build again."
        return diagnostic(Rule.OUTPUT, self.reason, Span(self.path), hint=hint)


class Claim(enum.IntEnum):
    """Whose the file is that stands where one is to be written: ``MARKED`` ours if it carries ``MARK``. Whoever
    wrote the very same bytes has written ours."""

    OURS = 0
    MARKED = 1
    FOREIGN = 2


MARK = b'<meta name="generator" content="edition">'
"""What every page of the default theme carries in its head."""

_HEAD = 4096


def is_marked(file: str) -> bool:
    """Whether ``file`` is a page that this program has made."""
    try:
        with open(file, "rb") as page:
            return MARK in page.read(_HEAD)
    except OSError:
        return False


def write(root: Path, path: str, data: bytes, claim: Claim = Claim.OURS) -> Written | Refused:
    """Make the file ``path`` below ``root`` hold ``data``, if what stands there may be replaced under ``claim``.
    Raises OSError; what stood there is then intact."""
    target = f"{root}/{path}"
    if link := _link_above(root, path):
        return Refused(path, f'the folder "{link}" of the site is a link to another place')
    folder, _, name = target.rpartition("/")
    # In a folder made just now nothing can stand.
    if not _made(folder) and (met := _met(path, target, data, claim)):
        return met
    temporary = f"{folder}/.{name}{TEMPORARY}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(temporary, flags, 0o644)
    try:
        _put(handle, data)
        os.replace(temporary, target)
    except BaseException:
        _unlink(temporary)
        raise
    known = os.stat(target)
    return Written(path, known.st_size, known.st_mtime_ns, True)


def write_folder(root: Path, folder: str, files: Sequence[tuple[str, bytes]]) -> list[Written] | None:
    """Make the ``folder`` below ``root``, which is not there yet, with all its files (names and bytes): first under a
    temporary name, then renamed as a whole, which costs half of what it does file by file. Returns None, and leaves
    nothing behind, if something stands there or it cannot be done so. Raises OSError if a file cannot be written."""
    target = f"{root}/{folder}"
    if os.path.lexists(target) or _link_above(root, folder):
        return None
    above, _, name = target.rpartition("/")
    temporary = f"{above}/.{name}{TEMPORARY}"
    if not _made(temporary):
        return None
    written: list[Written] = []
    try:
        for name, data in files:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
            _put(os.open(f"{temporary}/{name}", flags, 0o644), data)
            known = os.stat(f"{temporary}/{name}")
            written.append(Written(f"{folder}/{name}", known.st_size, known.st_mtime_ns, True))
    except BaseException:
        _unmake(temporary)
        raise
    try:
        os.rename(temporary, target)
    except OSError:
        _unmake(temporary)
        return None
    return written


def _put(handle: int, data: bytes) -> None:
    """Write all of ``data`` to an open file, and close it."""
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
    finally:
        os.close(handle)


def _unmake(folder: str) -> None:
    """Remove a temporary folder and the files in it."""
    for name in os.listdir(folder):
        _unlink(f"{folder}/{name}")
    os.rmdir(folder)


def _made(folder: str) -> bool:
    """Make ``folder`` with all that it lies in; return whether that was to be done and could be."""
    try:
        os.mkdir(folder)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
    except (FileExistsError, NotADirectoryError):
        return False
    return True


def _met(path: str, target: str, data: bytes, claim: Claim) -> Written | Refused | None:
    """What comes of it that ``target`` may exist: it stays, since it holds ``data`` already or is not ours; None: it may
    be written over, or is not there."""
    try:
        if claim != Claim.OURS and not stat.S_ISREG(os.lstat(target).st_mode):
            return Refused(path, "something that is not ours and no plain file stands here")
        with open(target, "rb") as old:
            standing = old.read()
            if standing == data:
                known = os.fstat(old.fileno())
                return Written(path, known.st_size, known.st_mtime_ns, False)
            if claim == Claim.FOREIGN or (claim == Claim.MARKED and MARK not in standing[:_HEAD]):
                return Refused(path, "a file stands here that is not ours")
    except FileNotFoundError:
        pass
    except NotADirectoryError:
        return Refused(path, "a file that is not ours stands where a folder is needed")
    except OSError:
        if not os.path.isdir(target):
            raise
        return Refused(path, "a folder stands here that is not ours")
    return None


def remove(root: Path, paths: list[str]) -> int:
    """Remove our files ``paths`` below ``root`` and the folders left empty by that; return how many were there."""
    removed = 0
    folders: set[str] = set()
    for path in paths:
        if _link_above(root, path):
            continue
        removed += _unlink(f"{root}/{path}")
        while "/" in path:
            path = path.rpartition("/")[0]
            folders.add(path)
    for folder in sorted(folders, key=len, reverse=True):
        try:
            os.rmdir(f"{root}/{folder}")
        except OSError:
            pass  # something of ours or of the user's is still in it
    return removed


def sweep(root: Path) -> None:
    """Remove the temporary files and folders that a killed build left below ``root``, and folders they left empty."""
    for folder, _, files in os.walk(root, topdown=False):
        in_temporary = os.path.basename(folder).startswith(".") and folder.endswith(TEMPORARY) and Path(folder) != root
        left = [name for name in files if in_temporary or (name.startswith(".") and name.endswith(TEMPORARY))]
        for name in left:
            _unlink(f"{folder}/{name}")
        if (left or in_temporary) and Path(folder) != root:
            try:
                os.rmdir(folder)
            except OSError:
                pass


def _link_above(root: Path, path: str) -> str:
    """The first folder on the way from ``root`` to ``path`` that is a link, or nothing."""
    end = path.find("/")
    while end >= 0:
        if os.path.islink(f"{root}/{path[:end]}"):
            return path[:end]
        end = path.find("/", end + 1)
    return ""


def _unlink(path: str) -> int:
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    return 1
