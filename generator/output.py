"""The site on disk: write whole files or nothing, leave equal files alone, remove only what is ours.

A file is written under a temporary name in its own folder and renamed over the old one, so a reader or a
killed build never meets half a page. Temporary names end in ``TEMPORARY``; a build that finds the traces of
a killed one sweeps them away.
"""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

TEMPORARY = ".edition-tmp"


class Written(msgspec.Struct, frozen=True):
    """An output file as it stands on disk after a write: size in bytes, mtime in ns; ``changed`` is False
    when the very bytes stood there already."""

    path: str
    size: int
    mtime_ns: int
    changed: bool


def write(root: Path, path: str, data: bytes) -> Written:
    """Make the file ``path`` below ``root`` hold ``data``. Raises OSError; what stood there is then intact."""
    target = f"{root}/{path}"
    try:
        with open(target, "rb") as old:
            if old.read() == data:
                stat = os.fstat(old.fileno())
                return Written(path, stat.st_size, stat.st_mtime_ns, False)
    except FileNotFoundError:
        pass
    folder, _, name = target.rpartition("/")
    temporary = f"{folder}/.{name}{TEMPORARY}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(temporary, flags, 0o644)
    except FileNotFoundError:
        os.makedirs(folder, exist_ok=True)
        handle = os.open(temporary, flags, 0o644)
    try:
        with open(handle, "wb", buffering=0) as new:
            view = memoryview(data)
            while view:
                view = view[new.write(view) :]
        os.replace(temporary, target)
    except BaseException:
        _unlink(temporary)
        raise
    stat = os.stat(target)
    return Written(path, stat.st_size, stat.st_mtime_ns, True)


def remove(root: Path, paths: list[str]) -> int:
    """Remove our files ``paths`` below ``root`` and the folders left empty by that; return how many were there."""
    removed = 0
    folders: set[str] = set()
    for path in paths:
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
    """Remove the temporary files that a killed build left below ``root``, and folders they left empty."""
    for folder, _, files in os.walk(root, topdown=False):
        left = [name for name in files if name.startswith(".") and name.endswith(TEMPORARY)]
        for name in left:
            _unlink(f"{folder}/{name}")
        if left and Path(folder) != root:
            try:
                os.rmdir(folder)
            except OSError:
                pass


def _unlink(path: str) -> int:
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return 0
    return 1
