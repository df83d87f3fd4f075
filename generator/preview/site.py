"""A folder with a site, as its host would answer for it: which file stands for an address, what leads elsewhere."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from urllib.parse import quote, unquote_to_bytes

import msgspec

from generator import urls
from generator.preview import rules

_FOR_THE_HOST = ("_headers", "_redirects")


class File(msgspec.Struct, frozen=True):
    """A file of the site, read whole: its path in the site, bytes, time of change in ns, and the status with which it
    is sent."""

    path: str
    data: bytes
    mtime_ns: int
    status: int = 200

    @property
    def version(self) -> str:
        """What tells this state of the file from others."""
        return f"{self.mtime_ns:x}-{len(self.data):x}"


class Elsewhere(msgspec.Struct, frozen=True):
    """The answer stands at another address."""

    address: str
    status: int


class Site:
    """The site in the folder ``root``, below the path ``base`` (``/`` or ``/letters/``)."""

    def __init__(self, root: Path, base: str = "/") -> None:
        self.root, self.base = root.resolve(), base
        self._rules: dict[str, tuple[tuple[int, int], str]] = {}

    def answer(self, path: str, query: str = "") -> File | Elsewhere | None:
        """Return what stands at the decoded ``path``; None if nothing does and there is no page that says so."""
        inside = self.inside(path)
        if inside is None:
            if path == "/" or f"{path}/" == self.base:
                return Elsewhere(self.base, 302)
            return self._missing()
        if not _is_safe(inside):
            return self._missing()
        found = self._standing(inside, query)
        for rule in rules.read_redirects(self._text("_redirects")):
            if (found is None or rule.force) and (target := rules.follow(rule, path, query)) is not None:
                return self._followed(rule, target)
        return found or self._missing()

    def inside(self, path: str) -> str | None:
        """The path within the site; None outside it."""
        return path.removeprefix(self.base) if path.startswith(self.base) else None

    def headers(self, path: str) -> dict[str, str]:
        """Return the headers that the site wants for the decoded ``path``, by their names in small letters."""
        inside = self.inside(path)
        return rules.headers_for(rules.read_headers(self._text("_headers")), f"/{inside or ''}")

    def address(self, path: str) -> str:
        """Return the address of the file ``path`` of the site."""
        return self.base + urls.address(path)

    def file(self, path: str, status: int = 200) -> File | None:
        """Read the file ``path`` of the site, if it is a regular one within it."""
        if not path or not _is_safe(path):
            return None
        try:
            real = os.path.realpath(self.root / path)
            if not Path(real).is_relative_to(os.path.realpath(self.root)):
                return None
            flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
            with open(os.open(real, flags), "rb") as file:
                known = os.fstat(file.fileno())
                if not stat.S_ISREG(known.st_mode):
                    return None
                return File(path, file.read(), known.st_mtime_ns, status)
        except (OSError, ValueError):
            return None

    def version(self, path: str) -> str:
        """Return the version of the file ``path`` without reading it; empty if there is none."""
        try:
            known = os.stat(self.root / path) if _is_safe(path) else None
        except (OSError, ValueError):
            return ""
        return f"{known.st_mtime_ns:x}-{known.st_size:x}" if known and stat.S_ISREG(known.st_mode) else ""

    def page_of(self, path: str) -> str:
        """Return the file that is meant by the decoded path ``path`` of a page, whether it is there or not."""
        inside = self.inside(path) or ""
        if inside.endswith("/") or not inside:
            return inside + urls.INDEX
        return inside if "." in inside.rpartition("/")[2] else f"{inside}/{urls.INDEX}"

    def nearest(self, page: str) -> str:
        """Return the address that is nearest to that of the ``page`` that is gone: where its old address leads now, or the
        page above it."""
        for rule in rules.read_redirects(self._text("_redirects")):
            if target := rules.follow(rule, self.address(page), ""):
                return target
        above = page.removesuffix(urls.INDEX).rstrip("/")
        while above:
            above = above.rpartition("/")[0]
            known = f"{above}/{urls.INDEX}" if above else urls.INDEX
            if self.version(known):
                return self.address(known)
        return self.base

    def _standing(self, inside: str, query: str) -> File | Elsewhere | None:
        if inside in _FOR_THE_HOST:
            return None
        if inside.endswith("/") or not inside:
            return self.file(inside + urls.INDEX) or self.file(f"{inside.rstrip('/')}.html")
        if found := self.file(inside):
            return found
        if self.version(f"{inside}/{urls.INDEX}"):
            return Elsewhere(f"{self.base}{quote(inside)}/" + (f"?{query}" if query else ""), 301)
        return self.file(f"{inside}.html")

    def _followed(self, rule: rules.Redirect, target: str) -> File | Elsewhere | None:
        if rule.status in (200, 404, 410):
            within = self.inside(decoded(target.partition("#")[0].partition("?")[0].encode()) or "")
            found = self._standing(within, "") if within is not None and _is_safe(within) else None
            if isinstance(found, File):
                return msgspec.structs.replace(found, status=rule.status)
            return self._missing()
        return Elsewhere(target, rule.status)

    def _missing(self) -> File | None:
        return self.file("404.html", 404)

    def _text(self, name: str) -> str:
        """The text of a file for the host, read again when it has changed."""
        try:
            known = os.stat(self.root / name)
            stamp = (known.st_mtime_ns, known.st_size)
            if name not in self._rules or self._rules[name][0] != stamp:
                self._rules[name] = (stamp, (self.root / name).read_text(encoding="utf-8", errors="replace"))
        except OSError:
            return ""
        return self._rules[name][1]


def decoded(raw: bytes) -> str | None:
    """Return the path of a request, decoded once; None where it is not UTF-8."""
    try:
        return unquote_to_bytes(raw).decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_safe(inside: str) -> bool:
    """Whether every segment of a path is the plain name of a file or folder: none leads upward or is hidden."""
    if re.search(r"[\x00-\x1f\x7f\\]", inside) or (os.name == "nt" and ":" in inside):
        return False
    *folders, last = inside.split("/")
    return all(name and not name.startswith(".") for name in folders) and not last.startswith(".")
