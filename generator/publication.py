"""The published site and its manifest: which files in the output folder are ours, which are as they should be,
which may be written over, and which may go.

A file that is ours was announced before it was written. Where something else stands in our way it is left alone,
and the page is reported instead of written. Only where no manifest is known at all (the first build into a
folder; everything remembered was deleted) a file counts as ours that carries our mark.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from generator import output, steps, urls
from generator.diagnostics import EditionError
from generator.output import Claim
from generator.store import Output, Store

_GENERATED = {"_headers", "_redirects", "robots.txt", "documents.json", "sitemap.xml", "feed.xml"}
_GENERATED_FOLDERS = ("assets/", "search/")


class Publication:
    """The output folder ``root`` of one build and its manifest in ``store``; with ``clean``, no file is current."""

    def __init__(self, store: Store, root: Path, clean: bool) -> None:
        self.store, self.root, self.clean = store, root, clean
        self.manifest = store.outputs()
        state = store.unfinished()
        self.was_unfinished = bool(state)
        self.adopting = not self.manifest or state == b"adopting"
        if state:
            output.sweep(root)
        store.put_unfinished(b"adopting" if self.adopting else b"1")
        store.commit()
        self._changed = False
        self._folded: set[str] | None = None
        try:
            root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EditionError(steps.output_fault(str(root), error)) from None
        self._folder_is_ours = self.adopting and output.is_marked(f"{root}/{urls.INDEX}")
        self._was_empty = not any(next(os.walk(root), ("", [], []))[1:])

    def sweep(self) -> None:
        """Remove what the workers of a killed build still began after this one had: they live on for a moment."""
        if self.was_unfinished:
            output.sweep(self.root)

    def is_current(self, path: str, key: bytes) -> bool:
        """Whether the file at ``path`` was made from ``key`` and is still as it was written."""
        known = self.manifest.get(path)
        if known is None or known.key != key or self.clean:
            return False
        return self.is_untouched(path)

    def is_untouched(self, path: str) -> bool:
        """Whether the file at ``path`` is as it was written."""
        known = self.manifest[path]
        try:
            stat = os.stat(f"{self.root}/{path}")
        except OSError:
            return False
        return (stat.st_size, stat.st_mtime_ns) == (known.size, known.mtime_ns)

    def announce(self, paths: Iterable[str]) -> dict[str, Claim]:
        """Enter files that are about to be written; return those that may not simply be written over."""
        claims: dict[str, Claim] = {}
        new = [path for path in paths if path not in self.manifest]
        for path in new:
            if os.path.lexists(f"{self.root}/{path}") and (claim := self._claim(path)) != Claim.OURS:
                claims[path] = claim
        self.store.announce(path for path in new if path not in claims)
        self._changed = self._changed or bool(new)
        return claims

    def take_over(self, paths: Iterable[str]) -> None:
        """Enter files in the output that are known to be ours by what they hold."""
        new = [path for path in paths if path not in self.manifest]
        if new:
            self.store.announce(new)
            self.manifest.update({path: Output(path, b"", 0, 0) for path in new})
            self._changed = True

    def _claim(self, path: str) -> Claim:
        if self.adopting:
            generated = path in _GENERATED or path.startswith(_GENERATED_FOLDERS) or self._is_beside_page(path)
            return Claim.OURS if generated and self._folder_is_ours else Claim.MARKED
        if self._folded is None:
            self._folded = {known.casefold() for known in self.manifest}
        # On a disk that knows no capitals, a file of ours that was renamed so is still ours.
        return Claim.OURS if path.casefold() in self._folded else Claim.FOREIGN

    def _is_beside_page(self, path: str) -> bool:
        """Whether a file is named as those beside a document's page are (``v01/d3/d3.md``) and stands beside a page of
        ours: such files bear no mark."""
        folder, _, name = path.rpartition("/")
        named = name.startswith(folder.rpartition("/")[2] + ".")
        return named and output.is_marked(f"{self.root}/{folder}/{urls.INDEX}")

    def record(self, outputs: Collection[Output], refused: Collection[str]) -> None:
        """Remember what was written; forget what was announced and could not be."""
        self.store.record(outputs)
        self.store.forget_outputs(path for path in refused if path not in self.manifest)
        self.store.commit()
        self.manifest.update({one.path: one for one in outputs})
        self._folded = None

    def blocked(self, wanted: set[str]) -> tuple[list[str], set[str]]:
        """Return the files of ours that stand where a folder must be now, or in a folder that must be a file now;
        and those of ``wanted`` that they keep from being written."""
        stale = self.manifest.keys() - wanted
        needed = {folder for path in wanted for folder in _folders(path)} if stale else set()
        blocking = [path for path in stale if path in needed or not wanted.isdisjoint(_folders(path))]
        above = {folder for path in blocking for folder in _folders(path)}
        standing = set(blocking)
        kept = {path for path in wanted if path in above or not standing.isdisjoint(_folders(path))} if standing else above  # fmt: skip
        return sorted(blocking), kept

    def remove(self, paths: list[str]) -> list[str]:
        """Remove files of ours; return them."""
        try:
            output.remove(self.root, paths)
        except OSError as error:
            raise EditionError(steps.output_fault(paths[0], error)) from None
        self.store.forget_outputs(paths)
        self.store.commit()
        for path in paths:
            self.manifest.pop(path, None)
        self._changed, self._folded = True, None
        return paths

    def finish(self) -> None:
        """Note that the build came to its end."""
        self.store.put_unfinished(b"")
        self.store.commit()
        self.store.save_manifest(self.manifest, self._changed)
        self._changed = False

    def begin_again(self) -> None:
        """Note that another build begins where the last one came to its end."""
        self.store.put_unfinished(b"1")
        self.store.commit()
        self.adopting = False

    def end_again(self) -> None:
        """Note that it came to its end, too. What it removed may stay in the second copy of the manifest until the next
        ``finish``: to write that takes as long as all else."""
        self.store.put_unfinished(b"")
        self.store.commit()

    def is_recorded(self, path: str, key: bytes) -> bool:
        """Whether the file at ``path`` was made from ``key``, whatever has become of it."""
        known = self.manifest.get(path)
        return known is not None and known.key == key

    def strangers(self, known: Collection[str]) -> list[str]:
        """Return the files in the output, other than hidden ones, that are not ``known``; looked for only where no
        manifest was found, and something was there."""
        found: list[str] = []
        for folder, folders, files in os.walk(self.root) if self.adopting and not self._was_empty else ():
            folders[:] = sorted(f for f in folders if not f.startswith("."))
            here = Path(folder).relative_to(self.root)
            paths = ((here / name).as_posix() for name in sorted(files) if not name.startswith("."))
            found += [path for path in paths if path not in known]
        return found


def _folders(path: str) -> Iterator[str]:
    """The folders that hold ``path``, innermost first."""
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
