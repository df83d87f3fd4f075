"""What the preview knows of the builds: the last outcome, and the pages in browsers that want to hear of the next."""

from __future__ import annotations

import asyncio
import secrets
import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from generator import urls
from generator.diagnostics import Diagnostic, Severity
from generator.preview.site import Site
from generator.watch import Outcome

EDITORS = {
    "vscode": "vscode://file/{path}:{line}:{column}",
    "vscodium": "vscodium://file/{path}:{line}:{column}",
    "idea": "idea://open?file=/{path}&line={line}&column={column}",
    "textmate": "txmt://open?url=file:///{path}&line={line}&column={column}",
}
"""Addresses under which editors open a file; ``{path}`` is the full path without a slash before it."""

MOST = 20
"""Errors shown over a page; the list of all is a page of its own."""


class Viewed(msgspec.Struct, frozen=True):
    """A page in a browser: the file it was made from, its version (empty: there was none), and the run of the preview
    and the number of the build at which it was sent."""

    page: str
    version: str
    run: str = ""
    build: int = 0


class Board:
    """Safe to use from the builder's thread and the server's. ``root`` is the edition, ``editor`` an address as in
    ``EDITORS``, or empty."""

    def __init__(self, root: Path, site: Site, editor: str = "") -> None:
        self.root, self.site, self.editor = root.resolve(), site, editor
        self.run = secrets.token_hex(4)
        self.build = 0
        self.building = True
        self.outcome: Outcome | None = None
        self.drafts: tuple[str, ...] = ()
        self._listeners: set[tuple[asyncio.AbstractEventLoop, asyncio.Queue[bool]]] = set()
        self._lock = threading.Lock()
        self._closed = False

    def begin(self) -> None:
        """A build begins."""
        self.building = True
        self._tell(True)

    def finish(self, outcome: Outcome) -> None:
        """A build has ended: the site on disk is whole."""
        self.outcome = outcome
        if outcome.report is not None:
            self.drafts = tuple(outcome.report.drafts)
        self.build += 1
        self.building = False
        self._tell(True)

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closed = True
        self._tell(False)

    def listen(self) -> asyncio.Queue[bool]:
        """Return a queue that is given True at every change, and False at the end. For the server's thread."""
        queue: asyncio.Queue[bool] = asyncio.Queue()
        with self._lock:
            self._listeners.add((asyncio.get_running_loop(), queue))
            if self._closed:
                queue.put_nowait(False)
        return queue

    def leave(self, queue: asyncio.Queue[bool]) -> None:
        """No longer tell ``queue`` anything."""
        with self._lock:
            self._listeners = {known for known in self._listeners if known[1] is not queue}

    def _tell(self, goes_on: bool) -> None:
        with self._lock:
            for loop, queue in self._listeners:
                try:
                    loop.call_soon_threadsafe(queue.put_nowait, goes_on)
                except RuntimeError:
                    pass  # the server has ended

    def news(self, viewed: Viewed) -> dict[str, Any]:
        """Return what a page in a browser should know now."""
        outcome = self.outcome
        if self.building or outcome is None:
            return {"building": True}
        now = self.site.version(viewed.page)
        missed = viewed.run != self.run or viewed.build < self.build - 1
        files = self._files(outcome) if viewed.build != self.build else []
        known: dict[str, Any] = {
            "building": False,
            "run": self.run,
            "build": self.build,
            "changed": bool(now) and now != viewed.version,
            "gone": bool(viewed.version) and not now,
            "files": files or [],
            "allFiles": files is None or missed,
            "errors": [self.told(d) for d in outcome.diagnostics if d.severity == Severity.ERROR][:MOST],
            "counts": [outcome.errors, outcome.warnings],
            "seconds": round(outcome.seconds, 2),
            "edited": self._edited(outcome, viewed.page),
        }
        if known["gone"]:
            known["nearest"] = self.site.nearest(viewed.page)
        return known

    def told(self, found: Diagnostic) -> dict[str, str]:
        """Return a message in the parts that are shown of it."""
        span = found.span
        rows = str(found).split("\n")[1:]
        file = self.root / span.file
        path = str(file) if span.file and file.is_file() and file.resolve().is_relative_to(self.root) else ""
        place = f"{path}:{span.line}:{span.column or 1}" if span.line else path
        link = ""
        if path and self.editor:
            link = self.editor.replace("{path}", quote(file.as_posix().lstrip("/"), safe="/:"))
            link = link.replace("{line}", str(span.line or 1)).replace("{column}", str(span.column or 1))
        return {
            "place": str(span),
            "rule": found.rule,
            "severity": str(found.severity),
            "message": found.message,
            "hint": found.hint,
            "excerpt": "\n".join(row[4:] for row in rows[: 2 if span.column else 1]) if found.line else "",
            "copy": place,
            "link": link,
            "page": self.page_of(span.file),
        }

    def page_of(self, source: str) -> str:
        """Return the address of the page that a file of the edition, or of the site, is shown on; empty if there is
        none or it cannot be told."""
        folder, _, below = source.partition("/")
        names = below.split("/")
        stem = names[-1].rpartition(".")[0]
        candidates = [source]
        if folder == "content":
            candidates = [urls.page(names[0], stem), urls.page(names[0]), urls.page(stem)]
            candidates = candidates[2:] if names[0] == "pages" or len(names) == 1 else candidates[:2]
        return next((self.site.address(c) for c in candidates if c.endswith(urls.INDEX) and self.site.version(c)), "")

    def _files(self, outcome: Outcome) -> list[str] | None:
        """The addresses of the files written or removed that a page may be made with; None: too many to name."""
        report = outcome.report
        if report is None:
            return []
        paths = {path for path in (*report.written, *report.removed) if not path.endswith(".html")}
        found = sorted(self.site.address(path) for path in paths if not path.startswith("search/"))
        return found if len(found) <= 200 else None

    def _edited(self, outcome: Outcome, shown: str) -> str:
        """The address of the page whose source was just edited, if it is one page and not the one shown."""
        report = outcome.report
        if report is None or outcome.changed is None:
            return ""
        written = {self.site.address(path) for path in report.written}
        pages = {page for path in outcome.changed if path.endswith(".md") and (page := self.page_of(path)) in written}
        return next(iter(pages)) if len(pages) == 1 and self.site.address(shown) not in pages else ""
