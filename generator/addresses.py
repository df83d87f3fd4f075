"""The addresses of the site: who wants which path, before any of them is written.

Two paths that differ only in capitals are one, since on many disks they are; and where one wants a file, no other
can have a folder.
"""

from __future__ import annotations

from generator import urls
from generator.diagnostics import Diagnostic, Rule, Span, diagnostic


class Addresses:
    """The paths given away so far, each with its source: a file of the edition, or empty for the site's own."""

    def __init__(self) -> None:
        self._files: dict[str, tuple[str, str]] = {}
        self._folders: dict[str, tuple[str, str]] = {}

    def __contains__(self, path: str) -> bool:
        """Whether ``path`` is given away as it is written."""
        taken = self._files.get(path.casefold())
        return taken is not None and taken[0] == path

    def claim(self, path: str, source: str) -> Diagnostic | None:
        """Give ``path`` to ``source``; or return why it cannot have it, and give nothing."""
        folded = path.casefold()
        other = self._files.get(folded) or self._folders.get(folded)
        folders = []
        folder = folded.rpartition("/")[0]
        while folder and folder not in self._folders:
            other = other or self._files.get(folder)
            folders.append(folder)
            folder = folder.rpartition("/")[0]
        if other:
            return _taken(path, source, *other)
        self._files[folded] = (path, source)
        self._folders.update(dict.fromkeys(folders, (path, source)))
        return None


def _taken(path: str, source: str, standing: str, other: str) -> Diagnostic:
    who = other or "the site itself"
    address, theirs = urls.address(path) or urls.INDEX, urls.address(standing) or urls.INDEX
    message = f'the address "{address}" is taken by {who}'
    if path.casefold() != standing.casefold():
        message += f', which wants "{theirs}": a name cannot be a file and a folder at once'
    elif path != standing:
        message += f', which wants "{theirs}": names that differ only in capitals are one'
    if not source and other:
        message += "; the site itself needs it"
    return diagnostic(Rule.ADDRESS_TAKEN, message, Span(source or other or path), hint="Give one of them another name.")
