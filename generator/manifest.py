"""The manifest's second copy: the paths of the site that are ours, in a text file beside the state.

The state may be lost: deleted, damaged, left out of a backup. Which files of the site are ours cannot be worked
out again, so it is written twice. The file is a journal, one path a line as a JSON string: lines are added before
a file is written for the first time, and at the end of a build it is replaced by what is ours then. A line that a
killed build left unfinished is passed over.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path


def read(journal: Path) -> list[str]:
    """Return the paths in ``journal``, sorted; none if there is no such file. Raises OSError."""
    try:
        lines = journal.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    paths: set[str] = set()
    for line in lines:
        try:
            path = json.loads(line)
        except ValueError:
            continue
        if isinstance(path, str) and _is_below(path):
            paths.add(path)
    return sorted(paths)


def add(journal: Path, paths: Iterable[str]) -> None:
    """Add ``paths`` to ``journal``. Raises OSError."""
    lines = "".join(json.dumps(path) + "\n" for path in paths)
    if lines:
        with open(journal, "ab") as file:
            file.write(b"\n" + lines.encode("ascii"))


def replace(journal: Path, paths: Iterable[str]) -> None:
    """Make ``paths`` all that stands in ``journal``, at once or not at all. Raises OSError."""
    temporary = journal.with_name(journal.name + ".new")
    temporary.write_bytes("".join(json.dumps(path) + "\n" for path in sorted(paths)).encode("ascii"))
    os.replace(temporary, journal)


def _is_below(path: str) -> bool:
    """Whether ``path`` stays in the site. What is deleted by this file must not be decided by an accident."""
    return bool(path) and "\\" not in path and not {"", ".", ".."} & set(path.split("/")) and "\0" not in path
